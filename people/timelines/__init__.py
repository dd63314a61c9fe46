"""What someone holds from day to day: posts laid over one another, put together, taken apart for files."""
