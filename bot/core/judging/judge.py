"""The verdict: a change, a configuration and the rules go in, a report comes out.

Nothing is read here, so the App and the command line cannot differ. The steps: is anything to be judged, which folders,
read them, run the rules, apply the configured levels, apply the caps, conclude.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bot.core.config.model import Mode, Source
from bot.core.features.governed import governed
from bot.core.features.outside_roots import roots_elsewhere
from bot.core.features.which_features import which_features
from bot.core.forge.check_run_output import Conclusion
from bot.core.judging.amendments import yardstick_reason
from bot.core.judging.caps import capped, with_level
from bot.core.judging.cases import code_files, read_cases
from bot.core.judging.findings import FeatureReport, Finding, Report, Severity
from bot.core.judging.metering import UNLIMITED
from bot.core.judging.rule import Survey, by_id
from bot.core.judging.ticks import board_of
from bot.core.text.prose import Code, Prose
from bot.core.text.wording import clip, count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.change.trees import Change
    from bot.core.config.model import RepositoryConfig
    from bot.core.features.which_features import FeatureChoice
    from bot.core.judging.metering import Meter
    from bot.core.judging.rule import Case, Rule

MAX_FINDINGS = 500
"""Findings of one rule in one feature; further ones are left out."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
_HARDEST_FIRST = (Conclusion.FAILURE, Conclusion.ACTION_REQUIRED, Conclusion.NEUTRAL, Conclusion.SUCCESS)

_JUDGED = " in the configuration makes it judged."
NO_SPEC_KIT: Prose = ("This repository has no Spec Kit features: nothing to judge.",)


_SWITCHED_OFF: Prose = ("Plangate is switched off here (", Code("mode: off"), "): nothing to judge.")


def judge(  # noqa: PLR0913  everything that a verdict depends on
    change: Change,
    config: RepositoryConfig,
    rules: Sequence[Rule],
    bundled_template: str,
    *,
    sources: Sequence[Source] = (),
    choice: FeatureChoice | None = None,
    meter: Meter = UNLIMITED,
) -> Report:
    """The verdict on one change. Total: never raises, for any trees, documents and names.

    `sources` are the files that `config` was read from; one that is not `bundled` makes the repository governed.
    `choice` names the features that the change is about, if they are known. `bundled_template` is used when the
    repository has no plan template. A document over `meter`'s limit is reported as unreadable.
    """
    if config.mode is Mode.OFF:
        return Report(Conclusion.SUCCESS, tuple(sources), (), (), _SWITCHED_OFF)
    choice = choice or which_features(change, config)
    code_paths = code_files(change, config, choice.roots)
    code = len(code_paths)
    if not governed(change, choice.roots, sources):
        return Report(Conclusion.SUCCESS, tuple(sources), (), (), NO_SPEC_KIT, code)
    cases = read_cases(change, config, choice, bundled_template, code, meter)
    survey = Survey(change, config, choice, cases, code)
    findings = _general(survey, rules)
    features = tuple(_feature(case, rules) for case in cases)
    blocked = any(finding.severity is Severity.ERROR for finding in findings)
    headline, reason, notes = _nothing_judged(survey, blocked=blocked) if not cases else ("", (), ())
    return Report(
        conclusion=conclude([*findings, *(finding for feature in features for finding in feature.findings)], config),
        config=tuple(sources),
        findings=findings,
        features=features,
        reason=reason,
        code_files=code,
        notes=notes,
        headline=headline,
        code_path=code_paths[0] if code_paths else "",
    )


def worst(reports: Sequence[Report]) -> Report:
    """The report that decides for a commit: the worst conclusion, then the most errors, then the first.

    Raises `ValueError` if there is no report.
    """
    if not reports:
        raise ValueError("a verdict needs at least one report")

    def softness(report: Report) -> tuple[int, int]:
        errors = sum(finding.severity is Severity.ERROR for finding in report.all_findings())
        return _HARDEST_FIRST.index(report.conclusion), -errors

    return min(reports, key=softness)


def _general(survey: Survey, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """The findings that belong to no feature."""
    findings = [
        levelled
        for rule in rules
        for finding in rule.of_survey(survey)
        if (levelled := with_level(finding, rule, survey.config)) is not None
        and (levelled.severity is Severity.ERROR or not survey.change.merge_group)
    ]
    return _sorted(findings, by_id(rules))


def _feature(case: Case, rules: Sequence[Rule]) -> FeatureReport:
    findings = [
        capped_finding
        for rule in rules
        for finding in islice(rule.of_case(case), MAX_FINDINGS)
        if (levelled := with_level(finding, rule, case.config)) is not None
        and (capped_finding := capped(levelled, case)) is not None
    ]
    plan = case.plan
    return FeatureReport(
        feature=case.feature,
        template=case.template.path,
        constitution=case.constitution,
        artifacts=case.artifacts,
        checks=plan.checks if plan is not None else (),
        violations=plan.rows if plan is not None else (),
        placeholders=plan.placeholders if plan is not None else (),
        findings=_sorted(findings, by_id(rules)),
        dossiers=case.dossiers,
        tick_board=board_of(case.ticks, case.tasks, case.change),
    )


def _sorted(findings: list[Finding], rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """The worst first, then in the order of the title's clauses, then by place."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (_ORDER[f.severity], rules[f.rule].clause.rank, f.rule, f.path, f.line or 0, f.subject),
        )
    )


def conclude(findings: Sequence[Finding], config: RepositoryConfig) -> Conclusion:
    """The conclusion for these findings: only an error blocks, and in advice mode nothing does."""
    if all(finding.severity is not Severity.ERROR for finding in findings):
        return Conclusion.SUCCESS
    return Conclusion.NEUTRAL if config.mode is Mode.ADVISE else Conclusion.FAILURE


def _nothing_judged(survey: Survey, *, blocked: bool) -> tuple[str, Prose, tuple[Prose, ...]]:
    """Title, reason and notes when no folder was judged."""
    edited = yardstick_reason(survey.change) if not survey.change.merge_group and not blocked else None
    return edited or ("", *_no_feature(survey, blocked=blocked))


def _no_feature(survey: Survey, *, blocked: bool) -> tuple[Prose, tuple[Prose, ...]]:
    change, choice = survey.change, survey.choice
    begins = "No feature: " if blocked else "Nothing to check here: "
    if change.merge_group:
        return ("Nothing to check here: this merge group changes no feature folder.",), (_changed_files(change),)
    what = "pull request" if change.pull_request is not None or change.base is None else "branch"
    if change.base is None:
        where = " or ".join(f"{root}/" for root in choice.roots)
        return ("Nothing to check here: there is no feature folder below ", Code(clip(where)), "."), ()
    if choice.elsewhere:
        return _outside(survey), (*choice.notes, _changed_files(change))
    belongs = "several have its number" if choice.ambiguous else "no folder belongs to its branch"
    reason: Prose = (f"{begins}this {what} adds no feature folder, and {belongs}.",)
    return reason, (*choice.notes, _changed_files(change))


def _outside(survey: Survey) -> Prose:
    """The reason when the change's features are outside the specs roots."""
    folders = survey.choice.elsewhere
    roots = ", ".join((*survey.config.specs, *roots_elsewhere(folders)))
    where = Code(clip(f"{folders[0].path}/"))
    return ("Nothing to check here: ", where, " is outside the specs roots; ", Code(f"specs: [{clip(roots)}]"), _JUDGED)


def _changed_files(change: Change) -> Prose:
    documents = sum(file.path.rsplit("/", 1)[-1] in ("spec.md", "plan.md") for file in change.changed)
    documents_clause = count(documents, "of them is a spec or a plan", "of them are specs or plans")
    clause = "none of them a spec or a plan" if not documents else f"{documents_clause}, in no feature folder"
    return (f"changed files: {len(change.changed)}, {clause}",)
