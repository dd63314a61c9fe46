"""Whether the people of a file can be as it says: managers, shares, circles, addresses, last days."""
