"""The house rules: what each forbids, what to write instead, and an example that breaks it."""
