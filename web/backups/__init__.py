"""Backups: the whole product in one file and its keys in another, checked before anything is touched."""
