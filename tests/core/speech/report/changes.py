"""Random changes of the fields of a report that its digest covers."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from bot.core.change.feature import Due, Stage, State
from bot.core.documents.plan import Phase, Verdict
from bot.core.forge.effects import Conclusion
from bot.core.judging.findings import Severity
from bot.core.yardstick.constitution import ConstitutionState
from bot.core.yardstick.template import PlaceholderKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum
    from random import Random

_NOT_COVERED = {"id", "removed", "version", "statements", "paste", "edits", "follow_up"}
"""Fields of findings and features that the digest leaves out."""
_WORDS: dict[str, type[StrEnum]] = {
    "conclusion": Conclusion,
    "severity": Severity,
    "stage": Stage,
    "due": Due,
    "verdict": Verdict,
    "phase": Phase,
    "kind": PlaceholderKind,
}
_STATES: dict[str, type[StrEnum]] = {"artifacts": State, "constitution": ConstitutionState}


def places(report: dict[str, Any]) -> list[tuple[str | int, ...]]:
    """The places of every covered value and of every covered list."""
    covered = {name: report[name] for name in ("conclusion", "findings", "features")}
    return list(_places(covered, ()))


def _places(node: Any, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(node, dict):
        for name, child in node.items():
            if name not in _NOT_COVERED or place[-2:-1] == ("principles",):
                yield from _places(child, (*place, name)) if name != "statements" else ()
    elif isinstance(node, list):
        yield place
        for index, child in enumerate(node):
            yield from _places(child, (*place, index))
    else:
        yield place


def changed(report: dict[str, Any], random: Random) -> tuple[dict[str, Any], str]:
    """The report with one covered value changed, or one element of a covered list repeated or taken away; and where."""
    fresh = copy.deepcopy(report)
    place = random.choice(places(fresh))
    *above, last = place
    node: Any = fresh
    for part in above:
        node = node[part]
    value = node[last]
    if isinstance(value, list):
        _change_list(value, random)
    else:
        node[last] = _another(place, value, random)
    return (fresh if fresh != report else changed(report, random)[0]), ".".join(map(str, place))


def _change_list(elements: list[Any], random: Random) -> None:
    if not elements:
        return
    index = random.randrange(len(elements))
    if random.random() < 0.5:
        del elements[index]
    else:
        elements.insert(index, copy.deepcopy(elements[index]))


def _another(place: tuple[str | int, ...], value: Any, random: Random) -> Any:
    name = str(place[-1])
    words = _STATES.get(str(place[-3 if place[-3:-2] == ("artifacts",) else -2])) if name == "state" else None
    words = words or _WORDS.get(name)
    if words is not None:
        return random.choice([str(word) for word in words if word != value])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random.randint(1, 9)
    if value is None:
        return 1 if "line" in name or "column" in name else "another"
    return random.choice([f"{value} ", value[:-1] if value else "x", value[::-1], "another"])
