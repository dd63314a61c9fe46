"""Units and positions that a file brings along: which are new, which are called otherwise."""
