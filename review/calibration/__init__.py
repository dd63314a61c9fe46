"""What a calibration session looks at: how sure scores are, how severe managers are, how firm an order of people is."""
