"""What the deployer and the functions must agree on: items, messages, routes, environment."""
