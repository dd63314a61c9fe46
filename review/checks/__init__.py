"""What is missing before a cycle opens, and which grades are to be expected."""
