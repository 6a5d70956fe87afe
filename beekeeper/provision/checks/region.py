"""Checks whether the region has the services of a room. Makes no call.

Quirk: AWS has no call that tells which processors and runtimes Lambda offers in a region. The
filters of ListLayers compare what the account's own layers claim. CreateFunction is the first to
know, and its error is explained (resources/function_state.py).
"""

from beekeeper.provision.aws import Aws
from beekeeper.provision.resources.function_state import RUNTIME
from beekeeper.results import Finding, Verdict

CHECK = "region"


def region(aws: Aws, architecture: str, *, has_functions: bool) -> Finding:
    """Report whether the region has the services. It is enabled, because STS answered.

    A room that already ``has_functions`` has shown that Lambda offers what they need.
    """
    lacking = [s for s in ("apigatewayv2", "lambda") if aws.region not in _regions(aws, s)]
    if lacking:
        return Finding(
            CHECK,
            Verdict.WARNING,
            f"boto3 does not know {' and '.join(lacking)} in {aws.region}.",
            "If they are new there, upgrade boto3. Otherwise choose another region.",
        )
    text = f"{aws.region} is enabled for the account."
    if not has_functions:
        text += (
            f" Whether Lambda offers {RUNTIME} on {architecture} there can't be asked before a"
            " deploy. If it does not, deploy says what to do, and nothing is lost."
        )
    return Finding(CHECK, Verdict.OK, text)


def _regions(aws: Aws, service: str) -> list[str]:
    """Return the regions that have a service, in all partitions."""
    session = aws.session
    partitions = session.get_available_partitions()
    return [r for p in partitions for r in session.get_available_regions(service, p)]
