"""Propose the first configuration of a working copy and show which features it would block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.worktree.safe_files import write_new
from bot.adapters.worktree.worktree import CONFIG_PATHS, CheckOptions, WorkingCopy, open_copy, read_change
from bot.bundled import bundled_text
from bot.core.change.feature import Stage
from bot.core.change.trees import Kind, Readability
from bot.core.config.layers import ConfigLayer, Origin, Rank, merge, read_layer
from bot.core.config.model import Source
from bot.core.drafting.first_config import (
    FirstSettings,
    RepositoryFacts,
    config_text,
    first_settings,
    with_failing_as_legacy,
)
from bot.core.drafting.manifests import wanted_manifests
from bot.core.drafting.manifests.technical import Topic, read_technical
from bot.core.features.branch import counted
from bot.core.features.which_features import which_features
from bot.core.forge.check_run_output import Conclusion
from bot.core.forge.errors import UserError
from bot.core.judging.findings import Report, Severity
from bot.core.judging.judge import judge
from bot.core.speech.render import RenderContext, title
from bot.desk.check import TEMPLATE, host_layer, refuse_foreign, repository_layer, rule_ids
from bot.desk.counted import CountedFeatures
from bot.desk.reading_apart import ReadingApart
from bot.progress import Step, silent
from bot.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.config.model import RepositoryConfig
    from bot.core.judging.findings import FeatureReport

TARGET = CONFIG_PATHS[0]


@dataclass(frozen=True, slots=True)
class FeatureOutlook:
    """The verdict on one existing feature, as if a pull request added it with code today."""

    dir: str
    blocked: bool
    title: str
    legacy: bool
    """The proposed configuration makes the feature legacy, so nothing in it blocks."""


@dataclass(frozen=True, slots=True)
class FirstConfig:
    """A proposed configuration file and its effect on the existing features."""

    copy: WorkingCopy
    text: str
    start: FirstSettings
    standings: tuple[FeatureOutlook, ...]

    def save(self) -> Path:
        """Write the file unless a configuration exists. Raises `UserError` when the file cannot be written."""
        refuse_another(self.copy)
        if not write_new(self.copy.root, TARGET, self.text):
            raise UserError(f"{TARGET} is there already: --print shows what would be written.")
        return self.copy.root / TARGET


def refuse_another(copy: WorkingCopy) -> None:
    """Raise `UserError` when a configuration exists, even a broken one, or a symbolic link stands in its place."""
    for path in (".github", TARGET):
        if (copy.root / path).is_symlink():
            raise UserError(f"{path} is a symbolic link: nothing is written through it.")
    own = repository_layer(copy, None)
    if own.present:
        raise UserError(f"{own.origin.path} has a `plangate:` already: --print shows what would be written.")


def begin(folder: Path, step: Step = silent) -> FirstConfig:
    """Propose a configuration for a working copy; `step` hears of each feature.

    Raises `UserError` for anything the user can fix.
    """
    copy = open_copy(folder)
    start = first_settings(path for path, entry in copy.entries.items() if entry.kind is Kind.FILE)
    config = _config(start)
    if not copy.entries:
        refuse_foreign(copy, config)
    features = _judged(copy, config, step)
    start = with_failing_as_legacy(start, features, config)
    standings = tuple(_standing(feature, start, config) for feature in features)
    return FirstConfig(copy, config_text(start, _repository_facts(copy, features, config)), start, standings)


def _config(start: FirstSettings) -> RepositoryConfig:
    own: ConfigLayer = read_layer(start.text(), Origin(Rank.REPOSITORY, TARGET), rule_ids())
    return merge((host_layer(), own)).config


def _judged(copy: WorkingCopy, config: RepositoryConfig, step: Step) -> tuple[FeatureReport, ...]:
    """Judge every feature in the implementing stage, in which most artifacts are due."""
    change = read_change(copy, CheckOptions(everything=True, stage=Stage.IMPLEMENTING.value), config)
    sources = (Source(TARGET, "worktree"),)
    choice = which_features(change, config)
    meter = ReadingApart(CountedFeatures(choice, step))
    return judge(change, config, RULES, bundled_text(TEMPLATE), sources=sources, choice=choice, meter=meter).features


def _standing(feature: FeatureReport, start: FirstSettings, config: RepositoryConfig) -> FeatureOutlook:
    blocked = any(finding.severity is Severity.ERROR for finding in feature.findings)
    conclusion = Conclusion.FAILURE if blocked else Conclusion.SUCCESS
    verdict_title = title(
        Report(conclusion, (), (), (feature,)), RenderContext(rules={rule.id: rule for rule in RULES})
    )
    number = counted(feature.feature.number, config)
    early = start.since is not None and number is not None and number < start.since
    return FeatureOutlook(feature.feature.dir, blocked, verdict_title, early or feature.feature.dir in start.legacy)


def _repository_facts(
    copy: WorkingCopy, features: tuple[FeatureReport, ...], config: RepositoryConfig
) -> RepositoryFacts:
    numbers = {feature.feature.number: counted(feature.feature.number, config) for feature in features}
    highest = max(numbers, key=lambda number: numbers[number] or -1, default=None)
    paths = [f"{path}/" if entry.kind is Kind.FOLDER else path for path, entry in sorted(copy.entries.items())]
    manifests = copy.read(wanted_manifests(paths))
    texts = {path: manifest.text for path, manifest in manifests.items() if manifest.reading is Readability.WHOLE}
    tests = read_technical(texts, paths).answers.get(Topic.TESTING, ())
    return RepositoryFacts(
        features=len(features),
        highest=highest,
        constitution=features[0].constitution if features else None,
        testing=", ".join(f"{tool.value} ({tool.path}{f':{tool.line}' if tool.line else ''})" for tool in tests)
        or None,
    )
