"""What an event costs: the estimate, and the prices that it uses."""
