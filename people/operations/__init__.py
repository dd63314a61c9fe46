"""What administrators look after: background work, mail, backups."""
