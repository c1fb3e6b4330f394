"""The labelled plans of a corpus, and the reports on them, made in this process."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.adapters.worktree.worktree import CheckOptions, open_copy, read_change
from bot.bundled import bundled_text
from bot.core.config.layers import merge
from bot.core.documents.plan import Verdict
from bot.core.documents.plan_reading.plan_reader import read_plan
from bot.core.judging.judge import judge
from bot.core.yardstick.yardstick import read_yardstick
from bot.desk.check import TEMPLATE, host_layer
from bot.rules import RULES

if TYPE_CHECKING:
    from bot.core.change.trees import Change
    from bot.core.config.model import RepositoryConfig
    from bot.core.judging.findings import FeatureReport

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = Path(os.environ.get("PLANGATE_CORPUS", ROOT.parent / "shared" / "corpus"))

Label = dict[str, Any]
"""A row of `gold.jsonl` or `gold_violations.jsonl`; `LABELLING.md` beside them explains the fields."""


@dataclass(frozen=True)
class LabelledPlan:
    """A plan, its label, and its repository as the corpus holds it."""

    label: Label
    root: Path

    @property
    def path(self) -> str:
        """Path of the plan from the repository's root."""
        return str(self.label["plan_path"])

    @property
    def name(self) -> str:
        """Repository and plan, as the page cites it."""
        return f"{self.label['repo']} {self.path}"

    @property
    def half(self) -> str:
        """The half of the repositories that it is in, `A` or `B`, by the hash of the repository's name."""
        return "AB"[hashlib.sha256(str(self.label["repo"]).encode()).digest()[0] % 2]

    @cached_property
    def text(self) -> str:
        """The plan's text."""
        return (self.root / self.path).read_text(encoding="utf-8", errors="replace")

    @cached_property
    def _read(self) -> tuple[Change, RepositoryConfig]:
        config = merge((host_layer(),)).config
        options = CheckOptions(features=(self.path.rpartition("/")[0],))
        return read_change(open_copy(self.root), options, config), config

    @cached_property
    def report(self) -> FeatureReport:
        """Plangate's report on the plan."""
        return self.report_on(self.text)

    @property
    def gate_passes(self) -> bool:
        """Whether the plan holds a line that says that the whole gate passes."""
        change, _ = self._read
        yardstick = read_yardstick(change.head, bundled_text(TEMPLATE), "")
        plan = read_plan(change.head.documents[self.path], yardstick.template, yardstick.constitution)
        return plan.overall is Verdict.PASS

    def report_on(self, text: str) -> FeatureReport:
        """Plangate's report on the plan with this text."""
        change, config = self._read
        document = change.head.documents[self.path]
        documents = {**change.head.documents, self.path: replace(document, text=text)}
        change = replace(change, head=replace(change.head, documents=documents))
        return judge(change, config, RULES, bundled_text(TEMPLATE)).features[0]


def labelled(corpus: Path, name: str) -> list[LabelledPlan]:
    """The plans of one label file."""
    rows = [json.loads(line) for line in (corpus / name).read_text(encoding="utf-8").splitlines()]
    return [LabelledPlan(row, corpus / "repos" / row["repo"].replace("/", "+") / "files") for row in rows]


def all_plans(corpus: Path) -> list[LabelledPlan]:
    """Every plan of the corpus, labelled or not."""
    return [
        LabelledPlan(
            {"repo": root.parent.name.replace("+", "/", 1), "plan_path": path.relative_to(root).as_posix()}, root
        )
        for root in sorted(corpus.glob("repos/*/files"))
        for path in sorted(root.rglob("plan.md"))
    ]
