"""The aggregation module: ratings and KPI results of a whole cycle in, scores and points out."""
