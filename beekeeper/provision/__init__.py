"""Makes, changes and removes a room's resources in AWS: see engine.py for the way of a deploy."""
