"""Granting roles and ending them: who, over which unit, from when to when."""
