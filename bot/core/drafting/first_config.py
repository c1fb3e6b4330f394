"""The first `app.yml` of a repository: settings from its files, and a comment for every further key.

Every existing feature passes on the day of the merge: features that would block become legacy.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.change.feature import ARTIFACTS
from bot.core.config.model import NumberMode, RepositoryConfig
from bot.core.config.schema import EXAMPLES, HOST_ONLY, all_keys
from bot.core.features.branch import counted, read_folder_name
from bot.core.judging.findings import Severity
from bot.core.text.neutral import plain_line
from bot.core.text.wording import count
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.config.schema import KeyReference
    from bot.core.judging.findings import FeatureReport
    from bot.core.yardstick.constitution import Constitution

WIDTH: Final = 100
"""Characters of a line of the file."""
MAX_ROOTS: Final = 20
MAX_LEGACY: Final = 100
"""Globs that one list may hold."""

TICKETS: Final = "^(?:.+/)?(?P<number>[A-Z][A-Z0-9]*-[0-9]+)-(?P<slug>[^/]*)$"
_TICKET = re.compile(r"[A-Z][A-Z0-9]{0,19}-[0-9]{1,12}-[^/]{1,200}\Z")
_DOCUMENTS = ("spec.md", "plan.md")
_SKIPPED = frozenset({".specify", "node_modules", "vendor", "tests", "test", "fixtures", "templates", "examples"})


@dataclass(frozen=True, slots=True)
class FirstSettings:
    """The settings of a first configuration. A setting that is None or empty keeps its default."""

    specs: tuple[str, ...] = ()
    number: NumberMode | None = None
    branches: str | None = None
    since: int | None = None
    legacy: tuple[str, ...] = ()

    def settings(self) -> dict[str, object]:
        """The configured keys as JSON values."""
        settings = {
            "branches": self.branches,
            "specs": list(self.specs),
            "number": self.number.value if self.number else None,
            "since": self.since,
            "legacy": list(self.legacy),
        }
        return {"mode": "enforce", **{key: value for key, value in settings.items() if value or value == 0}}

    def text(self) -> str:
        """The settings alone, as a file."""
        return "plangate:\n" + "".join(f"  {key}: {_yaml(value)}\n" for key, value in self.settings().items())


def first_settings(paths: Iterable[str]) -> FirstSettings:
    """Roots and names of features, from the paths of a repository's files."""
    folders = _feature_folders(paths)
    roots = Counter(root for root, _ in folders)
    names = [name for _, name in folders]
    specs = () if set(roots) <= {"specs"} else _roots(roots)
    plain = [read_folder_name(name, RepositoryConfig()) for name in names]
    if 2 * sum(_TICKET.match(name) is not None for name in names) > len(names) > 0:
        return FirstSettings(specs, NumberMode.TICKET, TICKETS)
    stamped = sum(folder_name is not None and folder_name.timestamp for folder_name in plain)
    return FirstSettings(specs, NumberMode.TIMESTAMP if 2 * stamped > len(names) > 0 else None)


def _feature_folders(paths: Iterable[str]) -> set[tuple[str, str]]:
    """Folders whose name begins with a number or ticket and that have a spec or plan, each with its parent folder."""
    folders = set()
    for path in paths:
        parts = path.split("/")
        if len(parts) < 3 or parts[-1] not in _DOCUMENTS or _SKIPPED.intersection(parts[:-2]):  # noqa: PLR2004  root, folder, file
            continue
        name = parts[-2]
        if read_folder_name(name, RepositoryConfig()) is not None or _TICKET.match(name):
            folders.add(("/".join(parts[:-2]), name))
    return folders


def _roots(roots: Mapping[str, int]) -> tuple[str, ...]:
    """The specs roots. Siblings such as `apps/web/specs` and `apps/api/specs` become one glob."""
    alike = Counter(_glob(root) for root in roots)
    merged = {_glob(root) if alike[_glob(root)] > 1 else root for root in roots}
    return tuple(sorted(merged, key=lambda root: (root != "specs", root)))[:MAX_ROOTS]


def _glob(root: str) -> str:
    parts = root.split("/")
    if len(parts) < 3:  # noqa: PLR2004  a folder of siblings, the sibling, its specs
        return root
    return "/".join([*parts[:-2], "*", parts[-1]])


def with_failing_as_legacy(
    start: FirstSettings, features: Iterable[FeatureReport], config: RepositoryConfig
) -> FirstSettings:
    """Make every blocking feature legacy: with `since`, or with `legacy:` for folders without a number."""
    blocked = [
        report.feature for report in features if any(finding.severity is Severity.ERROR for finding in report.findings)
    ]
    numbers = [number for report in blocked if (number := counted(report.number, config)) is not None]
    others = [report.dir for report in blocked if counted(report.number, config) is None]
    since = max(numbers) + 1 if numbers else None
    return FirstSettings(start.specs, start.number, start.branches, since, tuple(sorted(others)[:MAX_LEGACY]))


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """The facts in the comment at the top of the first configuration file."""

    features: int
    highest: str | None
    constitution: Constitution | None
    testing: str | None
    """How the repository is tested, and the file that says so."""


def config_text(start: FirstSettings, repository: RepositoryFacts) -> str:
    """The whole file, with a line end."""
    head = [
        "# How Plangate judges this repository. It holds once it is on the default branch.",
        "# Check it: plangate config validate · see what is in force: plangate config show",
        "# A key in a comment stands at its default; what is shown there is an example.",
        *_fact_lines(repository),
        "plangate:",
    ]
    settings = start.settings()
    shown = [key for key in all_keys() if key.path not in HOST_ONLY and not key.path.startswith("commands.")]
    parts = ["\n".join(_key(key, settings)) for key in shown]
    return "\n".join(head) + "\n" + "\n\n".join([*parts, "\n".join(_commands())]) + "\n"


def _fact_lines(repository: RepositoryFacts) -> list[str]:
    highest = f", the highest is {repository.highest}" if repository.highest else ""
    facts = [count(repository.features, "feature", "features") + highest]
    constitution = repository.constitution
    if constitution is not None and constitution.state is ConstitutionState.FILLED:
        hard = sum(principle.non_negotiable for principle in constitution.principles)
        version = f" {constitution.version}" if constitution.version else ""
        sentence = f"constitution{version} with {count(len(constitution.principles), 'principle', 'principles')}"
        facts.append(f"{sentence}, {hard} of them NON-NEGOTIABLE" if hard else sentence)
    else:
        facts.append("no constitution that is filled, so no principle is judged")
    if repository.testing:
        facts.append(f"tests: {repository.testing}")
    text = plain_line(f"Found here: {'; '.join(facts)}.", 600)
    return [f"# {line}" for line in _wrapped(text, WIDTH - 2)]


def _key(key: KeyReference, settings: Mapping[str, object]) -> list[str]:
    lines = [f"  # {line}" for line in _wrapped(key.text, WIDTH - 4)]
    if key.choices:
        lines.append(f"  # {' | '.join(key.choices)}")
    if key.path == "artifacts":
        lines.append(f"  # names: {', '.join(ARTIFACTS)}")
    if key.path in settings:
        return [*lines, f"  {key.path}: {_yaml(settings[key.path])}"]
    # A repository can lock waivers only. The example on the page is for an owner.
    return [*lines, "  # locked: [waive]" if key.path == "locked" else f"  # {EXAMPLES[key.path]}"]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _commands() -> list[str]:
    keys = [key for key in all_keys() if key.path.startswith("commands.")]
    lines = ["  # How commands are spelt and who may use them; these are the defaults."]
    pairs = ", ".join(f"{key.path.removeprefix('commands.')}: {key.default}" for key in keys)
    return [*lines, f"  # commands: {{{pairs}}}"]


def _yaml(value: object) -> str:
    """A value as YAML that reads as itself: JSON, but for plain words and patterns, which are easier to read so."""
    if isinstance(value, str):
        return value if re.fullmatch(r"[a-z-]{1,40}", value) else "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)
