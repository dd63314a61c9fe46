"""The trail of what happened, sealed so that a change is noticed."""
