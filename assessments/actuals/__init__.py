"""Monthly actuals: what each month brought each person, from which file, with every correction kept."""
