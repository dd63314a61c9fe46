"""Entries of catalogue files: read key by key, so that whatever is wrong is named by file, entry and key."""
