"""A site behind a waiting room, with FastAPI. Only admitted visitors can enter.

    pip install beekeeper-waiting-room fastapi uvicorn
    eval "$(python -m beekeeper keys show --format env)"
    uvicorn --app-dir examples/gate fastapi_site:site

It is the same with Starlette: ``add_middleware(gate.asgi)``.
"""

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from beekeeper.gate import Gate

gate = Gate.from_environment(exempt_paths=["/health"])  # for the load balancer
site = FastAPI()
site.add_middleware(gate.asgi)


@site.get("/health")
def health() -> str:
    return "ok"


@site.get("/{path:path}")
def shop(request: Request) -> PlainTextResponse:
    visitor = request.state.beekeeper_sub  # allow one order for each
    return PlainTextResponse("Welcome. Your turn has come.", headers={"X-Visitor": visitor})
