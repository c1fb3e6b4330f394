"""The page of one verdict as a value: what is kept for the page and shown on it.

Texts are plain; the page escapes them. Of the repository's text it holds what the report quotes, no source excerpt.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True, slots=True)
class Place:
    """A file and line, and its address on GitHub; None where there is no commit to link to."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A statement of the plan: its kind (`reason`, `tracking row`), its words and its place."""

    kind: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class PrincipleRow:
    """A principle of the constitution, and what the plan says of it."""

    title: str
    sentence: str
    """The first sentence of the constitution's own text; empty where it has none."""
    place: Place
    verdict: str
    """`pass`, `violation`, …; `not mentioned` where the plan says nothing."""
    assessment: Quote | None
    replaced: Quote | None
    """The earlier assessment that this one takes the place of."""
    statements: tuple[Quote, ...] = ()
    """Reasons, rows, repairs, evidence."""


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """An artifact, whether it is due, and what is there."""

    name: str
    due: str
    state: str
    reason: str
    """The plan's own words why it is not due; empty for none."""
    place: Place


@dataclass(frozen=True, slots=True)
class FeaturePart:
    """A feature folder."""

    dir: str
    stage: str
    principles: tuple[PrincipleRow, ...]
    artifacts: tuple[ArtifactRow, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding."""

    id: str
    rule: str
    severity: str
    title: str
    why: str
    fix: str
    paste: str
    place: Place
    kinds: tuple[str, ...]
    """The kinds of the plan's statements about its subject, for a report of a false alarm."""
    path: str = ""
    """The document at the head; empty for none."""
    line: int | None = None
    """The 1-based line in it."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A key of the configuration in force, its value and the file that sets it."""

    key: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """The page of a verdict."""

    repository: str
    """`owner/name`."""
    title: str
    conclusion: str
    version: str
    """Of the Plangate that judged."""
    digest: str
    head: Place
    base: Place
    number: int | None
    """The judged pull request."""
    pull_request: Place | None
    commands: tuple[str, ...]
    """Commands that reach the same verdict in a clone."""
    reason: str
    """Why nothing was judged; empty where something was."""
    findings: tuple[FindingRow, ...]
    features: tuple[FeaturePart, ...]
    settings: tuple[SettingRow, ...]
    report: str = field(repr=False)
    """The JSON report."""
    private: bool = False
    """The repository was private when the verdict was reached."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A verdict's page in the store."""

    head_sha: str
    digest: str
    """The first 16 hexadecimal digits of the report's digest."""
    number: int | None
    """The judged pull request."""
    page: str = field(repr=False)
    """`encoded` page."""
    stored_at: float
    """Seconds since the epoch (UTC)."""


def page_digest(digest: str) -> str:
    """The part of a report's digest that stands in the address of its page: `sha256:5d1e…` gives 16 digits."""
    return digest.partition(":")[2][:16]


def encoded(page: VerdictPage) -> str:
    """The page as text. A lone surrogate, which no text in UTF-8 can hold, becomes a question mark."""
    plain = msgspec.to_builtins(page)
    return msgspec.json.encode(valid(plain)).decode()


def decoded(text: str) -> VerdictPage:
    """The page from its text. Raises `ValueError` for a page of another version."""
    return msgspec.json.decode(text, type=VerdictPage)


def decoded_findings(text: str) -> tuple[FindingRow, ...]:
    """The findings of a page from its text. Raises `ValueError` for a page of another version."""
    return msgspec.json.decode(text, type=_Findings).findings


@dataclass(frozen=True, slots=True)
class _Findings:
    """The part of a page that is compared with another one."""

    findings: tuple[FindingRow, ...]


def valid(plain: object) -> object:
    """Plain values without a lone surrogate."""
    match plain:
        case str():
            return plain.encode("utf-8", "replace").decode()
        case list() | tuple():
            return [valid(part) for part in plain]
        case dict():
            return {key: valid(part) for key, part in plain.items()}
        case _:
            return plain
