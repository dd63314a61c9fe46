"""What a person may do: role grants with scope and period, guards and viewers."""
