"""Mail: written in the transaction that causes it, delivered afterwards, exactly once per key."""
