"""Frameworks of competencies and areas: dimensions, items and their anchored levels, in versions."""
