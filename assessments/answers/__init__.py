"""Answers of raters: sealed as they are given, readable by nobody but the rater."""
