"""The summary of a check run.

In this order: what blocks, what only people can judge, what changed since the last push, what does not block, how to
check again, folded tables, a footer.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.change.feature import State
from bot.core.forge.check_run_output import Conclusion
from bot.core.judging.findings import FeatureReport, Report, Severity
from bot.core.speech.render.above import above
from bot.core.speech.render.counts import coming, counted_order, occurrences_of, principle_statuses
from bot.core.speech.render.entries import (
    MOST_OPEN,
    blocking_entries,
    finding_table,
    other_entries,
    statement,
    with_fold,
)
from bot.core.speech.render.footer import footer
from bot.core.speech.render.for_people import for_people
from bot.core.speech.render.grouping import FindingGroup, groups_of
from bot.core.speech.render.lead import blanks, lead
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.since_last_push import since_last_push
from bot.core.speech.render.tables import tables
from bot.core.text.neutral import code_span, fence, neutralise
from bot.core.text.wording import count

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.speech.render.context import RenderContext

_FEATURES_WITH_TABLES = 5
_DESK_FEATURES = 3
_NOTES = 20


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a summary. Findings are sorted and grouped once, for all attempts at its length."""

    report: Report
    context: RenderContext
    draft: Draft | None
    errors: tuple[FindingGroup, ...]
    others: tuple[FindingGroup, ...]
    """Warnings and notices."""

    @property
    def several(self) -> bool:
        """More than one feature is judged, so that each entry says which it is about."""
        return len(self.report.features) > 1

    @property
    def count(self) -> int:
        """Entries of both lists."""
        return len(self.errors) + len(self.others)


def page_of(report: Report, context: RenderContext, draft: Draft | None = None) -> Page:
    """The findings in the order in which they are shown; those that block apart from those that do not."""
    groups = groups_of(counted_order(occurrences_of(report), context))
    errors = tuple(group for group in groups if group.severity is Severity.ERROR)
    return Page(report, context, draft, errors, groups[len(errors) :])


def summary(page: Page, shown: int, *, with_tables: bool = True) -> str:
    """The summary as Markdown, with at most `shown` entries; the others are counted."""
    links = Links(page.context)
    parts = [*above(page.context, links), *_body(page, links, shown)]
    if page.report.features:
        parts.append(_desk_command(page))
        parts += [_tables(page, links)] if with_tables else []
    parts += [footer(page.report, page.context, links), links.definitions()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _body(page: Page, links: Links, shown: int) -> list[str]:
    if not page.report.features and not page.count:
        return _not_judged(page, links)
    only = _only_error(page)
    if only and page.draft and only.first.path == page.draft.path:
        return [*_plan_to_fill(page, only, page.draft, links), *_lists(page, links, shown, skip=only)]
    if only and only.first.table:
        return [*_at_a_glance(page, only, links), *_lists(page, links, shown, skip=only)]
    sentence = lead(page.report, blocks=bool(page.errors))
    if not page.report.features:
        sentence = f"{links.prose(page.report.reason).strip()} {sentence}".strip()
    return [sentence, *_lists(page, links, shown), _draft_below(page, links), _next(page)]


def _only_error(page: Page) -> FindingGroup | None:
    """The error, if the page has exactly one."""
    alone = len(page.errors) == 1 and len(page.errors[0].findings) == 1
    return page.errors[0] if alone else None


def _not_judged(page: Page, links: Links) -> list[str]:
    reason = links.prose(page.report.reason).strip() or "Nothing to check here: this change holds no feature folder."
    notes = "\n".join(f"- {links.prose(note).strip()}" for note in page.report.notes[:_NOTES])
    way_in = "If it is a feature, add its folder with a `spec.md`: Plangate goes by the folder."
    is_way_in = page.context.governed and not page.context.merge_group and not page.report.headline
    return [reason, notes, way_in if is_way_in else ""]


def _lists(page: Page, links: Links, shown: int, skip: FindingGroup | None = None) -> list[str]:
    """The sections between the lead and the tables."""
    errors = [group for group in page.errors if group is not skip]
    blocking, others = errors[:shown], page.others[: max(0, shown - len(errors))]
    parts: list[str] = []
    if blocking:
        advice = page.report.conclusion is Conclusion.NEUTRAL
        entries = blocking_entries(blocking, links, named=page.several)
        parts += ["### Would block" if advice else "### Blocks", *with_fold(entries, MOST_OPEN, "more that block")]
    parts += [*_for_people(page, links), _since_last_push(page)]
    if others:
        entries = other_entries(others, links, named=page.several)
        room = max(0, MOST_OPEN - len(blocking))
        parts += ["### Does not block", *with_fold(entries, room, "more" if room else "to look at")]
    not_shown = len(errors) + len(page.others) - len(blocking) - len(others)
    return [*parts, _not_shown(page, links, not_shown)]


def _for_people(page: Page, links: Links) -> list[str]:
    own = [
        report
        for report in page.report.features
        if report.feature.owned and not report.feature.removed and not report.feature.legacy
    ]
    items = [item for feature in own for item in for_people(feature, links)]
    return ["### For people to judge", *with_fold(items, MOST_OPEN, "more")] if items else []


def _since_last_push(page: Page) -> str:
    shown = (finding for group in (*page.errors, *page.others) for finding in group.findings)
    return since_last_push(shown, page.context)


def _not_shown(page: Page, links: Links, number: int) -> str:
    if not number:
        return ""
    if page.context.report_url:
        return f"and {number} more in the {links.to('full report', page.context.report_url, 'rep')}"
    return f"and {number} more: `plangate check` lists them all"


def _plan_to_fill(page: Page, only: FindingGroup, draft: Draft, links: Links) -> list[str]:
    """How to fill the plan, in three steps, if that is all there is to do."""
    over = " over the file" if _is_there(page, draft) else ""
    steps = [
        f"1. Copy the draft below{over}: {_edit_link(page, draft, links)}",
        f"2. Fill in what is open: {blanks(draft)}.",
        "3. Push. This check runs again by itself.",
    ]
    sentence = _copy_of_the_template(page, draft) or statement(only.first, links)
    return [f"{sentence}{links.rule_suffix(only.first.rule)}", "\n".join(steps), _next(page)]


def _copy_of_the_template(page: Page, draft: Draft) -> str:
    """How much of a plan is still the template. Replaces the finding's text; empty if there is no plan."""
    for feature in page.report.features:
        if any(artifact.path == draft.path and artifact.state is State.TEMPLATE for artifact in feature.artifacts):
            holes = sum(hole.path == draft.path for hole in feature.placeholders)
            lines = count(holes, "of its lines still holds a placeholder", "of its lines still hold placeholders")
            sentence = f"{code_span(draft.path)} is a copy of the template" + (f": **{lines}**" if holes else "")
            return f"{sentence}{', and no principle is answered' if _gate_open(feature) else ''}."
    return ""


def _is_there(page: Page, draft: Draft) -> bool:
    """Whether a file exists at the draft's path."""
    artifacts = (artifact for feature in page.report.features for artifact in feature.artifacts)
    return any(artifact.path == draft.path and artifact.state is not State.MISSING for artifact in artifacts)


def _edit_link(page: Page, draft: Draft, links: Links) -> str:
    exists = _is_there(page, draft)
    name = neutralise(draft.path.rsplit("/", 1)[-1])
    words = f"{'edit' if exists else 'create'} {name} on this branch"
    return links.to(words, page.context.edit_url(draft.path, exists=exists), "edit")


def _at_a_glance(page: Page, only: FindingGroup, links: Links) -> list[str]:
    """What is wrong, the table and the remedy, if the single error has a table."""
    finding = only.first
    title = links.prose(finding.title).strip()
    sentence = f"**{title}.** {links.prose(finding.why).strip()}"
    if only.feature and only.feature.feature.added:
        adds = f"{_subject(page)} adds {code_span(only.feature.feature.dir)}"
        sentence = f"{adds}, but **{title[:1].lower()}{title[1:]}**."
    parts = [sentence, finding_table(finding, links), links.prose(finding.fix).strip()]
    if finding.paste:
        parts.append(fence(finding.paste, finding.paste_as))
    in_order = "Everything else is in order." if only.feature and not page.others else ""
    return [*parts, f"{in_order}{links.rule_suffix(finding.rule)}".removeprefix(" · ")]


def _subject(page: Page) -> str:
    if page.context.merge_group:
        return "This merge group"
    return "This pull request" if page.context.pull_request is not None else "This branch"


def _draft_below(page: Page, links: Links) -> str:
    draft = page.draft
    if draft is None:
        return ""
    filled = f"A draft of {code_span(draft.path)} is below, filled from this repository"
    return f"{filled}: {blanks(draft)}. Copy it: {_edit_link(page, draft, links)}"


def _next(page: Page) -> str:
    """The documents that are due once the gate is answered."""
    if len(page.report.features) != 1:
        return ""
    feature = page.report.features[0]
    names = [code_span(artifact.name) for artifact in coming(feature)]
    if not names:
        return ""
    gate = ", once the gate is answered" if _gate_open(feature) else ""
    return f"Next{gate}: {' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)}."


def _gate_open(feature: FeatureReport) -> bool:
    statuses = principle_statuses(feature)
    planned = any(artifact.name == "plan.md" and artifact.state is not State.MISSING for artifact in feature.artifacts)
    return planned and bool(statuses) and not any(status.answered for status in statuses)


def _desk_command(page: Page) -> str:
    """The command that gives the same verdict before the next push. Names are quoted for the shell: people paste it."""
    features = page.report.features
    if not page.errors or page.context.merge_group:
        return ""
    options = [f"--feature {shlex.quote(feature.feature.dir)}" for feature in features]
    which = " ".join(options) if len(options) <= _DESK_FEATURES else "--all"
    command = f"plangate check {which} --base {shlex.quote(page.context.desk_base)}"
    return f"Check before you push: {code_span(command, 600)}"


def _tables(page: Page, links: Links) -> str:
    features = [feature for feature in page.report.features if not feature.feature.removed][:_FEATURES_WITH_TABLES]
    return "\n".join(table for feature in features for table in tables(feature, links, named=page.several))
