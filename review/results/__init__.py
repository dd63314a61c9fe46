"""Scores, points and grades of a cycle, and how each number came about."""
