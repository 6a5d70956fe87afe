"""What visitors get to see of a distribution, and the errors that it can cause, explained."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import ClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision.engine.wait import has_code


@dataclass(frozen=True, slots=True)
class Front:
    """The configuration's domain, and its web ACL."""

    domain_name: str | None = None
    certificate_arn: str | None = None
    web_acl_arn: str | None = None

    def remedies(self) -> dict[tuple[str, str], str]:
        """Return what to do about an error: {(its code, a part of its message): remedy}."""
        return {
            ("CNAMEAlreadyExists", ""): (
                f"Another distribution, perhaps of another AWS account, has the name"
                f" {self.domain_name}, or DNS leads it there. Remove it there, or choose another"
                " domain_name."
            ),
            ("InvalidViewerCertificate", ""): (
                f"The certificate {self.certificate_arn} must have the status ISSUED, be in"
                f" us-east-1, and be valid for {self.domain_name}. Check it in the ACM console, in"
                " us-east-1."
            ),
            ("InvalidWebACLId", ""): (
                f"web_acl_arn = {self.web_acl_arn!r} must be a web ACL of this account with the"
                " scope CLOUDFRONT. Check it in the AWS WAF console, or leave web_acl_arn out."
            ),
            # New accounts get this (aws-samples/aws-cdk-examples#279). No policy changes it.
            ("AccessDenied", "must be verified"): (
                "Ask AWS Support to verify the account, or leave edge out of the configuration."
            ),
        }


@contextmanager
def explained(front: Front, name: str) -> Iterator[None]:
    """Raise ProvisionError when there is more to say about an error than CloudFront does."""
    try:
        yield
    except ClientError as error:
        message = error.response["Error"].get("Message", "").rstrip(". ")
        for (code, part), remedy in front.remedies().items():
            if has_code(error, code) and part in message:
                raise ProvisionError(
                    f"Setting up the distribution {name!r}: CloudFront answers {code}: {message}."
                    f" {remedy} Then run the same command again."
                ) from error
        raise
