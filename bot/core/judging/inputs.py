"""The inputs of a verdict, so that a reader of the report can judge again: commits, names, configuration, waivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change.trees import Change
    from bot.core.config.layers import Effective
    from bot.core.config.model import Mode
    from bot.core.forge.stored import Waiver
    from bot.core.judging.findings import Report
    from bot.core.judging.waiving import Waived


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one verdict beside its documents."""

    change: Change
    effective: Effective
    legacy: tuple[str, ...] = ()
    """The judged folders that the base had when the App first saw the repository."""
    mode: Mode | None = None
    """The mode that takes the place of the configured one."""
    waivers: tuple[Waiver, ...] = ()
    complete: bool = True
    """Every changed file and every layer of the stack is known."""
    merge_base: str | None = None
    """Commit id; None where nobody looked it up."""
    head: str | None = None
    """Commit id; None for files that are in no commit."""


def inputs_of(  # noqa: PLR0913  each is another input
    change: Change,
    effective: Effective,
    report: Report,
    *,
    head: str | None,
    merge_base: str | None = None,
    mode: Mode | None = None,
    waived: Iterable[Waived] = (),
    complete: bool = True,
) -> Inputs:
    """The inputs of a report. Legacy folders that were not judged are left out."""
    judged = {feature.feature.dir for feature in report.features}
    return Inputs(
        change,
        effective,
        legacy=tuple(sorted(judged & change.first_seen.keys())),
        mode=mode,
        waivers=tuple(waiver for group in waived for waiver in group.granted),
        complete=complete,
        merge_base=merge_base,
        head=head,
    )
