"""What a closed survey shows: cells, means, items and comments, frozen as the close left them."""
