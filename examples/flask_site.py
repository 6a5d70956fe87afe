"""A site behind a waiting room. Only admitted visitors can enter. Needs flask and beekeeper.

    pip install flask
    eval "$(python -m beekeeper keys show --format env)"   # the room, its link, its keys
    flask --app examples/flask_site.py run --port 8000

To try it on this machine, deploy a room with the destination http://127.0.0.1:8000/.
"""

from flask import Flask, request

from beekeeper.gate import Gate


def create_site(gate: Gate) -> Flask:
    """Return the site behind the gate."""
    site = Flask(__name__)
    site.wsgi_app = gate.wsgi(site.wsgi_app)  # type: ignore[method-assign]

    @site.get("/")
    def shop() -> str:
        visitor = request.environ["beekeeper.sub"]  # the same one has the same place in line
        return f"Welcome. Your turn has come, visitor {visitor}."

    return site


def create_app() -> Flask:
    """Return the site, with its settings from the environment. Flask calls this function."""
    return create_site(Gate.from_environment(exempt_paths=["/health", "/static/*"]))
