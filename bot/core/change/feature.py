"""Branch, feature, stage and artifact; which folder belongs to which branch.

Folders are what counts, names are hints. The rules for names are Spec Kit's own over all its versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a feature has come, told from what the change holds."""

    SPECIFYING = "specifying"
    PLANNING = "planning"
    IMPLEMENTING = "implementing"


class Due(StrEnum):
    """Whether an artifact has to be there now."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    NEXT = "next"
    OFF = "off"


class State(StrEnum):
    """What is in the folder, whether it is due or not."""

    PRESENT = "present"
    MISSING = "missing"
    EMPTY = "empty"
    TEMPLATE = "template"


ARTIFACTS = ("spec.md", "plan.md", "research.md", "data-model.md", "quickstart.md", "contracts/", "tasks.md")
"""The seven artifacts of a feature folder, in the order in which every report lists them."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature folder as the judged change shows it."""

    dir: str
    """Path from the repository's root, without a trailing slash: `specs/003-user-auth`."""
    root: str
    """The specs root it stands in: `specs`."""
    number: str | None
    """As written in the folder's name (`003`), None when the name has no number."""
    slug: str | None
    stage: Stage
    owned: bool
    """The change adds the folder, adds or edits its spec.md or plan.md, or the branch's number is this folder's."""
    legacy: bool = False
    added: bool = False
    """The folder is not on the base."""
    removed: bool = False
    """The folder is on the base and gone at the head."""

    @property
    def name(self) -> str:
        """The folder's own name: `003-user-auth`."""
        return self.dir.rsplit("/", 1)[-1]


NO_KEY_ENTITIES = "the spec has no Key Entities"
"""Why a data model is not due where nobody but the spec says so: `Artifact.reason` in our words, not the plan's."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One of the seven, its state and whether it is due."""

    name: str
    path: str
    due: Due
    state: State
    reason: str | None = None
    """Why it is not due, in the plan's own (foreign) words."""
    line: int | None = None
    """The 1-based line of plan.md that promises it or takes it back."""
