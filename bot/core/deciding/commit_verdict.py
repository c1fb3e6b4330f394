"""The verdict on a commit: judge every candidate, take the worst report that counts, build its run and comments."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot import PROJECT_URL
from bot.core.config.in_force import OuterLayers
from bot.core.config.model import CommentWhen, Mode, Ungoverned
from bot.core.config.owner_file import OwnerFileState
from bot.core.config.shown import rows
from bot.core.deciding.verdict_page import verdict_page
from bot.core.features.governed import governed
from bot.core.forge.effects import Conclusion
from bot.core.forge.external_id import verdict_id
from bot.core.forge.facts import MAX_LAYERS
from bot.core.forge.stored import StoredReport
from bot.core.forge.verdict_page import page_digest
from bot.core.judging.digest import digest, fingerprint
from bot.core.judging.findings import Finding, Report, Severity
from bot.core.judging.inputs import inputs_of
from bot.core.judging.judge import judge, worst
from bot.core.judging.metering import UNLIMITED
from bot.core.judging.rule import by_id
from bot.core.judging.waiving import with_waivers
from bot.core.speech.render import (
    ConfigTrouble,
    OtherPull,
    RenderContext,
    check_run,
    never_good,
    shown_in,
    sticky,
    title,
)
from bot.core.speech.report.json_report import json_text
from bot.core.text.prose import At, Code, Side
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.config.in_force import ConfigInForce
    from bot.core.deciding.candidates import Candidate
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import CheckRunOutput
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.stored import Waiver
    from bot.core.forge.verdict_page import VerdictPage
    from bot.core.judging.metering import Meter
    from bot.core.judging.rule import Rule
    from bot.core.judging.waiving import Waived
    from bot.core.speech.render import PreviousRun, StickyComment
    from bot.core.text.prose import Prose

_SHORT = 16
"""Hexadecimal digits of a digest that tell two reports of one commit apart."""


@dataclass(frozen=True, slots=True)
class Host:
    """The settings of one host: rules, bundled template, addresses, and the host's own configuration."""

    rules: tuple[Rule, ...]
    template: str
    version: str
    web_url: str = "https://github.com"
    site_url: str = PROJECT_URL
    """Where the rule pages are, without a slash at the end."""
    shows_pages: bool = False
    """A verdict in a public repository has a page."""
    shows_private_pages: bool = False
    """A verdict in a private repository has a page, too, for people who log in."""
    takes_feedback: bool = False
    """The page takes reports of false alarms."""
    takes_commands: bool = True
    """The account lets the App comment, so that commands are answered. Set for each job."""
    app_slug: str = "plangate"
    outer_layers: OuterLayers = field(default_factory=OuterLayers)
    """The configuration of whoever hosts Plangate."""

    def has_pages(self, *, private: bool) -> bool:
        """Whether verdicts in a public or private repository have pages."""
        return self.shows_pages and (self.shows_private_pages or not private)

    def rule_map(self) -> Mapping[str, Rule]:
        """Rules by id."""
        return by_id(self.rules)


@dataclass(frozen=True, slots=True)
class JudgedCandidate:
    """A candidate with its report."""

    candidate: Candidate
    report: Report
    governed: bool
    digest: str
    """The digest of the report before waivers, the same as on the desk, which knows no waivers."""
    waived: tuple[Waived, ...] = ()
    """The findings that somebody waived."""

    @property
    def silent(self) -> bool:
        """Neither a run nor a comment is written for it."""
        return not self.governed and self.candidate.config_in_force.config.ungoverned is Ungoverned.SILENT


@dataclass(frozen=True, slots=True)
class CommitVerdict:
    """The reports of a commit, and the one that decides."""

    judged: tuple[JudgedCandidate, ...]
    deciding: JudgedCandidate


def judge_candidate(
    candidate: Candidate, host: Host, waivers: Sequence[Waiver] = (), meter: Meter = UNLIMITED
) -> JudgedCandidate:
    """The report on one candidate, with the waivers that hold for it."""
    change, in_force, roots = candidate.change, candidate.config_in_force, candidate.features.roots
    is_governed = in_force.config.mode is not Mode.OFF and governed(change, roots, in_force.sources)
    report = judge(
        change,
        in_force.config,
        host.rules,
        host.template,
        sources=in_force.sources,
        choice=candidate.features,
        meter=meter,
    )
    if in_force.never_good and report.features:
        report = _needs_admin(report, in_force)
    if candidate.cut and is_governed and report.conclusion is not Conclusion.ACTION_REQUIRED:
        report = replace(report, findings=(*report.findings, _cut(candidate, next(iter(roots), "specs"))))
    stack_base = candidate.stack_base
    if stack_base is not None and stack_base.too_deep and is_governed:
        report = replace(report, findings=(*report.findings, _too_deep(stack_base.branch, next(iter(roots), "specs"))))
    before_waivers = digest(report, host.rules)
    report, waived = with_waivers(report, change, waivers, in_force.config)
    return JudgedCandidate(candidate, report, is_governed, before_waivers, waived)


def _cut(candidate: Candidate, root: str) -> Finding:
    """A warning that not every changed file is known, so that the missing findings are not read as a pass.

    GitHub lists 3,000 files of a pull request and 300 of a comparison.
    """
    return Finding(
        rule="unreadable-document",
        severity=Severity.WARNING,
        path=root,
        line=None,
        title=("The list of changed files is cut",),
        why=(f"GitHub lists the first {len(candidate.change.changed):,} of them, and only these were looked at.",),
        fix=("Divide the change, or judge all of it on your desk: ", Code("plangate check"), "."),
        subject="changed files",
    )


def _too_deep(branch: str, root: str) -> Finding:
    """The stack's end is unknown. The default branch's yardstick applies, since no layer may choose for others."""
    return Finding(
        rule="unreadable-document",
        severity=Severity.WARNING,
        path=root,
        line=None,
        title=("The stack is too deep to be read",),
        why=(
            f"More than {MAX_LAYERS} pull requests lie below this one, so the constitution and the template of ",
            Code(clip(branch)),
            " apply.",
        ),
        fix=("Merge the lowest pull requests first.",),
        subject="stack",
    )


def _needs_admin(report: Report, in_force: ConfigInForce) -> Report:
    """The report for a feature when the configuration was never readable: an admin has to act, not the author."""
    line = in_force.broken.spot.line if in_force.broken is not None else 1
    reason: Prose = (
        "This feature cannot be judged: ",
        At(in_force.path, line, Side.BASE),
        " has never been readable, so an admin is needed. Nothing in this change is wrong.",
    )
    return Report(Conclusion.ACTION_REQUIRED, report.config, (), (), reason, report.code_files)


def decide_verdict(judged: Sequence[JudgedCandidate]) -> CommitVerdict | None:
    """The worst report of the candidates that count, or of all if none counts. None if nothing is written."""
    published = [judgement for judgement in judged if not judgement.silent]
    counting = [judgement for judgement in published if judgement.candidate.counts] or published
    if not counting:
        return None
    report = worst([judgement.report for judgement in counting])
    return CommitVerdict(tuple(judged), next(judgement for judgement in counting if judgement.report is report))


def context_of(
    judged: JudgedCandidate, view: RepositoryView, host: Host, others: tuple[OtherPull, ...] = ()
) -> RenderContext:
    """The facts beside the report that the renderers need."""
    change, pull = judged.candidate.change, judged.candidate.pull
    owner_file, owner_commit = _owner_file(judged)
    fork = pull.head_repository if pull is not None and pull.head_repository != view.full_name else None
    return RenderContext(
        repository=view.full_name,
        web_url=host.web_url,
        head_sha=change.head.sha,
        base_sha=change.base.sha if change.base is not None else None,
        base_branch=change.base_branch,
        head_branch=change.head_branch,
        head_repository=fork,
        default_branch=view.default_branch or "",
        pull_request=change.pull_request,
        draft=pull.draft if pull is not None else False,
        merge_group=change.merge_group,
        governed=judged.governed,
        site_url=host.site_url,
        report_url=report_url(judged, view, host),
        takes_feedback=host.takes_feedback,
        takes_commands=host.takes_commands,
        check_run_url=_checks_url(view, host, pull.number, change.head.sha or "") if pull is not None else None,
        engine_version=host.version,
        digest=judged.digest,
        rules=host.rule_map(),
        waivers=judged.waived,
        others=others,
        owner_file=owner_file,
        owner_commit=owner_commit,
        trouble=_trouble(judged),
        owner_trouble=_owner_trouble(judged, view),
    )


def report_url(judged: JudgedCandidate, view: RepositoryView, host: Host) -> str | None:
    """The address of the verdict's page. None where it has none."""
    sha = judged.candidate.change.head.sha
    if not host.has_pages(private=view.private) or sha is None:
        return None
    return f"{host.site_url}/verdicts/{view.repository}/{sha}/{page_digest(judged.digest)}"


def page_of(judged: JudgedCandidate, view: RepositoryView, host: Host, title: str, report: str) -> VerdictPage | None:
    """The verdict's page, where it has one. `title` is the run's, `report` the JSON report."""
    if report_url(judged, view, host) is None:
        return None
    settings = rows(judged.candidate.config_in_force.effective)
    context = context_of(judged, view, host)
    page = verdict_page(shown_in(context, judged.report), context, title, settings, report)
    return replace(page, private=view.private)


def _checks_url(view: RepositoryView, host: Host, number: int, sha: str) -> str:
    """The page with the commit's checks in the pull request. It exists before the run is written."""
    return f"{host.web_url}/{view.full_name}/pull/{number}/checks?sha={sha}"


def _trouble(judged: JudgedCandidate) -> ConfigTrouble | None:
    in_force = judged.candidate.config_in_force
    if in_force.broken is None or in_force.fallback is None:
        return None
    return ConfigTrouble(
        path=in_force.path,
        branch=in_force.branch,
        since=in_force.since or "",
        line=in_force.broken.spot.line,
        problem=in_force.broken.title,
        good=in_force.fallback.sha if in_force.fallback.text else "",
    )


def _owner_file(judged: JudgedCandidate) -> tuple[str, str]:
    """The owner's file and its commit, if one of its settings is in force."""
    owner = judged.candidate.config_in_force.owner
    if owner is None or not owner.layer.settings:
        return "", ""
    sha = owner.layer.origin.sha or ""
    return owner.layer.origin.path, f"{owner.file.branch}@{sha[:7]}"


def _owner_trouble(judged: JudgedCandidate, view: RepositoryView) -> ConfigTrouble | None:
    """What is wrong with the owner's file; the text of a private file is not shown in a public repository."""
    owner = judged.candidate.config_in_force.owner
    if owner is None:
        return None
    lost = owner.file.standing is OwnerFileState.LOST and owner.layer.present
    if owner.broken is None and not lost:
        return None
    mistake = owner.broken if view.private or not owner.file.private else None
    return ConfigTrouble(
        path=owner.layer.origin.path,
        branch=owner.file.branch,
        since="",
        line=mistake.spot.line if mistake is not None else 0,
        problem=mistake.title if mistake is not None else "",
        good=owner.layer.origin.sha or "" if owner.layer.present else "",
        lost=lost,
    )


def other_pulls(verdict: CommitVerdict, view: RepositoryView, host: Host) -> tuple[OtherPull, ...]:
    """The other open pull requests on the head, each with its own verdict."""
    further = [
        judged for judged in verdict.judged if judged is not verdict.deciding and judged.candidate.pull is not None
    ]
    return tuple(
        OtherPull(
            number=judged.candidate.pull.number,
            base=judged.candidate.pull.base_branch,
            conclusion=judged.report.conclusion,
            title=title(judged.report, context_of(judged, view, host)),
            counts=judged.candidate.counts,
        )
        for judged in further
        if judged.candidate.pull is not None
    )


def run_of(
    verdict: CommitVerdict,
    view: RepositoryView,
    host: Host,
    draft: Draft | None,
    previous: PreviousRun | None = None,
) -> tuple[CheckRunOutput, str]:
    """The check run for the verdict, and its external id.

    The id maps a re-run to the judged pull request or branch. It holds two digests: of the report, and of
    everything that a reader sees. So a run is written again exactly when its text changes. The draft and the fixed
    findings are left out: they follow from head and report.
    """
    others = other_pulls(verdict, view, host)
    context = context_of(verdict.deciding, view, host, others)
    output = _output(verdict.deciding, replace(context, previous=previous), draft)
    seen = (
        fingerprint(verdict.deciding.report),
        output.title,
        *(f"{pull.number} {pull.base} {pull.conclusion} {pull.title} {pull.counts}" for pull in others),
        *(f"{waiver.rule} {waiver.by} {waiver.role} {waiver.reason}" for waiver in context.waivers),
        *(str(trouble) for trouble in (context.trouble, context.owner_trouble) if trouble is not None),
        *(() if context.takes_commands else ("no commands",)),
    )
    mark = hashlib.sha256("\0".join(seen).encode("utf-8", "replace")).hexdigest()[:_SHORT]
    change = verdict.deciding.candidate.change
    report = context.digest.partition(":")[2][:_SHORT]
    return output, verdict_id(change.pull_request, report, mark, merge_group=change.merge_group)


def _output(judged: JudgedCandidate, context: RenderContext, draft: Draft | None) -> CheckRunOutput:
    in_force = judged.candidate.config_in_force
    if judged.report.conclusion is Conclusion.ACTION_REQUIRED and in_force.broken is not None:
        return never_good(in_force.path, in_force.broken, context)
    return check_run(judged.report, context, draft)


def comment_mark(judged: JudgedCandidate, host: Host) -> str:
    """The mark of a sticky comment: head, findings and version. The draft in the comment is left out."""
    change = judged.candidate.change
    return f"{change.head.sha}/{fingerprint(judged.report).partition(':')[2][:_SHORT]}/{host.version}"


def comment_of(judged: JudgedCandidate, view: RepositoryView, host: Host, draft: Draft | None) -> StickyComment | None:
    """The sticky comment for a report. None if the configuration allows none."""
    config = judged.candidate.config_in_force.config
    if (
        config.comment is CommentWhen.NEVER
        or not host.takes_commands
        or not judged.governed
        or judged.report.conclusion is Conclusion.ACTION_REQUIRED
    ):
        return None
    # Advice comes as a comment only if an admin chose `always`, and never on pull requests older than Plangate here.
    if config.mode is not Mode.ENFORCE and (judged.candidate.advised or config.comment is not CommentWhen.ALWAYS):
        return None
    return sticky(judged.report, context_of(judged, view, host), draft)


def stored_report(judged: JudgedCandidate, host: Host) -> StoredReport:
    """The report for the store. The caller adds the run's id and the time."""
    candidate = judged.candidate
    inputs = inputs_of(
        candidate.change,
        candidate.config_in_force.effective,
        judged.report,
        head=candidate.change.head.sha,
        merge_base=candidate.merge_base,
        mode=candidate.config_in_force.mode,
        waived=judged.waived,
        complete=not candidate.cut and not (candidate.stack_base is not None and candidate.stack_base.too_deep),
    )
    text = json_text(judged.report, judged.digest, host.version, inputs)
    return StoredReport(judged.digest, None, judged.report.conclusion.value, text, 0.0)
