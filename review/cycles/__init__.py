"""Review cycles: who takes part, who rates whom, from the plan to the signature."""
