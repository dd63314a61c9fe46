"""Work that takes longer than a page may: queued with the change that asks for it, restarted when it stops."""
