"""Compare a report with what the same commits give when they are judged again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bot.core.speech.report.model import FindingJson, ReportJson

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says something else. `given` and `judged` are JSON values, None where the field is absent."""

    place: str
    """As in `features[0].findings[2].severity`."""
    given: Any
    judged: Any


def differences(given: ReportJson, judged: ReportJson, left_out: Collection[str]) -> tuple[Difference, ...]:
    """The fields of conclusion, findings and features that differ. Findings of the rules `left_out` are not compared.

    That is everything the digest covers, and the pastes and statements beside it.
    """
    return tuple(_differences(_compared(given, left_out), _compared(judged, left_out), ""))


def left_out_findings(report: ReportJson, left_out: Collection[str]) -> tuple[FindingJson, ...]:
    """The findings that are not compared."""
    everything = [*report["findings"], *(finding for feature in report["features"] for finding in feature["findings"])]
    return tuple(finding for finding in everything if finding["rule"] in left_out)


def _compared(report: ReportJson, left_out: Collection[str]) -> dict[str, Any]:
    features = sorted(report["features"], key=lambda feature: feature["dir"])
    return {
        "conclusion": report["conclusion"],
        "findings": _without(report["findings"], left_out),
        "features": [{**feature, "findings": _without(feature["findings"], left_out)} for feature in features],
    }


def _without(findings: Sequence[FindingJson], left_out: Collection[str]) -> list[FindingJson]:
    return [finding for finding in findings if finding["rule"] not in left_out]


def _differences(given: Any, judged: Any, place: str) -> Iterator[Difference]:
    if isinstance(given, dict) and isinstance(judged, dict):
        for name in dict.fromkeys((*judged, *given)):
            below = f"{place}.{name}" if place else name
            yield from _differences(given.get(name, _ABSENT), judged.get(name, _ABSENT), below)
    elif isinstance(given, list) and isinstance(judged, list):
        for index, (ours, theirs) in enumerate(zip_longest(given, judged, fillvalue=_ABSENT)):
            yield from _differences(ours, theirs, f"{place}[{index}]")
    elif type(given) is not type(judged) and not (isinstance(given, str) and isinstance(judged, str)):
        yield Difference(place, _shown(given), _shown(judged))
    elif given != judged:
        yield Difference(place, given, judged)


def _shown(value: Any) -> Any:
    return None if value is _ABSENT else value
