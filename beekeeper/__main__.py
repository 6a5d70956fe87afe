"""``python -m beekeeper`` does the same as the ``beekeeper`` command."""

import sys

from beekeeper.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
