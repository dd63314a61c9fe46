"""The audit trail for those who read it: pages, export, verification."""
