"""A sign-in that does not work, and a network that does not: the cause, the remedy, and soon."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from boto3.session import Session

import beekeeper
from beekeeper import CredentialsError
from beekeeper.cli.main import main
from beekeeper.local.ministack import local_session
from beekeeper.provision.aws import SOON, Aws
from tests.support.rooms import BASE

CONFIG = """
[profile gone]
credential_process = /nonexistent/program
[profile words]
credential_process = echo hello
[profile fails]
credential_process = false
[profile sso]
sso_session = ours
sso_account_id = 123456789012
sso_role_name = deployer
[sso-session ours]
sso_region = eu-west-1
sso_start_url = https://ours.awsapps.com/start
[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = absent
"""
ANSWER = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a"
    b"</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
    b"</GetCallerIdentityResponse>"
)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but these AWS settings. Nothing on it can reach AWS."""
    path = tmp_path / "config"
    path.write_text(CONFIG, encoding="utf-8")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", str(tmp_path / "state"))
    return path


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("nosuch", r"profile \(nosuch\) could not be found.* `aws configure list-profiles`"),
        ("gone", r"\(credential_process\) failed: .*/nonexistent/program.* Correct ~/.aws/config"),
        ("words", r"that a program gave \(credential_process\), can't be read.* Correct ~/.aws"),
        ("fails", r"\(credential_process\) failed: .* Run it by itself to see why"),
        ("sso", "Run `aws sso login --profile sso`"),
        ("role", 'source_profile "absent" referenced in the profile "role" does not exist'),
    ],
)
def test_the_cause_and_the_remedy(
    profile: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", profile)
    for command in (beekeeper.deploy, beekeeper.plan, beekeeper.destroy):
        with pytest.raises(CredentialsError, match=said):
            command(BASE)
    with pytest.raises(CredentialsError, match=said):
        beekeeper.status(BASE, state_dir="s3://team/rooms")
    assert beekeeper.doctor(BASE).has_problems


def test_a_broken_file_is_named(settings: Path) -> None:
    settings.write_text("[[", encoding="utf-8")
    with pytest.raises(CredentialsError, match=rf"{settings}\. Correct this file"):
        beekeeper.plan(BASE)


def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(CredentialsError, match=r"Invalid endpoint: nonsense.*AWS_ENDPOINT_URL"):
        beekeeper.plan(BASE)


def test_without_a_network_every_command_ends_soon_and_blames_no_credentials(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    most = SOON.retries["total_max_attempts"] * max(SOON.connect_timeout, SOON.read_timeout)
    assert most + 1 < 10  # the second between two tries included
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert main(["destroy", "--yes", "--room", "sale"]) == 1
    said = capsys.readouterr().err
    assert "AWS can't be reached. Check the network" in said
    assert "credentials" not in said
    assert "recorded" not in said


def test_what_is_tried_again_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    aws, said = Aws(Session(aws_access_key_id="x", aws_secret_access_key="x")), list[str]()
    aws.on_wait = said.append
    with pytest.raises(CredentialsError):
        aws.identity  # noqa: B018
    assert said == ["AWS to answer (EndpointConnectionError)"] * 2


class _Sts(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def local_sts() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Sts) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_calls_to_this_machine_go_past_the_proxy(
    host: str, local_sts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    here = local_sts.replace("127.0.0.1", host)
    monkeypatch.setenv("AWS_ENDPOINT_URL", here)
    named = Session(aws_access_key_id="x", aws_secret_access_key="x")
    for session in (named, local_session(here)):
        assert Aws(session).account == "123456789012"
    assert local_session(here).client("sts").get_caller_identity()["Account"] == "123456789012"
