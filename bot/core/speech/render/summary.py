"""The summary of a check run: one sentence, what blocks, what does not, how to look again, folded tables, a footer."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.change.feature import Due, State
from bot.core.forge.effects import Conclusion
from bot.core.judging.findings import FeatureReport, Report, Severity
from bot.core.speech.render.context import short
from bot.core.speech.render.facts import Told, coming, counted, counted_order, standings, there, told
from bot.core.speech.render.findings_list import blocks, does_not_block, grid, statement, worth_a_look
from bot.core.speech.render.footer import footer
from bot.core.speech.render.lead import FEATURES_NAMED, blanks, lead, tally, verdict_words
from bot.core.speech.render.markdown import Links, with_code
from bot.core.speech.render.tables import tables
from bot.core.text.neutral import code_span, fence, neutralise

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
    errors: tuple[Told, ...]
    others: tuple[Told, ...]

    @property
    def several(self) -> bool:
        """More than one feature, so that each finding says which."""
        return len(self.report.features) > 1

    @property
    def count(self) -> int:
        """Findings to be told."""
        return len(self.errors) + len(self.others)


def page(report: Report, context: RenderContext, draft: Draft | None = None) -> Page:
    """The findings in the order of telling, those that block apart from those that do not."""
    items = counted_order(told(report), context)
    errors = tuple(item for item in items if item.finding.severity is Severity.ERROR)
    return Page(report, context, draft, errors, tuple(items[len(errors) :]))


def summary(this: Page, shown: int, *, with_tables: bool = True) -> str:
    """The Markdown with at most `shown` findings; what is left out is counted."""
    links = Links(this.context)
    parts = [*_above(this, links), *_body(this, links, shown)]
    if this.report.features:
        parts += [_looks(this, links), _desk(this)]
        parts += [_tables(this, links)] if with_tables else []
    parts += [footer(this.report, this.context, links), links.definitions()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _above(this: Page, links: Links) -> list[str]:
    """Lines that come first because they change how the rest is read."""
    troubles = (this.context.owner_trouble, this.context.trouble)
    lines = [_trouble(trouble, links) for trouble in troubles if trouble is not None]
    lines += [
        f"**{neutralise(waived.rule)} is waived** by {code_span(waived.by, 60)} ({neutralise(waived.role)}):"
        f" {code_span(waived.reason)}. Holds until the feature folder or the finding changes."
        for waived in this.context.waivers[:_NOTES]
    ]
    return [*lines, _other_pulls(this.context, links)]


def _trouble(trouble: ConfigTrouble, links: Links) -> str:
    good = code_span(short(trouble.good))
    held = f"Judged by the last good version, {good}." if trouble.good else "Judged by the defaults, as before it."
    if trouble.lost:
        stands = "was read once, and this App sees it no more"
    else:
        since = f" since {code_span(short(trouble.since))}" if trouble.since else ""
        what = links.prose(with_code(trouble.what)).strip()
        stands = f"is broken{since}" + (f" (line {trouble.line}: {what})" if what else "")
    on = f" on {code_span(trouble.branch)}" if trouble.branch else ""
    return f"> ⚠️ {code_span(trouble.path)}{on} {stands}. {held} This is for an admin, not for this pull request."


def _other_pulls(context: RenderContext, links: Links) -> str:
    if not context.others:
        return ""
    rows = [
        f"- {links.to(f'pull request {other.number}', context.pull_url(other.number), f'pr{other.number}')}"
        f" into {code_span(other.base)} {_STANDS[other.conclusion]}: {neutralise(other.title)}"
        f"{'' if other.counts else ' (does not count here)'}"
        for other in context.others[:FEATURES_NAMED]
    ]
    head = "This commit is the head of several pull requests; the worst verdict of those that count is shown here."
    return "\n".join([head, "", *rows])


def _body(this: Page, links: Links, shown: int) -> list[str]:
    lone = this.errors[0] if len(this.errors) == 1 else None
    if not this.report.features and not this.count:
        return _not_judged(this, links)
    if lone and this.draft and lone.finding.path == this.draft.path:
        return [*_plan_to_fill(this, lone, this.draft, links), *_lists(this, links, shown, skip=lone)]
    if lone and lone.finding.table:
        return [*_at_a_glance(this, lone, links), *_lists(this, links, shown, skip=lone)]
    sentence = lead(this.report, len(this.errors), len(this.others))
    if not this.report.features:
        sentence = f"{links.prose(this.report.reason).strip()} {sentence}".strip()
    return [sentence, *_lists(this, links, shown), _draft_below(this, links), _next(this)]


def _not_judged(this: Page, links: Links) -> list[str]:
    said = links.prose(this.report.reason).strip() or "Nothing to check here: this change holds no feature folder."
    notes = "\n".join(f"- {links.prose(note).strip()}" for note in this.report.notes[:_NOTES])
    way_in = "If it is a feature, add its folder with a `spec.md`; Plangate goes by the folder."
    return [said, notes, way_in if this.context.governed and not this.context.merge_group else ""]


def _lists(this: Page, links: Links, shown: int, skip: Told | None = None) -> list[str]:
    errors = [item for item in this.errors if item is not skip]
    first, second = errors[:shown], this.others[: max(0, shown - len(errors))]
    parts: list[str] = []
    if first:
        advice = this.report.conclusion is Conclusion.NEUTRAL
        parts += ["### Would block" if advice else "### Blocks", "\n".join(blocks(first, links, named=this.several))]
    if second:
        parts += ["### Does not block", "\n".join(does_not_block(list(second), links, named=this.several))]
    left = len(errors) + len(this.others) - len(first) - len(second)
    return [*parts, _cut(this, links, left)]


def _cut(this: Page, links: Links, left: int) -> str:
    if not left:
        return ""
    if this.context.report_url:
        return f"and {left} more in the {links.to('full report', this.context.report_url, 'rep')}"
    return f"and {left} more: `plangate check` lists them all"


def _plan_to_fill(this: Page, lone: Told, draft: Draft, links: Links) -> list[str]:
    """The one thing to do is to fill the plan: how, in three steps."""
    over = " over the file" if _stands(this, draft) else ""
    steps = [
        f"1. Copy it{over}: {_edit_link(this, draft, links)}",
        "2. Fill the blanks.",
        "3. Push. This check looks again by itself.",
    ]
    matter = _copy_of_the_template(this, draft) or statement(lone.finding, links)
    return [
        f"{matter} · {links.rule(lone.finding.rule)}",
        f"A draft is below, filled with what this repository already says: {blanks(draft)}.",
        "\n".join(steps),
        _next(this),
    ]


def _copy_of_the_template(this: Page, draft: Draft) -> str:
    """How far the plan is from one, said in the place of the finding; empty where there is no plan."""
    for feature in this.report.features:
        if any(a.path == draft.path and a.state is State.TEMPLATE for a in feature.artifacts):
            holes = sum(hole.path == draft.path for hole in feature.placeholders)
            held = counted(holes, "of its lines still holds a placeholder", "of its lines still hold placeholders")
            said = f"{code_span(draft.path)} is a copy of the template" + (f": **{held}**" if holes else "")
            return f"{said}{', and no principle is answered' if _gate_open(feature) else ''}."
    return ""


def _stands(this: Page, draft: Draft) -> bool:
    """There is a file in the draft's place."""
    artifacts = (artifact for feature in this.report.features for artifact in feature.artifacts)
    return any(artifact.path == draft.path and artifact.state is not State.MISSING for artifact in artifacts)


def _edit_link(this: Page, draft: Draft, links: Links) -> str:
    exists = _stands(this, draft)
    name = neutralise(draft.path.rsplit("/", 1)[-1])
    words = f"{'edit' if exists else 'create'} {name} on this branch"
    return links.to(words, this.context.edit_url(draft.path, exists=exists), "edit")


def _at_a_glance(this: Page, lone: Told, links: Links) -> list[str]:
    """One thing blocks and brings its own table: the matter, the table, the way out, the rest in one line."""
    finding = lone.finding
    title = links.prose(finding.title).strip()
    matter = f"**{title}.** {links.prose(finding.why).strip()}"
    if lone.feature and lone.feature.feature.added:
        adds = f"{_who(this)} adds {code_span(lone.feature.feature.dir)}"
        matter = f"{adds}, but **{title[:1].lower()}{title[1:]}**."
    verdict = verdict_words(this.report, 1, len(this.others))
    parts = [f"{matter} **{verdict}**", grid(finding, links), links.prose(finding.fix).strip()]
    if finding.paste:
        parts.append(fence(finding.paste, finding.paste_as))
    rest = f"Everything else is in order: {tally(lone.feature)}. · " if lone.feature and not this.others else ""
    return [*parts, f"{rest}{links.rule(finding.rule)}"]


def _who(this: Page) -> str:
    if this.context.merge_group:
        return "This merge group"
    return "This pull request" if this.context.pull_request is not None else "This branch"


def _draft_below(this: Page, links: Links) -> str:
    draft = this.draft
    if draft is None:
        return ""
    filled = f"A draft of {code_span(draft.path)} is below, filled with what this repository already says"
    return f"{filled}: {blanks(draft)}. Copy it: {_edit_link(this, draft, links)}"


def _next(this: Page) -> str:
    """What is to be written after this, so that answering one thing never surprises with the next."""
    if len(this.report.features) != 1:
        return ""
    feature = this.report.features[0]
    after = [code_span(artifact.name) for artifact in coming(feature)]
    if not after:
        return ""
    gate = ", once the gate is answered" if _gate_open(feature) else ""
    listed = " and ".join([", ".join(after[:-1]), after[-1]] if len(after) > 1 else after)
    later = [code_span(a.name) for a in feature.artifacts if a.due is Due.OFF and a.reason is None and not there(a)]
    return f"Next{gate}: {listed}." + (f" Not due yet: {', '.join(later)}." if later else "")


def _gate_open(feature: FeatureReport) -> bool:
    everyone = standings(feature)
    planned = any(a.name == "plan.md" and a.state is not State.MISSING for a in feature.artifacts)
    return planned and bool(everyone) and not any(standing.answered for standing in everyone)


def _looks(this: Page, links: Links) -> str:
    if this.errors:
        return ""
    own = [f for f in this.report.features if f.feature.owned and not f.feature.removed and not f.feature.legacy]
    lines = [line for feature in own for line in worth_a_look(feature, links)]
    if not lines:
        return ""
    cut = [f"- and {len(lines) - _LOOKS} more"] if len(lines) > _LOOKS else []
    head = "Worth a reviewer's look, because a machine cannot judge reasons:"
    return "\n".join([head, "", *lines[:_LOOKS], *cut])


def _desk(this: Page) -> str:
    """The command that gives the same verdict before the next push. Names are quoted: people paste it."""
    features = this.report.features
    if not this.errors or this.context.merge_group:
        return ""
    chosen = [f"--feature {shlex.quote(feature.feature.dir)}" for feature in features]
    which = " ".join(chosen) if len(chosen) <= _DESK_FEATURES else "--all"
    command = f"plangate check {which} --base {shlex.quote(this.context.desk_base)}"
    return f"Check it on your desk before you push: {code_span(command, 600)}"


def _tables(this: Page, links: Links) -> str:
    chosen = [feature for feature in this.report.features if not feature.feature.removed][:_FEATURES_WITH_TABLES]
    blocks_of = [block for feature in chosen for block in tables(feature, links, named=this.several)]
    return "\n".join(blocks_of)
