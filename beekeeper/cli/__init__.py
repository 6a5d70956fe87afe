"""The command line: ``beekeeper`` and ``python -m beekeeper``, thin over the public functions."""
