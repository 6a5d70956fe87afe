"""Every list comes with one entry a page. Nothing may be decided from the first page alone."""

import json
import re
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Call, Forward, answer
from tests.support.rooms import REGION, config

# The names of: the list in the answer, the token in the answer, the token in the next call.
JSON = {
    "apigatewayv2:GetApis": ("items", "nextToken", "NextToken"),
    "apigatewayv2:GetIntegrations": ("items", "nextToken", "NextToken"),
    "apigatewayv2:GetRoutes": ("items", "nextToken", "NextToken"),
    "dynamodb:ListTagsOfResource": ("Tags", "NextToken", "NextToken"),
    "events:ListTargetsByRule": ("Targets", "NextToken", "NextToken"),
    "logs:DescribeLogGroups": ("logGroups", "nextToken", "nextToken"),
}
IAM = {
    "iam:ListRolePolicies": "PolicyNames",
    "iam:ListRoleTags": "Tags",
    "iam:ListAttachedRolePolicies": "AttachedPolicies",
    "iam:ListInstanceProfilesForRole": "InstanceProfiles",
}


def one_by_one(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
    """Answer a list with one entry, and a token for the next."""
    if fields := JSON.get(str(call)):
        return _json(call, request, _untold(call, request, forward), *fields)
    if name := IAM.get(str(call)):
        return _xml(call, request, _untold(call, request, forward), name)
    return None


def _untold(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse:
    """Call moto without our token, which it does not know."""
    request.url = re.sub(r"[?&]nextToken=\d+", "", request.url)
    if request.body:
        text = request.body if isinstance(request.body, str) else request.body.decode()
        text = re.sub(r"&Marker=\d+", "", text)
        request.body = re.sub(r', "[nN]extToken": "\d+"', "", text).encode()
        request.headers["Content-Length"] = str(len(request.body))
    return forward()


def _json(
    call: Call, request: AWSPreparedRequest, response: AWSResponse, name: str, out: str, into: str
) -> AWSResponse:
    if response.status_code != 200:
        return response
    body: dict[str, Any] = json.loads(response.text)
    at, entries = int(call.arguments.get(into, 0)), body[name]
    body[name] = entries[at : at + 1]
    body.pop(out, None)
    if at + 1 < len(entries):
        body[out] = str(at + 1)
    return answer(request.url, 200, {"content-type": "application/json"}, json.dumps(body))


def _xml(call: Call, request: AWSPreparedRequest, response: AWSResponse, name: str) -> AWSResponse:
    text = response.text
    if response.status_code != 200:
        return answer(request.url, response.status_code, {"content-type": "text/xml"}, text)
    found = re.search(rf"<{name}>(.*)</{name}>", text, re.DOTALL)
    entries = re.findall(r"<member>.*?</member>", found[1], re.DOTALL) if found else []
    at = int(call.arguments.get("Marker", 0))
    more = f"<IsTruncated>true</IsTruncated><Marker>{at + 1}</Marker>"
    tail = more if at + 1 < len(entries) else "<IsTruncated>false</IsTruncated>"
    page = f"<{name}>{''.join(entries[at : at + 1])}</{name}>{tail}"
    body = f"<{call.operation}Response><{call.operation}Result>{page}"
    body += f"</{call.operation}Result></{call.operation}Response>"
    return answer(request.url, 200, {"content-type": "text/xml"}, body)


def test_pages_of_one(cloud: Cloud) -> None:
    room = config(rate=300_000, tags={"team": "sales", "cost": "1"})
    for i in range(3):
        cloud.client("apigatewayv2").create_api(Name=f"theirs-{i}", ProtocolType="HTTP")
    cloud.wire.add(one_by_one)

    cloud.deploy(room)

    assert cloud.changes(room) == {}
    assert cloud.recorded(lambda: cloud.deploy(room)) == []
    assert len(inventory()["targets"]) == 5
    calls = cloud.wire.names()
    assert calls.count("events:ListTargetsByRule") == 5
    assert calls.count("dynamodb:ListTagsOfResource") == 4
    assert calls.count("iam:ListRoleTags") == 16
    _add_to_what_is_listed(cloud)
    cloud.destroy(room)
    assert inventory() == {"apis": ["theirs-0", "theirs-1", "theirs-2"]}


def _add_to_what_is_listed(cloud: Cloud) -> None:
    role = f"beekeeper-sale-producer-{REGION}"
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = cloud.client("iam")
    for name in ("one", "two"):
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
