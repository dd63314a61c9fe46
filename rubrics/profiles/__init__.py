"""Role profiles: what each role requires of each dimension, who is asked about it, and which positions have it."""
