"""Commands that prove the results of a cycle: still as sealed, still what the evidence gives."""
