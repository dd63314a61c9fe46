"""Arithmetic of grades, pay, promotion and development."""
