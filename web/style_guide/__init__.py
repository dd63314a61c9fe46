"""The style guide: every part of the look in every state, shown in demonstration and test mode."""
