"""Salaries and pay ranges: what people are paid, what their job level is paid, and raises that were approved."""
