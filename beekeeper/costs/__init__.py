"""What an event costs: the estimate, and the prices it rests on."""
