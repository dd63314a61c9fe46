"""Units, positions, persons and their effective-dated employment."""
