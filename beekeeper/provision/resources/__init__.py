"""The resources of a room, one module each."""
