"""Checks whether the alarms reach somebody. Reads only."""

from collections.abc import Iterable

from botocore.exceptions import ClientError

from beekeeper.config import RoomConfig
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.topic import MISSING, UNCONFIRMED, subscriptions
from beekeeper.results import Finding, Verdict

CHECK = "alarms"


def grants(config: RoomConfig) -> Iterable[Grant]:
    """Return the permission that a deployer needs for this check of somebody else's topic."""
    if arn := config.alarms.topic_arn:
        yield grant("sns", ["GetTopicAttributes"], arn, statement="Alarms")


def alarms(aws: Aws, room: RoomConfig, names: Names) -> Finding:
    """Report whether the topic of the configuration exists, or the address has confirmed."""
    if arn := room.alarms.topic_arn:
        return _topic(aws, arn)
    email = room.alarms.email
    try:
        found = subscriptions(aws, names.topic_arn)
    except ClientError as error:
        if not has_code(error, *MISSING):
            raise
        text = f"Deploy will make a topic for {email}, and AWS will send an e-mail with a link."
        return Finding(CHECK, Verdict.OK, text)
    if email not in found:
        text = f"The topic does not tell {email}: the link was not followed within 48 hours."
        return Finding(CHECK, Verdict.PROBLEM, text, "Run python -m beekeeper deploy.")
    if found[email] == UNCONFIRMED:
        text = f"{email} has not confirmed yet, so the alarms tell nobody."
        remedy = "Follow the link in the e-mail from AWS. If it is too old, deploy again."
        return Finding(CHECK, Verdict.WARNING, text, remedy)
    return Finding(CHECK, Verdict.OK, f"The alarms tell {email}.")


def _topic(aws: Aws, arn: str) -> Finding:
    try:
        aws.client("sns").get_topic_attributes(TopicArn=arn)
    except ClientError as error:
        if not has_code(error, *MISSING):
            raise
        text = f"There is no topic {arn}, so the alarms tell nobody."
        remedy = "Copy the ARN from the console of SNS, correct alarms.notify, and deploy."
        return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    return Finding(CHECK, Verdict.OK, f"The alarms tell the topic {arn}.")
