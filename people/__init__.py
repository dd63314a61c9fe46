"""Who works here, where they sit and what they may do."""
