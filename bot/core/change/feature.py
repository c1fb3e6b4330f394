"""A feature folder, its stage and its artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a feature has come, derived from the files in the change."""

    SPECIFYING = "specifying"
    PLANNING = "planning"
    IMPLEMENTING = "implementing"


class Due(StrEnum):
    """Whether an artifact must exist at the feature's stage."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    NEXT = "next"
    OFF = "off"


class State(StrEnum):
    """State of an artifact in the folder, whether it is due or not."""

    PRESENT = "present"
    MISSING = "missing"
    EMPTY = "empty"
    TEMPLATE = "template"


ARTIFACTS = ("spec.md", "plan.md", "research.md", "data-model.md", "quickstart.md", "contracts/", "tasks.md")
"""The seven artifacts of a feature folder, in the order in which every report lists them."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature folder of the judged change."""

    dir: str
    """Path from the repository's root, without a trailing slash: `specs/003-user-auth`."""
    root: str
    """The specs root it stands in: `specs`."""
    number: str | None
    """Number as written in the folder's name (`003`); None when the name has no number."""
    slug: str | None
    stage: Stage
    owned: bool
    """The change adds the folder, edits its spec.md or plan.md, or the branch carries the folder's number."""
    legacy: bool = False
    added: bool = False
    """The base does not have the folder."""
    removed: bool = False
    """The base has the folder and the head does not."""

    @property
    def name(self) -> str:
        """The folder's own name: `003-user-auth`."""
        return self.dir.rsplit("/", 1)[-1]


NO_KEY_ENTITIES = "the spec has no Key Entities"
"""`Artifact.reason` of a data model that is not due because the spec names no entities."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One of the seven artifacts, its state and whether it is due."""

    name: str
    path: str
    due: Due
    state: State
    reason: str | None = None
    """Why the artifact is not due, quoted from the plan (foreign text)."""
    line: int | None = None
    """The 1-based line of plan.md that promises or withdraws the artifact."""
