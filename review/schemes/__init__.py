"""Schemes: which sections, weights, bands, curves and visibility rule the review of a job level."""
