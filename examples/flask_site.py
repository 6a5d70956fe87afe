"""A site behind a waiting room. Only admitted visitors can enter. Needs flask and beekeeper.

    pip install flask
    export ROOM='summer-sale'                     # the room's name
    export ORIGIN='http://127.0.0.1:8000'         # the address of this site, without a path
    export BEEKEEPER_KEYS='{"1a2b3c4d": "..."}'   # `keys` of: python -m beekeeper keys show --json
    export CAMPAIGN_LINK='https://a1b2c3d4.execute-api.eu-central-1.amazonaws.com/'
    export SITE_SECRET='...'                      # a long random text that only you know
    flask --app examples/flask_site.py run --port 8000

ORIGIN must be the origin of the room's destination. If ROOM or ORIGIN is wrong, the site refuses
every pass and sends every visitor back to the room.
"""

import json
import os
import time
from collections.abc import Mapping

from flask import Flask, redirect, request, session
from werkzeug.wrappers import Response

from beekeeper.gate import PASS_PARAMETER, InvalidToken, check_pass, without_pass


def create_site(
    room: str, origin: str, campaign_link: str, keys: Mapping[str, str], secret: str
) -> Flask:
    """Return the site. ``origin`` is its address without a path: https://shop.example.com."""
    site = Flask(__name__)
    site.secret_key = secret

    @site.before_request
    def admitted_visitors_only() -> Response | None:
        if session.get("visitor"):
            return None
        token = request.args.get(PASS_PARAMETER)
        try:
            found = check_pass(token, dict(keys), room, origin, time.time())
        except InvalidToken as reason:
            site.logger.info("no entry: %s", reason)
            return redirect(campaign_link)
        session["visitor"] = found.subject
        return redirect(without_pass(request.full_path))

    @site.get("/")
    def shop() -> str:
        return "Welcome. Your turn has come."

    return site


def create_app() -> Flask:
    """Return the site, with its settings from the environment. Flask calls this function."""
    return create_site(
        room=os.environ["ROOM"],
        origin=os.environ["ORIGIN"],
        campaign_link=os.environ["CAMPAIGN_LINK"],
        keys=json.loads(os.environ["BEEKEEPER_KEYS"]),
        secret=os.environ["SITE_SECRET"],
    )
