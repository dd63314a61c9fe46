"""Following a collection: who has answered, never what; and reminding those for whom something waits."""
