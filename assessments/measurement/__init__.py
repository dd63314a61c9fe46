"""Statistics of ratings and figures: disclosure, cells, errors, curves. Only numpy, scipy and the standard library."""
