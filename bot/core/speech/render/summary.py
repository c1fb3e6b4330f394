"""The summary of a check run: one sentence, what blocks, what does not, how to look again, folded tables, a footer."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.change.feature import Due, State
from bot.core.forge.effects import Conclusion
from bot.core.judging.findings import FeatureReport, Report, Severity
from bot.core.speech.render.context import short
from bot.core.speech.render.facts import (
    Occurrence,
    coming,
    counted_order,
    occurrences_of,
    principle_statuses,
    there,
)
from bot.core.speech.render.findings_list import blocks, does_not_block, grid, statement, worth_a_look
from bot.core.speech.render.footer import footer
from bot.core.speech.render.lead import FEATURES_NAMED, blanks, lead, tally, verdict_words
from bot.core.speech.render.markdown import Links, with_code
from bot.core.speech.render.tables import tables
from bot.core.text.neutral import code_span, fence, neutralise
from bot.core.text.wording import count

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.speech.render.context import ConfigTrouble, RenderContext

_FEATURES_WITH_TABLES = 5
_DESK_FEATURES = 3
_LOOKS = 12
_NOTES = 20
_STANDS = {
    Conclusion.SUCCESS: "✅ passes",
    Conclusion.FAILURE: "❌ fails",
    Conclusion.NEUTRAL: "➖ is advised only",
    Conclusion.ACTION_REQUIRED: "❌ needs an admin",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a summary is made of; the findings are sorted once, for every attempt at a length."""

    report: Report
    context: RenderContext
    draft: Draft | None
    errors: tuple[Occurrence, ...]
    others: tuple[Occurrence, ...]

    @property
    def several(self) -> bool:
        """More than one feature, so that each finding says which."""
        return len(self.report.features) > 1

    @property
    def count(self) -> int:
        """Findings to be told."""
        return len(self.errors) + len(self.others)


def page_of(report: Report, context: RenderContext, draft: Draft | None = None) -> Page:
    """The findings in the order of telling, those that block apart from those that do not."""
    occurrences = counted_order(occurrences_of(report), context)
    errors = tuple(occurrence for occurrence in occurrences if occurrence.finding.severity is Severity.ERROR)
    return Page(report, context, draft, errors, tuple(occurrences[len(errors) :]))


def summary(page: Page, shown: int, *, with_tables: bool = True) -> str:
    """The Markdown with at most `shown` findings; what is left out is counted."""
    links = Links(page.context)
    parts = [*_above(page, links), *_body(page, links, shown)]
    if page.report.features:
        parts += [_looks(page, links), _desk(page)]
        parts += [_tables(page, links)] if with_tables else []
    parts += [footer(page.report, page.context, links), links.definitions()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _above(page: Page, links: Links) -> list[str]:
    """Lines that come first because they change how the rest is read."""
    troubles = (page.context.owner_trouble, page.context.trouble)
    lines = [_trouble(trouble, links) for trouble in troubles if trouble is not None]
    lines += [
        f"**{neutralise(waived.rule)} is waived** by {code_span(waived.by, 60)} ({neutralise(waived.role)}):"
        f" {code_span(waived.reason)}. Holds until the feature folder or the finding changes."
        for waived in page.context.waivers[:_NOTES]
    ]
    return [*lines, _other_pulls(page.context, links)]


def _trouble(trouble: ConfigTrouble, links: Links) -> str:
    good = code_span(short(trouble.good))
    judged_by = f"Judged by the last good version, {good}." if trouble.good else "Judged by the defaults, as before it."
    if trouble.lost:
        stands = "was read once, and this App sees it no more"
    else:
        since = f" since {code_span(short(trouble.since))}" if trouble.since else ""
        problem = links.prose(with_code(trouble.problem)).strip()
        stands = f"is broken{since}" + (f" (line {trouble.line}: {problem})" if problem else "")
    on = f" on {code_span(trouble.branch)}" if trouble.branch else ""
    return f"> ⚠️ {code_span(trouble.path)}{on} {stands}. {judged_by} This is for an admin, not for this pull request."


def _other_pulls(context: RenderContext, links: Links) -> str:
    if not context.others:
        return ""
    rows = [
        f"- {links.to(f'pull request {pull.number}', context.pull_url(pull.number), f'pr{pull.number}')}"
        f" into {code_span(pull.base)} {_STANDS[pull.conclusion]}: {neutralise(pull.title)}"
        f"{'' if pull.counts else ' (does not count here)'}"
        for pull in context.others[:FEATURES_NAMED]
    ]
    head = "This commit is the head of several pull requests; the worst verdict of those that count is shown here."
    return "\n".join([head, "", *rows])


def _body(page: Page, links: Links, shown: int) -> list[str]:
    lone = page.errors[0] if len(page.errors) == 1 else None
    if not page.report.features and not page.count:
        return _not_judged(page, links)
    if lone and page.draft and lone.finding.path == page.draft.path:
        return [*_plan_to_fill(page, lone, page.draft, links), *_lists(page, links, shown, skip=lone)]
    if lone and lone.finding.table:
        return [*_at_a_glance(page, lone, links), *_lists(page, links, shown, skip=lone)]
    sentence = lead(page.report, len(page.errors), len(page.others))
    if not page.report.features:
        sentence = f"{links.prose(page.report.reason).strip()} {sentence}".strip()
    return [sentence, *_lists(page, links, shown), _draft_below(page, links), _next(page)]


def _not_judged(page: Page, links: Links) -> list[str]:
    reason = links.prose(page.report.reason).strip() or "Nothing to check here: this change holds no feature folder."
    notes = "\n".join(f"- {links.prose(note).strip()}" for note in page.report.notes[:_NOTES])
    way_in = "If it is a feature, add its folder with a `spec.md`; Plangate goes by the folder."
    is_way_in = page.context.governed and not page.context.merge_group and not page.report.headline
    return [reason, notes, way_in if is_way_in else ""]


def _lists(page: Page, links: Links, shown: int, skip: Occurrence | None = None) -> list[str]:
    errors = [occurrence for occurrence in page.errors if occurrence is not skip]
    first, second = errors[:shown], page.others[: max(0, shown - len(errors))]
    parts: list[str] = []
    if first:
        advice = page.report.conclusion is Conclusion.NEUTRAL
        parts += ["### Would block" if advice else "### Blocks", "\n".join(blocks(first, links, named=page.several))]
    if second:
        parts += ["### Does not block", "\n".join(does_not_block(list(second), links, named=page.several))]
    not_shown = len(errors) + len(page.others) - len(first) - len(second)
    return [*parts, _cut(page, links, not_shown)]


def _cut(page: Page, links: Links, not_shown: int) -> str:
    if not not_shown:
        return ""
    if page.context.report_url:
        return f"and {not_shown} more in the {links.to('full report', page.context.report_url, 'rep')}"
    return f"and {not_shown} more: `plangate check` lists them all"


def _plan_to_fill(page: Page, lone: Occurrence, draft: Draft, links: Links) -> list[str]:
    """The one thing to do is to fill the plan: how, in three steps."""
    over = " over the file" if _stands(page, draft) else ""
    steps = [
        f"1. Copy it{over}: {_edit_link(page, draft, links)}",
        "2. Fill the blanks.",
        "3. Push. This check looks again by itself.",
    ]
    matter = _copy_of_the_template(page, draft) or statement(lone.finding, links)
    return [
        f"{matter} · {links.rule(lone.finding.rule)}",
        f"A draft is below, filled with what this repository already says: {blanks(draft)}.",
        "\n".join(steps),
        _next(page),
    ]


def _copy_of_the_template(page: Page, draft: Draft) -> str:
    """How far the plan is from one, said in the place of the finding; empty where there is no plan."""
    for feature in page.report.features:
        if any(a.path == draft.path and a.state is State.TEMPLATE for a in feature.artifacts):
            holes = sum(hole.path == draft.path for hole in feature.placeholders)
            placeholders = count(
                holes, "of its lines still holds a placeholder", "of its lines still hold placeholders"
            )
            sentence = f"{code_span(draft.path)} is a copy of the template" + (f": **{placeholders}**" if holes else "")
            return f"{sentence}{', and no principle is answered' if _gate_open(feature) else ''}."
    return ""


def _stands(page: Page, draft: Draft) -> bool:
    """There is a file in the draft's place."""
    artifacts = (artifact for feature in page.report.features for artifact in feature.artifacts)
    return any(artifact.path == draft.path and artifact.state is not State.MISSING for artifact in artifacts)


def _edit_link(page: Page, draft: Draft, links: Links) -> str:
    exists = _stands(page, draft)
    name = neutralise(draft.path.rsplit("/", 1)[-1])
    words = f"{'edit' if exists else 'create'} {name} on this branch"
    return links.to(words, page.context.edit_url(draft.path, exists=exists), "edit")


def _at_a_glance(page: Page, lone: Occurrence, links: Links) -> list[str]:
    """One thing blocks and brings its own table: the matter, the table, the way out, the rest in one line."""
    finding = lone.finding
    title = links.prose(finding.title).strip()
    matter = f"**{title}.** {links.prose(finding.why).strip()}"
    if lone.feature and lone.feature.feature.added:
        adds = f"{_who(page)} adds {code_span(lone.feature.feature.dir)}"
        matter = f"{adds}, but **{title[:1].lower()}{title[1:]}**."
    verdict = verdict_words(page.report, 1, len(page.others))
    parts = [f"{matter} **{verdict}**", grid(finding, links), links.prose(finding.fix).strip()]
    if finding.paste:
        parts.append(fence(finding.paste, finding.paste_as))
    in_order = f"Everything else is in order: {tally(lone.feature)}. · " if lone.feature and not page.others else ""
    return [*parts, f"{in_order}{links.rule(finding.rule)}"]


def _who(page: Page) -> str:
    if page.context.merge_group:
        return "This merge group"
    return "This pull request" if page.context.pull_request is not None else "This branch"


def _draft_below(page: Page, links: Links) -> str:
    draft = page.draft
    if draft is None:
        return ""
    filled = f"A draft of {code_span(draft.path)} is below, filled with what this repository already says"
    return f"{filled}: {blanks(draft)}. Copy it: {_edit_link(page, draft, links)}"


def _next(page: Page) -> str:
    """What is to be written after this, so that answering one thing never surprises with the next."""
    if len(page.report.features) != 1:
        return ""
    feature = page.report.features[0]
    after = [code_span(artifact.name) for artifact in coming(feature)]
    if not after:
        return ""
    gate = ", once the gate is answered" if _gate_open(feature) else ""
    listed = " and ".join([", ".join(after[:-1]), after[-1]] if len(after) > 1 else after)
    later = [code_span(a.name) for a in feature.artifacts if a.due is Due.OFF and a.reason is None and not there(a)]
    return f"Next{gate}: {listed}." + (f" Not due yet: {', '.join(later)}." if later else "")


def _gate_open(feature: FeatureReport) -> bool:
    everyone = principle_statuses(feature)
    planned = any(a.name == "plan.md" and a.state is not State.MISSING for a in feature.artifacts)
    return planned and bool(everyone) and not any(status.answered for status in everyone)


def _looks(page: Page, links: Links) -> str:
    if page.errors:
        return ""
    own = [f for f in page.report.features if f.feature.owned and not f.feature.removed and not f.feature.legacy]
    lines = [line for feature in own for line in worth_a_look(feature, links)]
    if not lines:
        return ""
    cut = [f"- and {len(lines) - _LOOKS} more"] if len(lines) > _LOOKS else []
    head = "Worth a reviewer's look, because a machine cannot judge reasons:"
    return "\n".join([head, "", *lines[:_LOOKS], *cut])


def _desk(page: Page) -> str:
    """The command that gives the same verdict before the next push. Names are quoted: people paste it."""
    features = page.report.features
    if not page.errors or page.context.merge_group:
        return ""
    chosen = [f"--feature {shlex.quote(feature.feature.dir)}" for feature in features]
    which = " ".join(chosen) if len(chosen) <= _DESK_FEATURES else "--all"
    command = f"plangate check {which} --base {shlex.quote(page.context.desk_base)}"
    return f"Check it on your desk before you push: {code_span(command, 600)}"


def _tables(page: Page, links: Links) -> str:
    chosen = [feature for feature in page.report.features if not feature.feature.removed][:_FEATURES_WITH_TABLES]
    blocks_of = [block for feature in chosen for block in tables(feature, links, named=page.several)]
    return "\n".join(blocks_of)
