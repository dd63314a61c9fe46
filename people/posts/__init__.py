"""Where people sit, effective-dated: changes, further posts, corrections, plans."""
