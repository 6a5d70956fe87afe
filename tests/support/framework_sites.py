"""The same small site three times, behind a gate: with Flask, with Django, with FastAPI.

Each tells who is in, and writes down what it is asked. Each runs on a port of the test's choice.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import django
import uvicorn
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from flask import Flask
from flask import request as flask_request
from starlette.requests import Request

from beekeeper.gate import Gate
from beekeeper.gate.serve import server

PAGE = "<!doctype html><html lang=en><title>Seats</title><h1>Seats</h1><p id=sub>{sub}</p></html>"
Log = list[str]  # address and referrer of each request that reached the site


def flask_site(gate: Gate, log: Log) -> Any:
    site = Flask("flask_site")

    @site.get("/<path:path>")
    def seats(path: str) -> str:
        log.append(f"{flask_request.url} {flask_request.referrer}")
        return PAGE.format(sub=flask_request.environ["beekeeper.sub"])

    site.wsgi_app = gate.wsgi(site.wsgi_app)  # type: ignore[method-assign]
    return site.wsgi_app


def django_site(gate: Gate, log: Log) -> Any:
    def seats(request: HttpRequest) -> HttpResponse:
        log.append(f"{request.build_absolute_uri()} {request.headers.get('referer')}")
        return HttpResponse(PAGE.format(sub=request.META["beekeeper.sub"]))

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None)
        django.setup()
    urls: Any = ModuleType("urls")
    urls.urlpatterns = [re_path("", seats)]
    settings.ROOT_URLCONF = urls
    return gate.wsgi(WSGIHandler())


def fastapi_site(gate: Gate, log: Log) -> Any:
    site = FastAPI()

    @site.get("/{path:path}")
    def seats(request: Request) -> HTMLResponse:
        log.append(f"{request.url} {request.headers.get('referer')}")
        return HTMLResponse(PAGE.format(sub=request.state.beekeeper_sub))

    site.add_middleware(gate.asgi)
    return site


@contextmanager
def by_wsgi(app: Any, port: int) -> Iterator[None]:
    serving = server(app, "127.0.0.1", port)
    thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
    thread.start()
    yield
    serving.shutdown()
    thread.join()
    serving.server_close()


@contextmanager
def by_asgi(app: Any, port: int) -> Iterator[None]:
    config = uvicorn.Config(app, port=port, log_config=None, ws="none", timeout_graceful_shutdown=1)
    serving = uvicorn.Server(config)
    thread = threading.Thread(target=serving.run)
    thread.start()
    while not serving.started:
        assert thread.is_alive(), "the site does not start"
        time.sleep(0.01)
    yield
    serving.should_exit = True
    thread.join()


SITES: dict[str, tuple[Callable[[Gate, Log], Any], Callable[..., Any]]] = {
    "flask": (flask_site, by_wsgi),
    "django": (django_site, by_wsgi),
    "fastapi": (fastapi_site, by_asgi),
}
