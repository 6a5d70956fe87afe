"""Whether the certificate of the custom domain can be used. Reads only.

Quirks. API Gateway takes a certificate of ACM in the API's own region, for a regional domain, and
only once it is ISSUED: one whose DNS validation record was never made stays PENDING_VALIDATION, and
is given up after 72 hours. A wildcard stands for one label.
"""

from collections.abc import Iterable

from botocore.exceptions import ClientError

from beekeeper.config import RoomConfig
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant
from beekeeper.results import Finding

CHECK = "certificate"
REGION = 3  # arn:partition:acm:REGION:account:certificate/id


def grants(config: RoomConfig) -> Iterable[Grant]:
    """Return what a deployer must be allowed for this check."""
    if config.certificate_arn:
        actions = ["DescribeCertificate"]
        yield grant("acm", actions, config.certificate_arn, statement="Certificate")


def certificate(aws: Aws, arn: str, domain_name: str) -> Finding:
    """Tell whether ACM has issued the certificate, for that name, in the room's region."""
    region = arn.split(":")[REGION]
    if region != aws.region:
        text = f"{arn} is in {region}, and the room in {aws.region}."
        return Finding(CHECK, "problem", text, f"Request or import one in {aws.region}, in ACM.")
    try:
        found = aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    except ClientError as error:
        if not has_code(error, "ResourceNotFoundException"):
            raise
        text = f"There is no certificate {arn} in this account."
        return Finding(CHECK, "problem", text, "Correct certificate_arn (ACM console).")
    status = found["Status"]
    if status != "ISSUED":
        text = f"{arn} is {status}, not ISSUED."
        remedy = "Make the DNS records that ACM shows for its validation, or request another one."
        return Finding(CHECK, "problem", text, remedy)
    names = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if not _covers(names, domain_name):
        text = f"{arn} is for {', '.join(dict.fromkeys(names))}, not for {domain_name}."
        return Finding(CHECK, "problem", text, f"Request one for {domain_name}, in ACM.")
    return Finding(CHECK, "ok", f"It is issued, for {domain_name}.")


def _covers(names: Iterable[str], domain_name: str) -> bool:
    wildcard = f"*.{domain_name.partition('.')[2]}"
    return bool({name.lower() for name in names} & {domain_name, wildcard})
