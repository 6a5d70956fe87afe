"""doctor and whom the alarms tell."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sns.models import sns_backends

from beekeeper.provision.checks.alarms import alarms, grants
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.told import EMAIL, TOLD, ToldRoom
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import ACCOUNT, NAMES, REGION, config

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"
OF_OTHERS = config(alarms={"notify": TOPIC})


def _found(cloud: Cloud, room: Any = TOLD) -> tuple[str, str]:
    finding = alarms(cloud.aws(), room, NAMES)
    return finding.verdict.value, f"{finding.text} {finding.remedy}"


def test_before_a_deploy_it_says_what_will_come(cloud: Cloud) -> None:
    verdict, text = _found(cloud)
    assert (verdict, f"for {EMAIL}, and AWS will send" in text) == ("ok", True)


@pytest.mark.parametrize(
    ("arn", "verdict", "said"),
    [
        ("PendingConfirmation", "warning", "so the alarms tell nobody. Follow the link"),
        ("Deleted", "problem", "not followed within 48 hours. Run python -m beekeeper deploy"),
        ("arn:aws:sns:x", "ok", f"The alarms tell {EMAIL}."),
    ],
)
def test_an_address_that_has_not_confirmed_is_told(
    cloud: Cloud, arn: str, verdict: str, said: str
) -> None:
    ToldRoom(cloud).deploy()
    (subscription,) = sns_backends[ACCOUNT][REGION].subscriptions.values()
    subscription.arn = arn  # moto confirms each at once
    found, text = _found(cloud)
    assert (found, said in text) == (verdict, True), text


def test_a_topic_that_is_not_there_is_a_problem(cloud: Cloud) -> None:
    verdict, text = _found(cloud, OF_OTHERS)
    assert (verdict, f"There is no topic {TOPIC}" in text) == ("problem", True)
    cloud.client("sns").create_topic(Name="on-call")
    assert _found(cloud, OF_OTHERS) == ("ok", f"The alarms tell the topic {TOPIC}. ")


def test_what_can_not_be_read_is_not_taken_for_absent(cloud: Cloud) -> None:
    """doctor then reports it as unknown, with the permission to grant."""
    for operation in ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"):
        cloud.wire.add(refuse(operation, "AuthorizationError", "No.", 403))
    for room in (OF_OTHERS, TOLD):
        with pytest.raises(ClientError, match="AuthorizationError"):
            _found(cloud, room)
    assert [each.actions for each in grants(OF_OTHERS)] == [("sns:GetTopicAttributes",)]
    assert list(grants(TOLD)) == []
