"""doctor and the certificate of the custom domain: issued, for this name, in this region."""

from typing import Any

import pytest

from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import diagnose, finding
from tests.support.moto_aws.wire import Rule, instead, refuse
from tests.support.rooms import CERTIFICATE, DOMAIN, DOMAIN_NAME, REGION


def issued(status: str = "ISSUED", name: str = DOMAIN_NAME, others: tuple[str, ...] = ()) -> Rule:
    found: dict[str, Any] = {"CertificateArn": CERTIFICATE, "Status": status, "DomainName": name}
    found["SubjectAlternativeNames"] = [name, *others]
    return instead("acm:DescribeCertificate", lambda _: {"Certificate": found})


def test_a_room_without_a_domain_needs_none(cloud: Cloud) -> None:
    assert "certificate" not in {f.check for f in diagnose(cloud).findings}
    assert "acm:DescribeCertificate" not in cloud.wire.names()


@pytest.mark.parametrize(
    "rule",
    [
        issued(),
        issued(name="*.example.com"),
        issued(name="example.com", others=("Queue.example.com",)),
    ],
)
def test_one_that_is_issued_is_well(cloud: Cloud, rule: Rule) -> None:
    assert finding(diagnose(cloud, rule, **DOMAIN), "certificate")[0] == "ok"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (issued("PENDING_VALIDATION"), "VALIDATION. It must be ISSUED. Create the DNS records"),
        (issued("EXPIRED"), "has the status EXPIRED. It must be ISSUED"),
        (issued(name="example.com"), f"is valid for example.com, but not for {DOMAIN_NAME}"),
        (issued(name="*.queue.example.com"), f"but not for {DOMAIN_NAME}. Request a certificate"),
        (refuse("acm:DescribeCertificate", "ResourceNotFoundException"), "There is no certificate"),
    ],
)
def test_one_that_is_of_no_use_is_a_problem(cloud: Cloud, rule: Rule, said: str) -> None:
    found = diagnose(cloud, rule, **DOMAIN)
    verdict, text = finding(found, "certificate")
    assert verdict == "problem"
    assert said in text
    assert found.has_problems


def test_one_in_another_region_is_a_problem(cloud: Cloud) -> None:
    """Here the region is the session's: the configuration can't know that it is another."""
    there = CERTIFICATE.replace(REGION, "us-east-1")
    found = diagnose(cloud, domain_name=DOMAIN_NAME, certificate_arn=there)
    verdict, text = finding(found, "certificate")
    assert verdict == "problem"
    assert f"is in us-east-1, but the room is in {REGION}. Request or import a cert" in text
    assert f"a certificate in {REGION}, in ACM" in text


def test_one_that_may_not_be_read_is_unknown(cloud: Cloud) -> None:
    denied = refuse("acm:DescribeCertificate", "AccessDeniedException", "No.", 403)
    found = diagnose(cloud, denied, **DOMAIN)
    verdict, text = finding(found, "certificate")
    assert verdict == "unknown"
    assert "Grant acm:DescribeCertificate" in text
    assert not found.has_problems
