"""``python -m beekeeper.gate serve``: the gate as a service for a web server, such as nginx."""

import argparse
import logging
import sys
from collections.abc import Sequence

from beekeeper.errors import ConfigError
from beekeeper.gate.serve import application, server

PORT = 9191


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m beekeeper.gate")
    commands = made.add_subparsers(dest="command", required=True)
    serve = commands.add_parser(
        "serve",
        help="answer GET /check for a web server, such as nginx with auth_request",
        description="Answers GET /check with 204 when a visitor is in, and with 401 when not."
        " Reads BEEKEEPER_ROOM, BEEKEEPER_LINK, BEEKEEPER_DESTINATION and BEEKEEPER_KEYS, as"
        " `python -m beekeeper keys show --format env` prints them.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    serve.add_argument("--port", type=int, default=PORT, help="default: %(default)s; 0: a free one")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit code."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        serving = server(application(), options.host, options.port)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (OSError, OverflowError) as error:
        sys.stderr.write(
            f"gate: listening at {options.host} port {options.port}: {error}. Give another one with"
            " --host or --port.\n"
        )
        return 1
    with serving:
        address = f"http://{options.host}:{serving.server_port}/check"
        sys.stderr.write(f"The gate listens at {address}\n")
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
