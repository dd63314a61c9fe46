"""Measures the product beside its peers; `make bench` runs all of it."""
