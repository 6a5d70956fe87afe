"""A stand-in for the settings of the page."""

from pydantic import Field

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import Section
from beekeeper.contract.languages import NAMES


class Page(Section):
    """The waiting page."""

    languages: list[str] = list(NAMES)


class WithPage(Essentials):
    """The page of the room."""

    page: Page = Field(
        default_factory=Page, description="x", json_schema_extra={"unit": "", "example": ""}
    )
