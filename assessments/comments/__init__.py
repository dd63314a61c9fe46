"""Comments of a closed survey: read by those who may, withheld by HR with a reason where they are abusive."""
