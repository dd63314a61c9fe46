"""Why this number: from a grade or a raise back to the shown cells and the months that it came from."""
