"""Scorecards: KPIs with targets, weights and curves for a period, monthly actuals, and what they come to."""
