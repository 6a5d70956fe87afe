"""The custom domain of the campaign link."""

import re
from typing import Annotated, Self, TypedDict

from pydantic import AfterValidator, model_validator

from beekeeper.config.address import ascii_host
from beekeeper.config.edge import EDGE_REGION, Edge
from beekeeper.config.section import described
from beekeeper.rules.destination import origin_of

# The key of a tag of the distribution has the name in it (provision/resources/route53.py), and has
# at most 128 characters (AWS General Reference, "Tag naming limits and requirements").
MAX_EDGE_RECORD_CHARACTERS = 113
CERTIFICATE_ARN = re.compile(r"arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate/[A-Za-z0-9-]+")


class DomainValues(TypedDict, total=False):
    """The fields of :class:`Domain` as keyword arguments."""

    domain_name: str | None
    certificate_arn: str | None
    hosted_zone_id: str | None


def _domain_name(value: str) -> str:
    name = ascii_host(value.lower())
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    # At least two labels, and the last begins with a letter. This excludes IP addresses.
    if len(name) > 253 or not re.fullmatch(rf"(?:{label}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])", name):
        raise ValueError("give only a host name, such as queue.example.com")
    return name


def _certificate_arn(value: str) -> str:
    if not CERTIFICATE_ARN.fullmatch(value):
        raise ValueError(
            "give the ARN of a certificate in ACM, such as"
            " arn:aws:acm:eu-central-1:123456789012:certificate/1a2b3c4d"
        )
    return value


def _hosted_zone_id(value: str) -> str:
    zone = value.removeprefix("/hostedzone/")
    if not re.fullmatch(r"[A-Z0-9]{5,32}", zone):
        raise ValueError("give the id of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ")
    return zone


class Domain(Edge):
    """The domain name, its certificate, and the hosted zone for its DNS record."""

    domain_name: Annotated[str, AfterValidator(_domain_name)] | None = described(
        "the host name of the campaign link, such as `queue.example.com`; by default, API Gateway's"
        " own",
        default=None,
    )
    certificate_arn: Annotated[str, AfterValidator(_certificate_arn)] | None = described(
        "the certificate in ACM for `domain_name`, in the room's region; with an edge, in"
        f" {EDGE_REGION}",
        default=None,
    )
    hosted_zone_id: Annotated[str, AfterValidator(_hosted_zone_id)] | None = described(
        "the hosted zone in Route 53 where deploy creates the DNS record of `domain_name`",
        default=None,
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        where = EDGE_REGION if self.edge else "the room's region"
        if self.domain_name and not self.certificate_arn:
            raise ValueError(
                f"certificate_arn is missing: domain_name = {self.domain_name!r} needs a"
                f" certificate. Give the ARN of one in ACM that is valid for this name, in {where}"
            )
        for field in ("certificate_arn", "hosted_zone_id"):
            if not self.domain_name and (value := getattr(self, field)):
                raise ValueError(
                    f"{field} = {value!r}: this setting is for a custom domain. Add domain_name,"
                    f" such as queue.example.com, or leave {field} out"
                )
        return self

    @model_validator(mode="after")
    def _leads_away_from_the_room(self) -> Self:
        # A host's name may end in a dot, and leads to the same place.
        origin = origin_of(self.destination).removesuffix(".")
        if self.domain_name and origin == f"https://{self.domain_name}":
            raise ValueError(
                f"destination = {self.destination!r}: this is the room's own address (domain_name ="
                f" {self.domain_name!r}), and visitors would go round in a circle. Give the address"
                " of your site"
            )
        return self

    @model_validator(mode="after")
    def _fits_into_a_tag(self) -> Self:
        length = len(self.domain_name or "")
        if self.edge and self.hosted_zone_id and length > MAX_EDGE_RECORD_CHARACTERS:
            raise ValueError(
                f"domain_name = {self.domain_name!r}: with an edge, Beekeeper can create the DNS"
                f" record of a name with at most {MAX_EDGE_RECORD_CHARACTERS} characters. Choose a"
                " shorter one, or leave hosted_zone_id out and create the record yourself"
            )
        return self

    @model_validator(mode="after")
    def _certificate_in_the_region(self) -> Self:
        match = CERTIFICATE_ARN.fullmatch(self.certificate_arn or "")
        if self.edge and match and match[1] != EDGE_REGION:
            raise ValueError(
                f"certificate_arn = {self.certificate_arn!r}: the certificate is in {match[1]}, but"
                f" an edge (CloudFront) takes one in {EDGE_REGION} only, wherever the room is."
                " Request or import one there, in ACM"
            )
        if self.region and not self.edge and match and match[1] != self.region:
            raise ValueError(
                f"certificate_arn = {self.certificate_arn!r}: the certificate is in {match[1]}, but"
                f" it must be in the room's region, {self.region}. Request or import one there, in"
                " ACM"
            )
        return self
