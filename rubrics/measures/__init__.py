"""The KPI library: measures with unit, direction, how months join and a default curve."""
