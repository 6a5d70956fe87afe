"""Checks whether the certificate of the custom domain can be used. Reads only.

Quirks:

- For a regional domain, API Gateway accepts only an ACM certificate in the API's own region, with
  the status ISSUED. CloudFront accepts only one in us-east-1.
- Without its DNS validation record, a certificate stays PENDING_VALIDATION. After 72 hours, the
  validation fails.
- A wildcard stands for exactly one label.
"""

from collections.abc import Iterable

from botocore.exceptions import ClientError

from beekeeper.config import RoomConfig
from beekeeper.config.edge import EDGE_REGION
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant
from beekeeper.results import Finding, Verdict

CHECK = "certificate"
REGION = 3  # arn:partition:acm:REGION:account:certificate/id


def grants(config: RoomConfig) -> Iterable[Grant]:
    """Return the permission that a deployer needs for this check."""
    if config.certificate_arn:
        actions = ["DescribeCertificate"]
        yield grant("acm", actions, config.certificate_arn, statement="Certificate")


def certificate(aws: Aws, arn: str, domain_name: str, *, edge: bool) -> Finding:
    """Report whether ACM has issued the certificate, for this name, in the region that counts.

    That is the room's, and with an edge that of CloudFront.
    """
    region, wanted = arn.split(":")[REGION], EDGE_REGION if edge else aws.region
    if region != wanted:
        taker = f"CloudFront takes one in {wanted} only" if edge else f"the room is in {wanted}"
        text = f"The certificate {arn} is in {region}, but {taker}."
        remedy = f"Request or import a certificate in {wanted}, in ACM."
        return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    acm = aws.client("acm", region=wanted)
    try:
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    except ClientError as error:
        if not has_code(error, "ResourceNotFoundException"):
            raise
        text = f"There is no certificate {arn} in this account."
        remedy = "Copy the ARN from the ACM console, and correct certificate_arn."
        return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    status = found["Status"]
    if status != "ISSUED":
        text = f"The certificate {arn} has the status {status}. It must be ISSUED."
        remedy = (
            "Create the DNS records that ACM shows for its validation, or request another"
            " certificate."
        )
        return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    names = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if not _covers(names, domain_name):
        covered = ", ".join(dict.fromkeys(names))
        text = f"The certificate {arn} is valid for {covered}, but not for {domain_name}."
        remedy = f"Request a certificate for {domain_name}, in ACM."
        return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    return Finding(CHECK, Verdict.OK, f"The certificate is issued for {domain_name}.")


def _covers(names: Iterable[str], domain_name: str) -> bool:
    wildcard = f"*.{domain_name.partition('.')[2]}"
    return bool({name.lower() for name in names} & {domain_name, wildcard})
