"""What system administrators do: accounts, invitations, disabling; and the first HR account by command."""
