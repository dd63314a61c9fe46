"""Who takes part in a cycle, who rates and grades whom: what is said before the opening and put right after it."""
