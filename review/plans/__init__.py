"""Development plans: drafted from the weighted gaps, edited by both, tracked."""
