"""``python -m beekeeper`` does the same as the ``beekeeper`` command."""

import sys


def main() -> int:
    """Run a command. Return its exit code."""
    try:
        from beekeeper.cli import main as commands  # takes a part of a second: it loads boto3

        return commands.main()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
