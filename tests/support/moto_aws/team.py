"""A team's bucket, with the state of its rooms. The fixture ``team`` makes it (fixtures.py)."""

import json
from typing import Any

from tests.support.moto_aws.cloud import Cloud

BUCKET, PLACE = "team", "s3://team/rooms"


def team_files(cloud: Cloud) -> dict[str, Any]:
    """Return what is in the bucket: {key: content}."""
    s3 = cloud.client("s3")
    found = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {
        c["Key"]: json.loads(s3.get_object(Bucket=BUCKET, Key=c["Key"])["Body"].read())
        for c in found
    }
