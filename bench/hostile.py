"""What hostile documents cost: CPU per megabyte for 22 generators, and the worker's memory over many jobs.

    python -c "from bench.hostile import main; main()" [--sizes 10000 100000 1000000] [--jobs 1000] [--here]

`--here` judges in this process, as the App did before it had processes of their own. It is started by `-c`, since each
process would import a main module again.
"""

from __future__ import annotations

import argparse
import resource
import time

from bot.app.judging import Judging, JudgingApart, JudgingHere
from bot.bundled import bundled_text
from bot.core.change.trees import Change, ChangedFile, Document, FileStatus, Kind, Tree, TreeEntry
from bot.core.config.in_force import ConfigInForce
from bot.core.config.layers import merge
from bot.core.deciding.candidates import Candidate
from bot.core.deciding.commit_verdict import Host
from bot.core.features.which_features import which_features
from bot.rules import RULES
from tests.core.hostile_texts import MARKDOWN

MEGA = 1_000_000
FOLDER = "specs/001-search"


class _Clock:
    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


def candidate(text: str) -> Candidate:
    """A pull request that adds a feature with this text in its plan."""
    texts = {f"{FOLDER}/spec.md": "# Feature Specification: Search\n", f"{FOLDER}/plan.md": f"# Plan\n\n{text}"}
    entries = {FOLDER: TreeEntry(FOLDER, Kind.FOLDER)} | {path: TreeEntry(path, Kind.FILE) for path in texts}
    documents = {path: Document(path, body, size=len(body)) for path, body in texts.items()}
    base = Tree("b" * 40, {"specs": TreeEntry("specs", Kind.FOLDER), ".specify": TreeEntry(".specify", Kind.FOLDER)})
    changed = tuple(ChangedFile(path, FileStatus.ADDED) for path in texts)
    change = Change(Tree("a" * 40, entries, documents), base, changed, "001-search", "main", 7)
    in_force = ConfigInForce(merge(()), ".github/app.yml", "b" * 40, "main", present=False)
    return Candidate(change, in_force, which_features(change, in_force.config))


def spent() -> float:
    """CPU seconds of this process."""
    return time.process_time()


def peak() -> int:
    """The most memory that this process has had, in MB; processes of its own do not count."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def cost(judging: Judging, name: str, size: int) -> tuple[float, str]:
    """CPU seconds of one verdict, and whether its plan was read."""
    text = MARKDOWN[name](size)
    host = Host(RULES, bundled_text("config/plan-template.md"), "0")
    begun = judging.spent(size) if isinstance(judging, JudgingApart) else spent()
    judged = judging.of_job().judge(size, candidate(text), host, ())
    ended = judging.spent(size) if isinstance(judging, JudgingApart) else spent()
    unread = any(finding.rule == "unreadable-document" for finding in judged.report.all_findings())
    return ended - begun, "not read" if unread else ""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, MEGA - 1_000])
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--job-size", type=int, default=50_000)
    parser.add_argument("--here", action="store_true")
    options = parser.parse_args()
    judging: Judging = JudgingHere() if options.here else JudgingApart(_Clock(), most_per_hour=float("inf"))
    ordinary = min(cost(judging, "list", 100)[0] for _ in range(5))
    print(f"{'an ordinary plan':16} {ordinary:7.3f} s; the columns are CPU beyond that, per megabyte, and the growth")
    for name in MARKDOWN:
        row = [cost(judging, name, size) for size in options.sizes]
        each = [
            max(seconds - ordinary, 0.0) * MEGA / size for size, (seconds, _) in zip(options.sizes, row, strict=True)
        ]
        cells = " | ".join(f"{seconds:7.2f} s/MB {read:8}" for seconds, (_, read) in zip(each, row, strict=True))
        print(f"{name:16} {cells} x{each[-1] / max(each[0], 0.1):.1f}", flush=True)
    before = peak()
    names = list(MARKDOWN)
    for number in range(options.jobs):
        cost(judging, names[number % len(names)], options.job_size)
    print(f"peak of the worker: {before} MB before {options.jobs} hostile jobs, {peak()} MB after")
