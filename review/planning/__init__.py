"""Planning a cycle in minutes: its names and dates, and all that was suggested for it."""
