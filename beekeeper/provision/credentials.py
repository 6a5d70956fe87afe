"""What is wrong with a sign-in or a connection, and what to do about it.

boto3 finds credentials in many places, and each place fails in a way of its own: a missing program
of ``credential_process`` is a FileNotFoundError, its wrong output is a ValueError.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.session
from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.errors import CredentialsError
from beekeeper.nearest import did_you_mean

SIGN_IN = (
    "The sign-in to AWS is missing or has expired. Run `aws sso login{profile}`, or get new"
    " credentials in the way that your organisation uses. Then run the same command again."
)
EXPIRED = (
    "The AWS credentials have expired. Sign in again (`aws sso login{profile}`), then run the same"
    " command again."
)
ENABLE = (
    "A region is enabled in the AWS console (Account, AWS Regions). In an organisation, those who"
    " manage it do that."
)
UNKNOWN = (
    "AWS does not know these credentials, or the region is not enabled for the account. Check"
    f" AWS_PROFILE and the region. {ENABLE}"
)
NOT_OPEN = (
    "This account can't use the service in this region. Its registration is not complete, or it is"
    " suspended, or the region is not enabled. Ask those who manage the account to complete the"
    f" registration (payment method, telephone number). {ENABLE} No grant is missing. Then run the"
    " same command again."
)
SIGNATURE = (
    "AWS refused the signature, because the secret key or this machine's clock is wrong. Check"
    " both."
)
NETWORK = "Check the network and the proxy."
UNREACHABLE = (
    "AWS can't be reached. Check the network, the proxy, and the name of the region. If"
    " AWS_ENDPOINT_URL is set, check that the local AWS is running."
)
SILENT = f"AWS can't be reached: it accepted the connection, but did not answer. {NETWORK}"
CUT = f"AWS can't be reached: the connection was cut. {NETWORK}"
LATER = "AWS is busy. Wait a minute, then run the same command again."
CHECK = "Check them with `aws sts get-caller-identity`, then run the same command again."
NOT_AWS = (
    "What answered is not AWS. It may be the sign-in page of a network, or a proxy. Open a page in"
    f" your browser. {NETWORK}"
)
REMEDIES = {
    "KeyError": NOT_AWS,  # from botocore, when an answer in another form can be parsed
    "ResponseParserError": NOT_AWS,
    "NoCredentialsError": "No AWS credentials were found. Run `aws configure`, or set"
    " AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "PartialCredentialsError": "The AWS credentials are incomplete. Set both"
    " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "EndpointConnectionError": UNREACHABLE,
    "ConnectTimeoutError": f"AWS can't be reached: the connection timed out. {NETWORK}",
    "ReadTimeoutError": SILENT,
    "ConnectionClosedError": CUT,
    "ResponseStreamingError": CUT,
    "ProxyConnectionError": "AWS can't be reached: the proxy refused the connection. Check"
    " HTTPS_PROXY and HTTP_PROXY.",
    "SSLError": "AWS can't be reached: its certificate could not be verified. Check the proxy, and"
    " set AWS_CA_BUNDLE if your organisation has a certificate authority of its own.",
    "ExpiredToken": EXPIRED,
    "ExpiredTokenException": EXPIRED,
    "UnauthorizedSSOTokenError": SIGN_IN,
    "SSOTokenLoadError": SIGN_IN,
    "SSOError": SIGN_IN,
    "TokenRetrievalError": SIGN_IN,
    "InvalidClientTokenId": UNKNOWN,
    "UnrecognizedClientException": UNKNOWN,
    "InvalidAccessKeyId": UNKNOWN,  # S3's name for it
    "InvalidToken": UNKNOWN,  # S3
    "OptInRequired": NOT_OPEN,
    "SubscriptionRequiredException": NOT_OPEN,
    "NotSignedUp": NOT_OPEN,  # S3
    "SignatureDoesNotMatch": SIGNATURE,
    "InvalidSignatureException": SIGNATURE,
    "RequestTimeTooSkewed": "This machine's clock is wrong by more than AWS accepts. Set the"
    " clock, then run the same command again.",
    "AccessDenied": "AWS refuses sts:GetCallerIdentity, although this call needs no permission."
    " Something between this machine and AWS, such as the policy of a VPC endpoint, denies it."
    " Allow the call there, then run the same command again.",
}
PROFILE = " Correct ~/.aws/config, or choose another profile (--profile, AWS_PROFILE)."


@contextmanager
def signing_in(session: Session | None = None) -> Iterator[None]:
    """Raise CredentialsError for whatever keeps boto3 from finding and using credentials."""
    try:
        yield
    except (BotoCoreError, ClientError, OSError, ValueError, KeyError) as error:
        profile = str(session.profile_name) if session else "default"
        raise CredentialsError(credentials_problem(error, profile)) from error


def new_session(region: str | None = None, profile: str | None = None) -> Session:
    """Return a session with the user's own settings. Raises CredentialsError.

    ``profile`` is one of the user's profiles. By default boto3 chooses it, with AWS_PROFILE.
    """
    with signing_in():
        return Session(region_name=region, profile_name=profile)


def credentials_problem(error: Exception, profile: str = "default") -> str:
    """Return what is wrong with the credentials or the connection, and the remedy."""
    name = type(error).__name__
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else name
    if known := REMEDIES.get(code):
        return known.replace("{profile}", f" --profile {profile}" if profile != "default" else "")
    if name == "ProfileNotFound":
        return (
            f"{error}.{_nearest_profile(error)} --profile or AWS_PROFILE names a profile that does"
            " not exist. `aws configure list-profiles` shows those that do."
        )
    if name == "ConfigParseError":
        return f"{error}. Correct this file, or restore it."
    if name == "CredentialRetrievalError" or isinstance(error, OSError):
        return (
            f"The program that gives the credentials (credential_process) failed: {error}. Run it"
            f" by itself to see why.{PROFILE}"
        )
    if isinstance(error, ValueError):
        return (
            f"The AWS settings, or the credentials that a program gave (credential_process), can't"
            f" be read: {error}.{PROFILE} Check AWS_ENDPOINT_URL, if it is set."
        )
    return f"The AWS credentials could not be used: {error} {LATER if _is_busy(error) else CHECK}"


def _is_busy(error: Exception) -> bool:
    """Return whether AWS refused the call because of its load, or failed."""
    if not isinstance(error, ClientError):
        return False
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return "Throttl" in error.response["Error"]["Code"] or status >= 500


def _nearest_profile(error: Exception) -> str:
    """Return a question with the most similar name of a profile that exists."""
    named = str(getattr(error, "kwargs", {}).get("profile", ""))
    return did_you_mean(named, botocore.session.Session().available_profiles)
