"""What the steps of CloudFront share: versions, lists and tags.

Quirks:

- An update replaces the whole configuration. It names the version that it read (the ETag), and
  CloudFront refuses it if another one has come since. A read can be some seconds old, so its ETag
  can be refused, too. Then we read again.
- boto3 has no paginator for some lists. Ours follows NextMarker.
- CloudFront is global: its ARNs have no region. The ids in them are unknown until AWS makes them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from beekeeper.provision.aws import Aws, is_this_machine
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names

T = TypeVar("T")
# The SHA-256 of the page that the edge was last told of. It belongs to the cached page.
TAG_PAGE = "beekeeper:page"
# A read was older than the last change (Terraform waits a minute for this).
OUTDATED = (Busy("PreconditionFailed"), Busy("InvalidIfMatchVersion"))
CHANGE = Wait("CloudFront to accept a change", 120, every=3)
# A distribution that is gone can be in use for a while, as the other parts of CloudFront see it.
RELEASED = Wait("CloudFront to notice that the distribution is gone", 300, every=5)


def changing(aws: Aws, call: Callable[[], T]) -> T:
    """Read and change a resource. Do both again when the version was outdated."""
    return retrying(aws, CHANGE, OUTDATED, call)


def deleting(aws: Aws, in_use: str, call: Callable[[], None]) -> None:
    """Read and delete a resource. Do both again while CloudFront says that it is in use."""
    retrying(aws, RELEASED, (*OUTDATED, Busy(in_use)), call)


def listed(call: Callable[..., dict[str, Any]], field: str, **which: Any) -> Iterator[Any]:
    """Yield the items of all pages of a list. ``field`` is that of the answer: DistributionList."""
    marker: dict[str, str] = {}
    while True:
        page = call(**which, **marker)[field]
        yield from page.get("Items", [])
        if not page.get("NextMarker"):
            return
        marker = {"Marker": page["NextMarker"]}


def link_of(aws: Aws, host: str) -> str:
    """Return the address that a distribution with this host name gives to visitors."""
    endpoint = aws.client("cloudfront").meta.endpoint_url
    if not is_this_machine(endpoint):
        return f"https://{host}/"
    # An emulator serves the distribution at its own port.
    return f"http://{host.partition('.')[0]}.cloudfront.localhost:{urlsplit(endpoint).port}/"


def grants_for(names: Names, noun: str, plural: str, path: str) -> Iterator[Grant]:
    """Yield what it takes to make, change and delete a resource that has no tags.

    ``noun`` and ``plural`` are those of the API's actions, and ``path`` is the one of the ARNs.
    """
    actions = [f"{verb}{noun}" for verb in ("Create", "Get", "Update", "Delete")]
    yield grant("cloudfront", actions, names.cloudfront_arns(path))
    yield unscoped(f"cloudfront:List{plural}")


def recorded_first(
    every: Sequence[Mapping[str, Any]],
    recorded: str | None,
    is_named: Callable[[Mapping[str, Any]], bool],
) -> Iterator[Mapping[str, Any]]:
    """Yield the one whose id the state has, and that with our name: somebody can rename ours."""
    yield from (each for each in every if each["Id"] == recorded)
    yield from (each for each in every if is_named(each))


def tags_of(aws: Aws, arn: str) -> dict[str, str]:
    """Return the tags of a distribution. Empty when it does not exist."""
    with ignoring("NoSuchResource"):
        found = aws.client("cloudfront").list_tags_for_resource(Resource=arn)["Tags"]
        return {tag["Key"]: tag.get("Value", "") for tag in found.get("Items", [])}
    return {}
