"""doctor and the certificate of the custom domain: issued, for this name, in this region."""

from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from beekeeper.provision.checks.certificate import certificate
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import diagnose, finding
from tests.support.moto_aws.wire import Call, Forward, Rule, instead, refuse
from tests.support.rooms import AT_EDGE, CERTIFICATE, DOMAIN, DOMAIN_NAME, REGION


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


def test_with_an_edge_it_is_read_where_cloudfront_reads_it(cloud: Cloud) -> None:
    asked: list[str] = []

    def where(call: Call, request: AWSPreparedRequest, forward: Forward) -> None:
        if call.service == "acm":
            asked.append(request.url)

    found = diagnose(cloud, where, issued(), **AT_EDGE)
    assert finding(found, "certificate")[0] == "ok"
    assert asked == ["https://acm.us-east-1.amazonaws.com/"]


def test_one_in_the_rooms_region_is_of_no_use_to_an_edge(cloud: Cloud) -> None:
    found = certificate(cloud.aws(), CERTIFICATE, DOMAIN_NAME, edge=True)
    assert found.verdict == "problem"
    assert "is in eu-central-1, but CloudFront takes one in us-east-1 only" in found.text
    assert "a certificate in us-east-1, in ACM" in found.remedy


def test_one_that_may_not_be_read_is_unknown(cloud: Cloud) -> None:
    denied = refuse("acm:DescribeCertificate", "AccessDeniedException", "No.", 403)
    found = diagnose(cloud, denied, **DOMAIN)
    verdict, text = finding(found, "certificate")
    assert verdict == "unknown"
    assert "Grant acm:DescribeCertificate" in text
    assert not found.has_problems
