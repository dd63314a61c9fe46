"""The demonstration: a real sales department, and a company of sixty, taken through the whole chain."""
