"""What moto lacks for custom domains: their state and target, their changes, their tags."""

from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.route53.models import route53_backends

from tests.support.moto_aws.wire import Call, Forward, Refusal, Rule, instead
from tests.support.rooms import ACCOUNT

API_GATEWAY_ZONE = "Z1U9ULNL0V5AJ3"


def _backend_of(domain_name: str) -> Any:
    regions = apigatewayv2_backends[ACCOUNT].values()
    return next((b for b in regions if domain_name in b.domain_names), None)


def _domain(name: str) -> Any:
    return _backend_of(name).domain_names[name]


def target_of(domain_name: str) -> str:
    """Return API Gateway's own name for a domain. It differs each time the domain is created."""
    target: str = _domain(domain_name).domain_name_configurations[0]["apiGatewayDomainName"]
    return target


def create_domain(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
    """Add what AWS fills in. moto keeps only what it was given."""
    if str(call) != "apigatewayv2:CreateDomainName":
        return None
    response, name = forward(), call.arguments["DomainName"]
    if response.status_code < 300:
        domain = _domain(name)
        made = domain.domain_name_configurations[0]
        made["apiGatewayDomainName"] = f"d-{id(domain)}.execute-api.eu-central-1.amazonaws.com"
        made["hostedZoneId"] = API_GATEWAY_ZONE
        made["domainNameStatus"] = "AVAILABLE"
    return response


def update_domain(call: Call) -> dict[str, Any]:
    domain = _domain(call.arguments["DomainName"])
    (wanted,) = call.arguments["DomainNameConfigurations"]
    names = {name[0].lower() + name[1:]: value for name, value in wanted.items()}
    domain.domain_name_configurations[0] |= names
    changed: dict[str, Any] = domain.to_json()
    return changed


def tag_domain(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Tag the domain itself. moto stores the tags elsewhere, and never shows them."""
    if call.operation not in ("TagResource", "UntagResource") or call.service != "apigatewayv2":
        return None
    before, _, name = call.arguments["ResourceArn"].partition("/domainnames/")
    if not name:
        return None
    assert before == "arn:aws:apigateway:eu-central-1::"
    if _backend_of(name) is None:
        return Refusal("NotFoundException", f"No domain {name}", 404).to(call, request)
    tags = _domain(name).tags
    tags |= call.arguments.get("Tags", {})
    for key in call.arguments.get("TagKeys", ()):
        tags.pop(key, None)
    return instead(str(call), lambda _: {})(call, request, lambda: AWSResponse("", 200, {}, None))


def create_mapping(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Refuse a second mapping of a key. moto replaces the first."""
    if str(call) != "apigatewayv2:CreateApiMapping":
        return None
    name, key = call.arguments["DomainName"], call.arguments.get("ApiMappingKey", "")
    assert key != "/", "Invalid stage identifier specified"
    backend = _backend_of(name)
    mappings = backend.api_mappings.values() if backend else ()
    if (name, key) not in {(m.domain_name, m.api_mapping_key or "") for m in mappings}:
        return None
    message = "ApiMapping key already exists for this domain name"
    return Refusal("ConflictException", message, 409).to(call, request)


def update_mapping(call: Call) -> dict[str, Any]:
    backend = _backend_of(call.arguments["DomainName"])
    mapping = backend.api_mappings[call.arguments["ApiMappingId"]]
    mapping.api_id, mapping.stage = call.arguments["ApiId"], call.arguments["Stage"]
    changed: dict[str, Any] = mapping.to_json()
    return changed


def delete_api(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Refuse to delete an API that is mapped. moto deletes it."""
    if str(call) != "apigatewayv2:DeleteApi":
        return None
    regions = apigatewayv2_backends[ACCOUNT].values()
    if call.arguments["ApiId"] in {m.api_id for b in regions for m in b.api_mappings.values()}:
        message = "Before deleting the API, you must remove all API mappings from its domains"
        return Refusal("BadRequestException", message).to(call, request)
    return None


def change_records(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Refuse what AWS refuses, and then the whole batch. moto makes a record a second time.

    A record must not exist to be created, and must have this content to be deleted.
    """
    if str(call) != "route53:ChangeResourceRecordSets":
        return None
    zone = route53_backends[ACCOUNT]["aws"].zones.get(call.arguments["HostedZoneId"])
    there = {(r.name.rstrip("."), r.type): r for r in zone.rrsets} if zone else {}
    for change in call.arguments["ChangeBatch"]["Changes"]:
        wanted = change["ResourceRecordSet"]
        what = f"resource record set [name='{wanted['Name']}', type='{wanted['Type']}']"
        found: Any = there.get((wanted["Name"].rstrip("."), wanted["Type"]))
        if change["Action"] == "CREATE" and found:
            message = f"[Tried to create {what} but it already exists]"
        elif change["Action"] == "DELETE" and not found:
            message = f"[Tried to delete {what} but it was not found]"
        elif change["Action"] == "DELETE" and found.alias_target != wanted.get("AliasTarget"):
            message = f"[Tried to delete {what} but the values provided do not match]"
        else:
            continue
        return Refusal("InvalidChangeBatch", message).to(call, request)
    return None


DOMAIN_GAPS: tuple[Rule, ...] = (
    create_domain,
    instead("apigatewayv2:UpdateDomainName", update_domain),
    tag_domain,
    create_mapping,
    instead("apigatewayv2:UpdateApiMapping", update_mapping),
    delete_api,
    change_records,
)
