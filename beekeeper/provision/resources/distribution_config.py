"""What the distribution's configuration is, and how it is read and written. Pure.

``attributes_of`` reads AWS's form into plain values, with which the engine compares.
``patched`` writes wanted values into AWS's form, and leaves everything else as it is: others can
add logs, a price class or behaviours of their own.

Quirks of AWS's form:

- CloudFront caches errors for ten seconds by default, and would show one visitor's error to all. It
  does not for a code with a minimum of 0 seconds.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from beekeeper.contract.page import PAGE_KEY
from beekeeper.contract.routes import EDGE_HEADER
from beekeeper.provision.aws import is_this_machine
from beekeeper.provision.resources.distribution_behaviours import (
    API,
    NONE,
    PAGE,
    as_list,
    behaviours_of,
    function_of,
    items_of,
    patched_behaviours,
)

# All that CloudFront caches (Developer Guide, "How CloudFront processes errors").
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
TLS = "TLSv1.2_2021"  # for visitors; with CloudFront's own certificate, AWS sets TLSv1
EMULATED_PATH = "/_aws/execute-api/{api_id}/$default"
_NEW_ORIGIN = {"OriginPath": "", "CustomHeaders": NONE}


class Fingerprint(str):
    """A hash of the secret, which stands for it wherever it is shown. Copies lack the secret."""

    secret: str

    def __new__(cls, secret: str) -> "Fingerprint":
        made = super().__new__(cls, fingerprint(secret))
        made.secret = secret
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


def fingerprint(secret: str) -> str:
    """Return what can be shown of a secret. Empty if there is none."""
    digest = hashlib.sha256(secret.encode()).hexdigest()[:16]
    return f"{kid_of(secret)}, SHA-256 {digest}…" if secret else ""


def kid_of(secret: str) -> str:
    """Return the id of the key from which the secret is derived: it comes first."""
    return secret.rpartition(".")[0]


def api_origin(endpoint: str, api_id: str) -> dict[str, Any]:
    """Return how CloudFront reaches the API, from API Gateway's own address."""
    tls = {"tls": ["TLSv1.2"]}
    if not is_this_machine(endpoint):
        host = urlsplit(endpoint).hostname or ""
        return {"host": host, "path": "", "protocol": "https-only", "http_port": 80, **tls}
    # An emulator's CloudFront does not dial AWS's host names.
    return {
        **tls,
        "host": "localhost",
        "path": EMULATED_PATH.format(api_id=api_id),
        "protocol": "http-only",
        "http_port": urlsplit(endpoint).port or 80,
    }


def fixed_attributes() -> dict[str, Any]:
    """Return the attributes that are the same for every distribution."""
    return {
        "enabled": True,
        "default_object": PAGE_KEY,
        "http_version": "http2and3",
        "ipv6": True,
        "uncached_errors": list(ERRORS),
    }


def attributes_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that AWS's form of a configuration has."""
    origins = {origin["Id"]: origin for origin in items_of(config, "Origins")}
    page, api = origins.get(PAGE, {}), origins.get(API, {})
    certificate = config.get("ViewerCertificate", {})
    arn = certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId", "")
    return {
        "comment": config["Comment"],
        "enabled": config["Enabled"],
        "default_object": config.get("DefaultRootObject", ""),
        "http_version": config.get("HttpVersion", "").lower(),
        "ipv6": config.get("IsIPV6Enabled", False),
        "aliases": sorted(items_of(config, "Aliases")),
        "certificate": arn,
        "tls": certificate.get("MinimumProtocolVersion", "") if arn else "",
        "web_acl": config.get("WebACLId", ""),
        "page_host": page.get("DomainName", "") + page.get("OriginPath", ""),
        "access_control": page.get("OriginAccessControlId", "") if "S3OriginConfig" in page else "",
        "api_origin": _api_origin_of(api),
        "secret": fingerprint(secret_of(config)),
        "uncached_errors": sorted(
            each["ErrorCode"]
            for each in items_of(config, "CustomErrorResponses")
            if each.get("ErrorCachingMinTTL") == 0 and not each.get("ResponsePagePath")
        ),
        "page_function": function_of(config),
        **behaviours_of(config),
    }


def secret_of(config: Mapping[str, Any]) -> str:
    """Return the secret that the distribution sends to the API. Empty if it sends none."""
    for origin in items_of(config, "Origins"):
        for header in items_of(origin, "CustomHeaders") if origin["Id"] == API else ():
            if header["HeaderName"].lower() == EDGE_HEADER:
                return str(header["HeaderValue"])
    return ""


def patched(config: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration with the wanted attributes in it. Nothing else of it changes.

    A ``secret`` that is no :class:`Fingerprint` is unknown, and stays as it is.
    """
    made = {
        **config,
        "Comment": wanted["comment"],
        "Enabled": wanted["enabled"],
        "DefaultRootObject": wanted["default_object"],
        "HttpVersion": wanted["http_version"],
        "IsIPV6Enabled": wanted["ipv6"],
        "Aliases": as_list(wanted["aliases"]),
        "ViewerCertificate": _certificate(wanted),
        "Origins": as_list(_origins(config, wanted)),
        "CustomErrorResponses": as_list(_errors(wanted["uncached_errors"])),
        **patched_behaviours(config, wanted),
    }
    return {**made, "WebACLId": wanted["web_acl"]} if "web_acl" in wanted else made


def _api_origin_of(origin: Mapping[str, Any]) -> dict[str, Any]:
    custom = origin.get("CustomOriginConfig", {})
    return {
        "host": origin.get("DomainName", ""),
        "path": origin.get("OriginPath", ""),
        "protocol": custom.get("OriginProtocolPolicy", ""),
        "http_port": custom.get("HTTPPort", 0),
        "tls": sorted(items_of(custom, "OriginSslProtocols")),
    }


def _origins(config: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    there = {origin["Id"]: origin for origin in items_of(config, "Origins")}
    before = there.pop(PAGE, {})
    page = {
        **_NEW_ORIGIN,
        **{name: value for name, value in before.items() if name != "CustomOriginConfig"},
        "Id": PAGE,
        "DomainName": wanted["page_host"],
        "OriginPath": "",
        # The older way to read a private bucket, which excludes an access control.
        "S3OriginConfig": {**before.get("S3OriginConfig", {}), "OriginAccessIdentity": ""},
        "OriginAccessControlId": wanted["access_control"],
    }
    return [page, _api(there.pop(API, {}), wanted), *there.values()]


def _api(raw: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    origin, secret = wanted["api_origin"], wanted["secret"]
    headers = items_of(raw, "CustomHeaders")
    if isinstance(secret, Fingerprint):
        others = [header for header in headers if header["HeaderName"].lower() != EDGE_HEADER]
        headers = [*others, {"HeaderName": EDGE_HEADER, "HeaderValue": secret.secret}]
    ours = {
        "HTTPPort": origin["http_port"],
        "HTTPSPort": 443,
        "OriginProtocolPolicy": origin["protocol"],
        "OriginSslProtocols": as_list(origin["tls"]),
    }
    return {
        **_NEW_ORIGIN,
        **raw,
        "Id": API,
        "DomainName": origin["host"],
        "OriginPath": origin["path"],
        "CustomHeaders": as_list(headers),
        "CustomOriginConfig": {**raw.get("CustomOriginConfig", {}), **ours},
    }


def _certificate(wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not wanted["certificate"]:
        return {"CloudFrontDefaultCertificate": True}
    return {
        "CloudFrontDefaultCertificate": False,
        "ACMCertificateArn": wanted["certificate"],
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": wanted["tls"],
    }


def _errors(codes: Iterable[int]) -> list[dict[str, Any]]:
    empty = {"ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 0}
    return [{"ErrorCode": code, **empty} for code in codes]
