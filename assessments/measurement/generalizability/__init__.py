"""Generalizability: where the error of a score comes from, and how many raters and items would be enough."""
