"""The tree of units and the list of positions."""
