"""The test that the README shows works, with the test client of Flask."""

from pathlib import Path
from typing import Any

from flask import Flask

from beekeeper.gate import Gate
from beekeeper.testing import FakeRoom

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def flask_client() -> Any:
    site = Flask(__name__)
    site.add_url_rule("/seats", view_func=lambda: "Welcome")
    site.wsgi_app = Gate.from_environment().wsgi(site.wsgi_app)  # type: ignore[method-assign]
    return site.test_client()


def test_the_example_of_the_readme_passes(fake_room: FakeRoom) -> None:
    _, _, after = README.partition("# conftest.py: pytest_plugins =")
    found: dict[str, Any] = {}
    exec(after.partition("\n")[2].partition("```")[0], found)
    found["test_only_a_pass_lets_in"](flask_client(), fake_room)
