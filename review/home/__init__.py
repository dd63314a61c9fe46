"""The first page of everyone: what waits for me, until when, and in which phase are we."""
