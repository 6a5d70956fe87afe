"""Where at the destination a visitor wants to go, as the query of the campaign link says."""

from beekeeper.contract.routes import LANGUAGE_PARAMETER, REJOIN_PARAMETER, TO_PARAMETER
from beekeeper.handlers.http import Request
from beekeeper.rules import destination


def wish_of(request: Request) -> tuple[str, str]:
    """Return the path at the destination that the link asks for, and its campaign parameters."""
    ours = (TO_PARAMETER, REJOIN_PARAMETER, LANGUAGE_PARAMETER)
    theirs = [(name, value) for name, value in request.parameters() if name not in ours]
    to = destination.safe_path(request.query.get(TO_PARAMETER))
    return to, destination.campaign_query(theirs)
