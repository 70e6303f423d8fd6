"""Everything that makes or serves events for measuring and testing; nothing here runs in production."""
