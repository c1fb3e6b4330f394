"""Judge a working copy on this machine. Nothing is written and no network is used."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import bot
from bot.adapters.worktree.git_directory import top_of
from bot.adapters.worktree.worktree import (
    CONFIG_PATHS,
    CheckOptions,
    WorkingCopy,
    open_copy,
    read_change,
    read_commit,
    with_arrivals,
)
from bot.bundled import bundled_text
from bot.core.change.trees import Tree
from bot.core.config.in_force import own_layer
from bot.core.config.layers import ConfigLayer, Effective, Origin, Rank, merge, read_layer
from bot.core.config.model import Source
from bot.core.config.remote import owners_repository
from bot.core.features.which_features import which_features
from bot.core.forge.errors import UserError
from bot.core.judging.collisions import collided
from bot.core.judging.digest import digest
from bot.core.judging.judge import judge
from bot.core.speech.render import (
    RenderContext,
    Style,
    as_agent_lines,
    as_code_quality,
    as_concise,
    as_markdown,
    as_sarif,
    as_workflow_commands,
    exit_code,
    terminal,
)
from bot.core.speech.report.json_report import json_text
from bot.core.text.neutral import plain_line
from bot.desk.counted import CountedFeatures
from bot.desk.inputs import desk_inputs
from bot.desk.reading_apart import ReadingApart
from bot.progress import Step, silent
from bot.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.core.change.trees import Change
    from bot.core.config.model import RepositoryConfig
    from bot.core.judging.findings import Report

TEMPLATE = "config/plan-template.md"
MANIFEST = "app.yml"


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"
    CONCISE = "concise"
    AGENT = "agent"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class DeskVerdict:
    """A report with the change and the configuration that it is about."""

    copy: WorkingCopy
    change: Change
    report: Report
    digest: str
    effective: Effective
    milliseconds: float
    """Time that reading and judging took."""
    unseen: str = ""
    """The owner's configuration repository (`acme/.github`), which only the App reads; empty for none."""

    @property
    def exit_code(self) -> int:
        """0 for success or neutral, 1 for failure, 2 when the change cannot be judged."""
        return exit_code(self.report.conclusion)


def rule_ids() -> tuple[str, ...]:
    """The ids that `rules:` may name."""
    return tuple(rule.id for rule in RULES)


def host_layer(text: str | None = None) -> ConfigLayer:
    """The defaults of this installation. Raises `UserError` when the bundled `app.yml` is broken."""
    layer = read_layer(bundled_text(MANIFEST) if text is None else text, Origin(Rank.HOST, MANIFEST), rule_ids())
    refuse_broken(layer)
    return layer


def repository_layer(copy: WorkingCopy, base: str | None) -> ConfigLayer:
    """The repository's own configuration: read at the base where there is one, else in the working copy."""
    sha = copy.git.commit(base) if copy.git is not None and base is not None else None
    if copy.git is not None and sha is not None:
        tree = Tree(sha, copy.git.entries(sha), read_commit(copy.git, sha, CONFIG_PATHS))
    else:
        tree = Tree(None, copy.entries, copy.read(CONFIG_PATHS))
    layer, _ = own_layer(tree, rule_ids(), Rank.REPOSITORY)
    return layer


def refuse_broken(layer: ConfigLayer, base: str | None = None) -> None:
    """Raise `UserError` with every mistake in a configuration file. `base` is the commit it was read at."""
    if not layer.mistakes:
        return
    places = [
        f"{layer.origin.path}:{mistake.spot.line}:{mistake.spot.column}: {mistake.title}. {mistake.remedy}"
        for mistake in layer.mistakes
    ]
    if base is not None:
        places.insert(0, f"The configuration at {plain_line(base)} is broken; the App uses the last valid one.")
    raise UserError("\n".join(places))


def judge_copy(folder: Path, options: CheckOptions, step: Step = silent) -> DeskVerdict:
    """Judge a working copy or a plain folder; `step` hears of each feature.

    Raises `UserError` for anything the user can fix.
    """
    started = time.perf_counter()
    copy = open_copy(folder, options.head)
    if options.base is not None:
        _refuse_part(copy)
    if options.stack_base is not None and options.base is None:
        raise UserError("--stack-base needs --base, the branch of the pull request below.")
    own = repository_layer(copy, options.standard)
    refuse_broken(own, options.standard)
    effective = merge((host_layer(), own))
    change = read_change(copy, options, effective.config)
    choice = which_features(change, effective.config)
    meter = ReadingApart(CountedFeatures(choice, step), options.jobs)
    judged = partial(judge, config=effective.config, rules=RULES, bundled_template=bundled_text(TEMPLATE))
    judged = partial(judged, sources=sources_of(own), choice=choice, meter=meter)
    report = judged(change)
    if folders := collided(report.all_findings(), change):
        change = with_arrivals(copy, change, folders)
        report = judged(change)
    if not report.features:
        _refuse_part(copy)
        refuse_foreign(copy, effective.config)
    unseen = owners_unseen(copy, options.base) if options.base is not None else ""
    milliseconds = (time.perf_counter() - started) * 1000
    return DeskVerdict(copy, change, report, digest(report, RULES), effective, milliseconds, unseen)


def _refuse_part(copy: WorkingCopy) -> None:
    """Raise `UserError` for a folder inside a working copy: a green verdict on a part would mislead."""
    if copy.git is None and (top := top_of(copy.root)) is not None:
        part, top_name = plain_line(str(copy.root)), plain_line(str(top))
        raise UserError(f"{part} is only a part of the working copy {top_name}: run the command there.")


def refuse_foreign(copy: WorkingCopy, config: RepositoryConfig) -> None:
    """Raise `UserError` for a folder that is no repository of any kind: probably the wrong folder was named."""
    if copy.git is None and not any(place in copy.entries for place in (".specify", *config.specs)):
        roots = " nor ".join(f"{plain_line(root)}/" for root in config.specs)
        raise UserError(
            f"There is nothing to judge in {plain_line(str(copy.root))}: it has neither .git nor .specify/ nor {roots}."
            " Name the folder of a repository with plans."
        )


def owners_unseen(copy: WorkingCopy, base: str | None = None) -> str:
    """The owner's configuration repository, derived from the remote of `base`, else from `origin`; empty for none."""
    named = (base or "").partition("/")[0]
    for remote in dict.fromkeys((named, "origin")):
        address = copy.git.directory.settings.get(f"remote.{remote}.url") if copy.git is not None else None
        if address:
            return owners_repository(address) or ""
    return ""


def sources_of(own: ConfigLayer) -> tuple[Source, ...]:
    """The file that the repository's configuration is from, or the bundled one."""
    if not own.present:
        return (Source(MANIFEST, "bundled"),)
    return (Source(own.origin.path, f"base@{own.origin.sha}" if own.origin.sha else "worktree"),)


def show(judged: DeskVerdict, form: Format, style: Style) -> str:
    """The report as text in one of the output formats."""
    context = RenderContext(
        web_url=None,
        base_sha=judged.change.base.sha if judged.change.base else None,
        base_branch=judged.change.base_branch,
        head_branch=judged.change.head_branch,
        engine_version=bot.__version__,
        digest=judged.digest,
        rules={rule.id: rule for rule in RULES},
        unseen=judged.unseen,
    )
    report = judged.report
    match form:
        case Format.TEXT:
            text = terminal(report, texts(judged.change), context, style=style, milliseconds=judged.milliseconds)
        case Format.JSON:
            inputs = desk_inputs(judged.copy, judged.change, judged.effective, report)
            text = json_text(report, judged.digest, bot.__version__, inputs)
        case Format.SARIF:
            text = json.dumps(as_sarif(report, context), indent=2) + "\n"
        case Format.GITHUB:
            text = as_workflow_commands(report, context)
        case Format.MARKDOWN:
            text = as_markdown(report, context)
        case Format.CONCISE:
            text = as_concise(report)
        case Format.AGENT:
            text = as_agent_lines(report, context)
        case Format.GITLAB:
            text = as_code_quality(report)
    return text


def texts(change: Change) -> Mapping[str, str]:
    """Text of every document that a finding can point into, by path. The head's version wins over the base's."""
    base = change.base.documents if change.base is not None else {}
    documents = {**base, **change.standard.documents, **change.head.documents}
    return {path: document.text for path, document in documents.items()}
