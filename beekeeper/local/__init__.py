"""A local AWS, and what the demo adds to it: a shop to protect, and a crowd of visitors."""
