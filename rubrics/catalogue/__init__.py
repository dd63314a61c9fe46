"""The shipped catalogue: the first rubrics as data files, read, checked and loaded."""
