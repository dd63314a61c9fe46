"""Charts: radar and bars as SVG, drawn once as a frame by matplotlib and filled in as text."""
