"""Follow the `fix:` lines of `plangate check --format agent` without a model, where they say word for word what to do.

`python -m tools.follow_fixes FOLDER...` copies each folder, plants faults in the plans of its features, follows the
fixes for three rounds at most, and prints for each kind of fault how many are gone with no new finding. It writes what
a fix says to write, adds the text that a fix brings, and runs `plangate renumber`. A fix that asks for a reason, a
verdict or a choice is left to a person; the page of each rule says which those are.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import main as plangate
from bot.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
COLLISION = "number-collision"
SINCE_COMMIT = "--base=HEAD"
"""In the place of a feature's folder: judge what changed since the last commit."""
STRICT = "plangate:\n  rules:\n" + "".join(f"    {rule.id}: error\n" for rule in RULES if rule.on)
"""An `app.yml` with every rule at its highest level, so that as many findings as possible block."""
_HEAD = re.compile(r"^(?P<path>\S.*?)(?::(?P<line>[0-9]+)[0-9,-]*)?: (?:error|warning) (?P<rule>[a-z-]+): ")
_FIX = "  fix: "
_WRITE = re.compile(r"^Write (?P<words>.+ for .+) in [^\s:]+:(?P<line>[0-9]+)\.$")
_ADD = re.compile(r"^Add .+ (?:after [^\s:]+:(?P<line>[0-9]+)|at the end of [^\s:]+)\.$")
_RENUMBER = re.compile(r"Run `plangate (?P<words>renumber [^`]+)`")
_EMPTY_CELL = re.compile(r"\| *\|")


@dataclass
class Instruction:
    """One finding's place, fix line and text to paste."""

    path: str
    line: int | None
    rule: str
    fix: str = ""
    paste: list[str] = field(default_factory=list)


def instructions(output: str) -> list[Instruction]:
    """The findings in what `--format agent` prints."""
    found: list[Instruction] = []
    for line in output.splitlines()[1:]:
        head = _HEAD.match(line)
        if head is not None:
            found.append(Instruction(head["path"], int(head["line"]) if head["line"] else None, head["rule"]))
        elif found and line.startswith(_FIX):
            found[-1].fix = line.removeprefix(_FIX)
        elif found and line.startswith("    "):
            found[-1].paste.append(line[4:])
    return found


def follow(root: Path, feature: str, rounds: int = ROUNDS) -> int:
    """Follow the fixes until nothing blocks, nothing is followed, or the rounds are over; the last exit code."""
    code, output = check(root, feature)
    for _ in range(rounds):
        # A folder is renamed last; in a file, from the bottom up: an added row moves only lines that were followed.
        ordered = sorted(instructions(output), key=lambda each: (bool(_RENUMBER.search(each.fix)), -_place(each)))
        if not code or not sum(_follow(root, instruction) for instruction in ordered):
            break
        code, output = check(root, feature)
    return code


def check(root: Path, feature: str, form: str = "agent") -> tuple[int, str]:
    """The exit code and the output of `plangate check` of a feature, or of what changed since a base `--base=REF`."""
    which = [feature] if feature.startswith("--") else ["--feature", feature]
    with redirect_stdout(io.StringIO()) as output:
        code = plangate(["check", "--format", form, *which, str(root)])
    return code, output.getvalue()


def _place(instruction: Instruction) -> int:
    """The line that is written or added after; 0 for the end of the file, and where the fix names none."""
    told = _WRITE.match(instruction.fix) or _ADD.match(instruction.fix)
    return int(told["line"] or 0) if told is not None else 0


def _follow(root: Path, instruction: Instruction) -> bool:
    """Whether the fix said word for word what to do, and it was done."""
    if renumber := _RENUMBER.search(instruction.fix):
        with redirect_stdout(io.StringIO()):
            return plangate([*shlex.split(renumber["words"]), "--repo", str(root)]) == 0
    file = root / instruction.path
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    if write := _WRITE.match(instruction.fix):
        done = _write(lines, _place(instruction), write["words"])
    elif _ADD.match(instruction.fix) and not any(map(_EMPTY_CELL.search, instruction.paste)):
        place = _place(instruction) or len(lines)
        gap = [] if len(instruction.paste) == 1 else [""]
        lines[place:place] = [*gap, *instruction.paste]
        done = bool(instruction.paste)
    else:
        return False
    (root / instruction.path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return done


def _write(lines: list[str], line: int, words: str) -> bool:
    """Replace `OLD` by `NEW` on a line, for `NEW for OLD` in which OLD stands there once."""
    parts = words.split(" for ")
    for split in range(1, len(parts)):
        new, old = (" for ".join(part).strip("`") for part in (parts[:split], parts[split:]))
        if 0 < line <= len(lines) and lines[line - 1].count(old) == 1:
            lines[line - 1] = lines[line - 1].replace(old, new)
            return True
    return False


def _planted_header(plan: str, spec: str) -> tuple[str, str]:
    return re.sub(r"^(\*\*Branch\*\*: `?)[^`|\s]+", r"\g<1>987-elsewhere", plan, count=1, flags=re.MULTILINE), spec


def _planted_id(plan: str, spec: str) -> tuple[str, str]:
    ids = re.findall(r"^- \*\*(FR-[0-9]+)\*\*", spec, re.MULTILINE)
    return plan, spec.replace(f"- **{ids[1]}**", f"- **{ids[0]}**", 1) if len(ids) > 1 else spec


_PASSED = re.compile(r"^(\|[^|]+\|)\s*(?:✅ )?PASS\s*\|.*$", re.MULTILINE)


def _planted_reason(plan: str, spec: str) -> tuple[str, str]:
    reason = r"\1 FAIL | Justification: the index is bought. Rejected alternative: building it takes a year |"
    return _PASSED.sub(reason, plan, count=1), spec


def _planted_violation(plan: str, spec: str) -> tuple[str, str]:
    return _PASSED.sub(r"\1 FAIL | |", plan, count=1), spec


def _planted_silence(plan: str, spec: str) -> tuple[str, str]:
    return _PASSED.sub(r"\1 | |", plan), spec


def _planted_link(plan: str, spec: str) -> tuple[str, str]:
    return plan.replace("\n## Summary\n", "\n## Summary\n\nSee [the figures](./figures.md).\n", 1), spec


FAULTS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "branch-mismatch": _planted_header,
    "duplicate-id": _planted_id,
    "inline-justification": _planted_reason,
    "unjustified-violation": _planted_violation,
    "unanswered-principle": _planted_silence,
    "dead-link": _planted_link,
}
"""Functions that plant a fault in a plan and its spec, by the rule that reports it.

They return the texts unchanged if these have no place for it.
"""


def plant(root: Path, feature: str, fault: str) -> bool:
    """Plant a fault; False where the documents have no place for it."""
    if fault == COLLISION:
        return _collide(root, feature)
    files = [root / feature / name for name in ("plan.md", "spec.md")]
    if not all(file.is_file() for file in files):
        return False
    before = tuple(file.read_text(encoding="utf-8", errors="replace") for file in files)
    after = FAULTS[fault](before[0], before[1])
    for file, text in zip(files, after, strict=True):
        file.write_text(text, encoding="utf-8")
    return before != after


def _collide(root: Path, feature: str) -> bool:
    """Make the folder a repository in whose last commit another folder has the feature's number."""
    number = re.match(r"[0-9]+-", Path(feature).name)
    if number is None or (root / ".git").exists():
        return False
    taken = (root / feature).with_name(f"{number[0]}taken-before")
    taken.mkdir()
    (taken / "spec.md").write_text("# Feature Specification: Taken before\n", encoding="utf-8")
    who = ("-c", "user.name=Planter", "-c", "user.email=planter@example.com", "-c", "commit.gpgSign=false")
    for words in (("init", "-q"), ("add", "--all", ".", f":!{feature}"), (*who, "commit", "-q", "-m", "Before")):
        subprocess.run(["git", *words], cwd=root, check=True)
    return True


def concise(root: Path, feature: str) -> Counter[str]:
    """The findings without their folders and lines: both may change while fixes are followed."""
    lines = check(root, feature, "concise")[1].splitlines()
    return Counter(re.sub(r"^(?:.*/)?([^/]*):[0-9]+: ", r"\1: ", line, count=1) for line in lines)


def main(folders: list[Path]) -> int:
    """Plant, follow and print a line for each kind of fault."""
    counts: dict[str, Counter[str]] = {fault: Counter() for fault in (*FAULTS, COLLISION)}
    for folder in folders:
        for plan in sorted(folder.rglob("plan.md")):
            feature = plan.parent.relative_to(folder).as_posix()
            for fault, count in counts.items():
                count.update(_tried(folder, feature, fault))
    for fault, count in counts.items():
        sys.stdout.write(
            f"{fault}: {count['planted']} planted, {count['gone']} gone, {count['new']} with new findings\n"
        )
    return 0


def _tried(folder: Path, feature: str, fault: str) -> list[str]:
    """`planted`, and `gone` or `new`, for one fault in one feature of a copy of the folder."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "copy"
        shutil.copytree(folder, root)
        (root / ".github").mkdir(exist_ok=True)
        (root / ".github" / "app.yml").write_text(STRICT, encoding="utf-8")
        before = concise(root, feature)
        if not plant(root, feature, fault):
            return []
        judged = SINCE_COMMIT if fault == COLLISION else feature
        red = concise(root, judged)
        if fault == COLLISION:
            before = Counter(line for line in red.elements() if f" {COLLISION} " not in line)
        if red <= before:
            return []
        follow(root, judged)
        after = concise(root, judged)
        return ["planted", *(["gone"] if after <= before else []), *(["new"] if after - before - red else [])]


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
