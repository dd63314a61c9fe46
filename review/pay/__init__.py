"""Pay: ranges, salaries, and rounds of raises within a budget that somebody else approves."""
