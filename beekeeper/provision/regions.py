"""The regions of AWS, as the installed boto3 knows them. Makes no call.

A region that boto3 does not know would be looked for in the DNS, with a host name that does not
exist, and the error would be that AWS can't be reached.
"""

import functools

from botocore.loaders import create_loader

from beekeeper.errors import ConfigError
from beekeeper.nearest import nearest

# Each partition has an entry of this kind for its services that have no region, such as IAM.
PSEUDO = "-global"


def check_region(name: str) -> None:
    """Raise ConfigError, with the nearest name, if AWS has no such region."""
    known = [region for regions in _partitions().values() for region in regions]
    if name in known:
        return
    near = nearest(name, known)
    meant = f"Did you mean {near}?" if near else "Give one such as eu-central-1."
    raise ConfigError(
        f"There is no region {name}. {meant} (If the region is new, upgrade boto3, which does not"
        " know it.)"
    )


def regions_of(partition: str) -> tuple[str, ...]:
    """Return the regions of a partition (``aws``, ``aws-cn``, ...), also those not enabled."""
    return _partitions().get(partition, ())


@functools.cache
def _partitions() -> dict[str, tuple[str, ...]]:
    content = create_loader().load_data("partitions")
    return {
        each["id"]: tuple(sorted(name for name in each["regions"] if not name.endswith(PSEUDO)))
        for each in content["partitions"]
    }
