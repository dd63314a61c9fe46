"""The close of a survey: what is shown is kept without a way back to anyone, the rest is destroyed."""
