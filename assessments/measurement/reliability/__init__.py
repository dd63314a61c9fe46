"""How far ratings can be trusted: reliability of items and raters, agreement within groups, self against others."""
