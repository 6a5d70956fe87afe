"""Resources that the configuration does not want any more: a deploy removes what it finds of them.

A destroy removes them, too, so it does not need to know what the room once had.
"""

from collections.abc import Iterable, Mapping, Sequence

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, Step
from beekeeper.provision.grant import Grant, reads


class Unwanted(Resource):
    """A resource that is found and deleted as its own step does it, and is not wanted."""

    def __init__(
        self, step: Step, needs: tuple[str, ...], inside: Sequence[Step], *, only_look: bool
    ) -> None:
        self.key, self.kind, self.name = step.key, step.kind, step.name
        self.needs = needs
        self._step = step
        self._inside = inside
        self._only_look = only_look

    def grants(self) -> Iterable[Grant]:
        """Return what it takes to make it, too: it can be wanted again."""
        for step in (self._step, *self._inside):
            yield from reads(step.grants()) if self._only_look else step.grants()

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        return None

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        return self._step.find(aws, outputs)

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Never called, because it is not wanted."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Never called, because it is not wanted."""

    def obstacle(self, aws: Aws, found: Found) -> str:
        return self._step.obstacle(aws, found)

    def delete(self, aws: Aws, found: Found) -> None:
        self._step.delete(aws, found)


def unwanted(steps: Sequence[Step], *, only_look: bool = False) -> list[Step]:
    """Return steps that remove what these would make. They need each other, and nothing else.

    With ``only_look``, they grant a deployer only what finds it. That is for resources whose ARNs
    have no names: the right to remove ours would be the right to remove everybody's.

    What lives in another resource goes with it, and so it has no step.
    """
    whole = [step for step in steps if step.container is None]
    keys = {step.key for step in whole}
    return [
        Unwanted(
            step,
            tuple(need for need in step.needs if need in keys),
            [inner for inner in steps if inner.container == step.key],
            only_look=only_look,
        )
        for step in whole
    ]
