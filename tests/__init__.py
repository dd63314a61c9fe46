"""Tests of the product, laid out as the packages are."""
