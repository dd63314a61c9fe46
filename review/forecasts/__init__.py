"""Which grades are to be expected before a cycle opens, and how much each section really weighs."""
