"""Many-facet Rasch measurement: persons, items and raters on one scale, by three estimators, with their fit."""
