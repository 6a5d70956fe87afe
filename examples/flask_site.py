"""A site behind a waiting room: it lets nobody in who has not waited. Needs flask and beekeeper.

    export BEEKEEPER_KEYS='{"1a2b3c4d": "..."}'   # `keys` of: python -m beekeeper keys show --json
    export CAMPAIGN_LINK='https://a1b2c3d4.execute-api.eu-central-1.amazonaws.com/'
    export SITE_SECRET='...'                      # any long random text, of your own
    flask --app examples/flask_site.py run --port 8000

Deploy the room with the address of this site as its destination, http://127.0.0.1:8000/ on this
machine.
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
    """Return the site. ``origin`` is its own address without a path: https://shop.example.com."""
    site = Flask(__name__)
    site.secret_key = secret

    @site.before_request
    def admitted_visitors_only() -> Response | None:
        if session.get("visitor"):
            return None
        token = request.args.get(PASS_PARAMETER, "")
        try:
            found = check_pass(token, dict(keys), room, origin, time.time())
        except InvalidToken:
            return redirect(campaign_link)
        session["visitor"] = found.subject
        return redirect(without_pass(request.full_path))

    @site.get("/")
    def shop() -> str:
        return "Welcome. Your turn has come."

    return site


def create_app() -> Flask:
    """Return the site as the environment describes it; flask calls this."""
    return create_site(
        room=os.environ.get("ROOM", "summer-sale"),
        origin=os.environ.get("ORIGIN", "http://127.0.0.1:8000"),
        campaign_link=os.environ["CAMPAIGN_LINK"],
        keys=json.loads(os.environ["BEEKEEPER_KEYS"]),
        secret=os.environ["SITE_SECRET"],
    )
