"""CloudFront's functions, as a part of the CloudFront in moto's place. See edge_gaps.py.

- Each has two stages with a version each. Only a published one can be used.
- No version is published twice, and none is published, changed or deleted with an outdated one.
- To publish a change deploys each distribution that uses the function, and gives it a new version.
- Its name is unique in the account.
"""

from dataclasses import dataclass, field

from tests.support.moto_aws import edge_store
from tests.support.moto_aws.edge_store import Distribution, Raw, Refused, Versioned
from tests.support.rooms import ACCOUNT

CODE_BYTES = 10 * 1_024
MISSING = "NoSuchFunctionExists"


@dataclass
class Function(Versioned):
    """A function. Its own configuration and version are those of the stage DEVELOPMENT."""

    live: Versioned | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{ACCOUNT}:function/{self.id}"


@dataclass
class Functions:
    """All functions of the account."""

    distributions: dict[str, Distribution] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)

    def create_function(self, call: Raw) -> Raw:
        if call["Name"] in self.functions:
            raise Refused("FunctionAlreadyExists", 409)
        made = Function(call["Name"], _config(call))
        self.functions[made.id] = made
        return {"ETag": made.etag, "FunctionSummary": self._summary(made, made)}

    def update_function(self, call: Raw) -> Raw:
        found = self._function(call)
        found.check(call)
        found.change(_config(call))
        return {"ETag": found.etag, "FunctionSummary": self._summary(found, found)}

    def publish_function(self, call: Raw) -> Raw:
        found = self._function(call)
        found.check(call)
        if found.live and found.live.id == found.etag:
            raise Refused("PreconditionFailed", 412)
        found.live = Versioned(found.etag, found.config)
        for each in self._users(found):
            each.change(each.config)
        return {"FunctionSummary": self._summary(found, found.live)}

    def describe_function(self, call: Raw) -> Raw:
        found = self._function(call)
        shown = _stage(found, call)
        return {"ETag": shown.etag, "FunctionSummary": self._summary(found, shown)}

    def get_function(self, call: Raw) -> Raw:
        shown = _stage(self._function(call), call)
        return {"ETag": shown.etag, "FunctionCode": shown.config["code"]}

    def list_functions(self, call: Raw) -> Raw:
        every = [(f, _stage(f, call)) for f in self.functions.values() if call["Stage"] != "LIVE"]
        return {"FunctionList": edge_store.page([self._summary(*each) for each in every], call)}

    def delete_function(self, call: Raw) -> Raw:
        found = self._function(call)
        found.check(call)
        self.release(found.arn, "FunctionInUse")
        del self.functions[found.id]
        return {}

    def release(self, used: str, code: str) -> None:
        """Refuse to delete what is used, or was until a moment ago."""
        raise NotImplementedError

    def check_functions(self, behaviour: Raw) -> None:
        """Refuse a behaviour with a function that does not exist or was not published."""
        associations = behaviour.get("FunctionAssociations", {}).get("Items", [])
        events = [each["EventType"] for each in associations]
        published = {each.arn for each in self.functions.values() if each.live}
        if len(events) > len(set(events)) or not published.issuperset(
            each["FunctionARN"] for each in associations
        ):
            raise Refused("InvalidFunctionAssociation")

    def _function(self, call: Raw) -> Function:
        if call["Name"] not in self.functions:
            raise Refused(MISSING, 404)
        return self.functions[call["Name"]]

    def _users(self, function: Function) -> list[Distribution]:
        return [d for d in self.distributions.values() if f"'{function.arn}'" in str(d.config)]

    def _summary(self, function: Function, shown: Versioned) -> Raw:
        is_live = shown is function.live
        return {
            "Name": function.id,
            "Status": self._status(function) if is_live else "UNPUBLISHED",
            "FunctionConfig": shown.config["config"],
            "FunctionMetadata": {
                "FunctionARN": function.arn,
                "Stage": "LIVE" if is_live else "DEVELOPMENT",
                "LastModifiedTime": "2026-01-01T00:00:00Z",
            },
        }

    def _status(self, function: Function) -> str:
        users = self._users(function)
        for each in users:
            each.pending = max(each.pending - 1, -1)
        if not users:
            return "UNASSOCIATED"
        return "IN_PROGRESS" if any(each.pending >= 0 for each in users) else "DEPLOYED"


def _config(call: Raw) -> Raw:
    if len(call["FunctionCode"]) > CODE_BYTES:
        raise Refused("FunctionSizeLimitExceeded", 413)
    return {"config": call["FunctionConfig"], "code": call["FunctionCode"]}


def _stage(function: Function, call: Raw) -> Versioned:
    if call.get("Stage") != "LIVE":
        return function
    if function.live is None:
        raise Refused(MISSING, 404)
    return function.live
