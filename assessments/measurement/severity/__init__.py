"""Who rates harshly and who mildly, and what that does to scores: random effects of people and raters."""
