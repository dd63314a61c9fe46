"""360 surveys: who is asked about whom, until when, and under which promise."""
