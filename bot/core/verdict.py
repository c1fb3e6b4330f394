"""A commit's verdict: every candidate judged, the worst of those that count, and the run and comments that say so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core import digest as digests
from bot.core.config import CommentWhen, Mode, Ungoverned
from bot.core.configured import Farther
from bot.core.findings import Conclusion, Finding, Report, Severity
from bot.core.folders import specs_roots
from bot.core.governed import governed
from bot.core.judge import judge, worst
from bot.core.render import (
    ConfigTrouble,
    OtherPull,
    RenderContext,
    check_run,
    json_text,
    sticky,
    title,
)
from bot.core.rule import by_id
from bot.core.waiving import with_waivers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.candidates import Candidate
    from bot.core.draft import Draft
    from bot.core.facts import Answer
    from bot.core.render import CheckRunOutput, StickyComment
    from bot.core.render.context import Waived
    from bot.core.rule import Rule
    from bot.core.stored import Waiver

_SHORT = 16
"""Hexadecimal digits of a digest that tell two reports of one commit apart."""


@dataclass(frozen=True, slots=True)
class House:
    """What whoever hosts Plangate brings: the rules, the bundled template, and where people find things."""

    rules: tuple[Rule, ...]
    template: str
    version: str
    web_url: str = "https://github.com"
    site_url: str | None = None
    rules_url: str | None = None
    app_slug: str = "plangate"
    farther: Farther = field(default_factory=Farther)
    """The configuration of whoever hosts Plangate."""

    def rule_map(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return by_id(self.rules)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its report."""

    candidate: Candidate
    report: Report
    governed: bool
    waived: tuple[Waived, ...] = ()
    """What somebody let pass."""

    @property
    def silent(self) -> bool:
        """Nothing is to be said of it at all."""
        return not self.governed and self.candidate.held.config.ungoverned is Ungoverned.SILENT


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a commit."""

    judged: tuple[Judged, ...]
    deciding: Judged


def judge_candidate(candidate: Candidate, house: House, waivers: Sequence[Waiver] = ()) -> Judged:
    """One candidate's report, with those of the repository's waivers that hold for it."""
    change, held = candidate.change, candidate.held
    roots = specs_roots(held.config, change.head, change.base)
    is_governed = held.config.mode is not Mode.OFF and governed(change, roots, held.sources)
    report = judge(change, held.config, house.rules, house.template, sources=held.sources)
    if held.never_good and report.features:
        report = _needs_admin(report, candidate)
    report, waived = with_waivers(report, change, waivers, held.config)
    return Judged(candidate, report, is_governed, waived)


def _needs_admin(report: Report, candidate: Candidate) -> Report:
    """The configuration has never been readable: a feature cannot be judged, and that is nobody's fault here."""
    held = candidate.held
    mistake = held.broken
    line = mistake.spot.line if mistake is not None else None
    finding = Finding(
        rule="config-broken",
        severity=Severity.ERROR,
        path=held.path,
        line=None,
        title=("This feature cannot be judged: the configuration cannot be read",),
        why=(
            f"The file on the default branch has never been readable (line {line}). ",
            "Nothing in this pull request is wrong.",
        ),
        fix=("Mend that line on the default branch, or delete the file to use the defaults.",),
        subject=held.path,
        new=False,
        headline=f"{held.path.rsplit('/', 1)[-1]} is broken: an admin is needed",
    )
    return Report(Conclusion.ACTION_REQUIRED, report.config, (finding,), (), code_files=report.code_files)


def decide_verdict(judged: Sequence[Judged]) -> Verdict | None:
    """The worst of those that count; of all where none does. None when there is nothing to say."""
    heard = [one for one in judged if not one.silent]
    counting = [one for one in heard if one.candidate.counts] or heard
    if not counting:
        return None
    report = worst([one.report for one in counting])
    return Verdict(tuple(judged), next(one for one in counting if one.report is report))


def context_of(one: Judged, answer: Answer, house: House, others: tuple[OtherPull, ...] = ()) -> RenderContext:
    """What a surface has to know beside the report."""
    change, pull = one.candidate.change, one.candidate.pull
    fork = pull.head_repository if pull is not None and pull.head_repository != answer.full_name else None
    return RenderContext(
        repository=answer.full_name,
        web_url=house.web_url,
        head_sha=change.head.sha,
        base_sha=change.base.sha if change.base is not None else None,
        base_branch=change.base_branch,
        head_branch=change.head_branch,
        head_repository=fork,
        default_branch=answer.default_branch or "",
        pull_request=change.pull_request,
        draft=pull.draft if pull is not None else False,
        merge_group=change.merge_group,
        governed=one.governed,
        site_url=house.site_url,
        rules_url=house.rules_url,
        check_run_url=_checks_url(answer, house, pull.number, change.head.sha or "") if pull is not None else None,
        engine_version=house.version,
        digest=digests.digest(one.report, house.rules),
        rules=house.rule_map(),
        waivers=one.waived,
        others=others,
        trouble=_trouble(one),
    )


def _checks_url(answer: Answer, house: House, number: int, sha: str) -> str:
    """The pull request's page of this commit's checks: it is known before the run is written, and stays."""
    return f"{house.web_url}/{answer.full_name}/pull/{number}/checks?sha={sha}"


def _trouble(one: Judged) -> ConfigTrouble | None:
    held = one.candidate.held
    if held.broken is None or held.fallback is None:
        return None
    return ConfigTrouble(
        path=held.path,
        branch=held.branch,
        since=one.candidate.change.base.sha or "" if one.candidate.change.base else "",
        line=held.broken.spot.line,
        what=held.broken.title,
        good=held.fallback.sha,
    )


def other_pulls(verdict: Verdict, answer: Answer, house: House) -> tuple[OtherPull, ...]:
    """The other open pull requests on the head, each with its own verdict."""
    rest = [one for one in verdict.judged if one is not verdict.deciding and one.candidate.pull is not None]
    return tuple(
        OtherPull(
            number=one.candidate.pull.number,
            base=one.candidate.pull.base_branch,
            conclusion=one.report.conclusion,
            title=title(one.report, context_of(one, answer, house)),
            counts=one.candidate.counts,
        )
        for one in rest
        if one.candidate.pull is not None
    )


def run_of(verdict: Verdict, answer: Answer, house: House, draft: Draft | None) -> tuple[CheckRunOutput, str]:
    """The run that says the verdict, and its external id.

    The id maps a re-run back to what was judged and carries two digests: the report's, and one over everything that a
    reader would see change, so that a run is written anew exactly when there is something new to read. The draft is
    left out of it: on one head and one report it is the same.
    """
    others = other_pulls(verdict, answer, house)
    context = context_of(verdict.deciding, answer, house, others)
    output = check_run(verdict.deciding.report, context, draft)
    seen = (
        digests.fingerprint(verdict.deciding.report),
        output.title,
        *(f"{other.number} {other.base} {other.conclusion} {other.title} {other.counts}" for other in others),
        *(f"{one.rule} {one.by} {one.role} {one.reason}" for one in context.waivers),
        context.trouble.what if context.trouble is not None else "",
    )
    mark = hashlib.sha256("\0".join(seen).encode("utf-8", "replace")).hexdigest()[:_SHORT]
    number = verdict.deciding.candidate.change.pull_request
    kind = "group" if verdict.deciding.candidate.change.merge_group else "head"
    what = f"pr/{number}" if number is not None else kind
    return output, f"v1/{what}/{context.digest.partition(':')[2][:_SHORT]}/{mark}"


def says_the_same(first: str, second: str) -> bool:
    """Whether two runs tell a reader the same; a run that was written for the branch serves its pull request, too."""
    return first.split("/")[-2:] == second.split("/")[-2:] and first.startswith("v1/")


def number_of(external_id: str | None) -> int | None:
    """The pull request that a run of ours was about, None where it was about none."""
    parts = (external_id or "").split("/")
    if len(parts) < 3 or parts[:2] != ["v1", "pr"]:  # noqa: PLR2004  version, kind, number
        return None
    return int(parts[2]) if parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 19 else None  # noqa: PLR2004


def comment_mark(one: Judged, house: House) -> str:
    """What tells one sticky comment of a pull request from another, but for the draft in it."""
    change = one.candidate.change
    return f"{change.head.sha}/{digests.fingerprint(one.report).partition(':')[2][:_SHORT]}/{house.version}"


def comment_of(one: Judged, answer: Answer, house: House, draft: Draft | None) -> StickyComment | None:
    """The sticky comment as it should read, None where none is wanted whatever is there."""
    config = one.candidate.held.config
    if config.comment is CommentWhen.NEVER or config.mode is not Mode.ENFORCE or not one.governed:
        return None
    return sticky(one.report, context_of(one, answer, house), draft)


def report_json(one: Judged, house: House) -> str:
    """The report as it is kept behind the run's page."""
    return json_text(one.report, digests.digest(one.report, house.rules), house.version)
