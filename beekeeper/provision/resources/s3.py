"""What the steps of the bucket share: which one, its policy, and the errors of a new or busy one.

Quirks:

- S3 can refuse a principal for a while (MalformedPolicy, "Invalid principal").
- An object has only its key to say what it is. ``room.css`` could be the page in a language of the
  operator's own, so we look for our checksum in its metadata.
- An emulator on this machine has no TLS. There, requests from loopback addresses are allowed.
"""

import json
from collections.abc import Mapping
from typing import Any

from beekeeper.contract.languages import NAMES
from beekeeper.contract.page import PAGE_KEY, ROBOTS_KEY, is_page_key
from beekeeper.provision.aws import Aws, is_this_machine
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying
from beekeeper.provision.names import Names
from beekeeper.provision.policies import Document, document

MISSING = ("404", "NoSuchBucket", "NoSuchKey", "NotFound")
BUSY = (Busy("OperationAborted"), Busy("NoSuchBucket"))
UNKNOWN_PRINCIPAL = Busy("MalformedPolicy", "Invalid principal")
EXEMPTION = {"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
SHA_METADATA = "sha256"
OUR_PAGES = (PAGE_KEY, *(f"{PAGE_KEY}.{language}" for language in NAMES))
CHANGE = Wait("S3 to accept a change of the bucket", 300, every=2)


def bucket_of(names: Names) -> dict[str, str]:
    """Return the arguments that say which bucket is meant, and that it has to be ours."""
    return {"Bucket": names.bucket, "ExpectedBucketOwner": names.account}


def is_our_page(aws: Aws, bucket: Mapping[str, str], key: str) -> bool:
    """Return whether an object is a page that a deploy wrote, or was one until it was deleted."""
    if key in OUR_PAGES or not is_page_key(key):
        return key in OUR_PAGES
    with ignoring(*MISSING):
        head = aws.client("s3").head_object(**bucket, Key=key)
        return SHA_METADATA in head["Metadata"]
    return True


def put_policy(aws: Aws, bucket: Mapping[str, str], policy: Document) -> None:
    """Replace the bucket's policy."""
    text, put = json.dumps(written(aws, policy)), aws.client("s3").put_bucket_policy
    retrying(aws, CHANGE, (*BUSY, UNKNOWN_PRINCIPAL), lambda: put(**bucket, Policy=text))


def tls_only(bucket_arn: str) -> Document:
    """Return the statement that denies all requests without TLS."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def let_read(aws: Aws, names: Names, distribution_arn: str) -> None:
    """Let a distribution read the pages."""
    put_policy(aws, bucket_of(names), edge_policy(distribution_arn, names.bucket_arn))


def edge_policy(distribution_arn: str, bucket_arn: str) -> Document:
    """Return the policy of a bucket that a distribution reads."""
    return document(tls_only(bucket_arn), read_by(distribution_arn, bucket_arn))


def read_by(distribution_arn: str, bucket_arn: str) -> Document:
    """Return the statement that lets one distribution read our objects, and nothing else.

    Its condition is the one of the CloudFront Developer Guide ("Restrict access to an Amazon S3
    origin"). The ARN has the account's id in it.
    """
    return {
        "Sid": "ReadByTheEdge",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": [f"{bucket_arn}/{key}" for key in (PAGE_KEY, f"{PAGE_KEY}.*", ROBOTS_KEY)],
        "Condition": {"StringEquals": {"aws:SourceArn": distribution_arn}},
    }


def written(aws: Aws, policy: Document) -> Document:
    """Return what is written: on this machine, with the exemption of loopback addresses."""
    found: Any = policy["Statement"]
    statements = found if isinstance(found, list) else [found]
    if is_this_machine(aws.client("s3").meta.endpoint_url):
        statements = [exempting(each) if each["Effect"] == "Deny" else each for each in statements]
    return document(*statements)


def exempting(denial: Document) -> Document:
    """Return the statement that does not deny what comes from loopback addresses."""
    return {**denial, "Condition": {**denial["Condition"], **EXEMPTION}}
