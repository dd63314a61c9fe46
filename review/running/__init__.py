"""Running a cycle through its phases: open, extend, close, confirm, release."""
