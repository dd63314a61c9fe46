"""Version of the formulas; every result and seal names it."""

FORMULA_VERSION = "2"
