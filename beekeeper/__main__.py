"""``python -m beekeeper`` does the same as the ``beekeeper`` command."""

import sys

NO_DEPLOYER = """\
beekeeper: The package {package} is not installed, so only the gate works here. Run this command
where you deploy the room, or install the rest: pip install beekeeper-waiting-room
"""


def main() -> int:
    """Run a command. Return its exit code."""
    try:
        from beekeeper.cli import main as commands  # takes a part of a second: it loads boto3

        return commands.main()
    except ModuleNotFoundError as error:
        if "beekeeper.cli.main" in sys.modules or not error.name:
            raise
        sys.stderr.write(NO_DEPLOYER.format(package=error.name))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
