"""Files in and out: CSV and Excel tables, read with suspicion and written so that they read back equal."""
