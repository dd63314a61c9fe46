"""Reports to print and keep."""
