"""What is judged: frameworks, behaviours, levels, role profiles and the library of measures."""
