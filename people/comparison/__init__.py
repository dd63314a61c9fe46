"""What a file of people says, compared with what is known: what would be added, changed, or is wrong."""
