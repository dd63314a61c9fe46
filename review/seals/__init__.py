"""Seals of released results: proof that a number is still what it was, and how each came about."""
