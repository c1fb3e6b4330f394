"""Follow the `fix:` lines of `plangate check --format agent` without a model, where they say word for word what to do.

`python -m tools.follow_fixes FOLDER...` copies each folder, plants faults in the plans of its features, follows the
fixes for three rounds at most, and prints for each kind of fault how many are gone with no new finding. A fix that asks
for a reason, a verdict or a choice is left to a person; the page of each rule says which those are.
"""

from __future__ import annotations

import io
import re
import shutil
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
STRICT = "plangate:\n  rules:\n" + "".join(f"    {rule.id}: error\n" for rule in RULES if rule.on)
"""An `app.yml` with every rule at its highest level, so that as many findings as possible block."""
_HEAD = re.compile(r"^(?P<path>\S.*?)(?::(?P<line>[0-9]+)[0-9,-]*)?: (?:error|warning) (?P<rule>[a-z-]+): ")
_FIX = "  fix: "
_WRITE = re.compile(r"^Write (?P<words>.+?)(?: there)?\.$")
_PASTE = re.compile(r"^(?:.*: )?[Pp]aste this (?:under (?:\S*/)?[^/\s:]+:(?P<line>[0-9]+)|at its end):?$")
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
        # From the bottom up: a pasted row moves only lines that were followed before.
        ordered = sorted(instructions(output), key=lambda each: -(_place(each) or 0))
        if not code or not sum(_follow(root, instruction) for instruction in ordered):
            break
        code, output = check(root, feature)
    return code


def check(root: Path, feature: str, form: str = "agent") -> tuple[int, str]:
    """The exit code and the output of `plangate check`."""
    with redirect_stdout(io.StringIO()) as output:
        code = plangate(["check", "--format", form, "--feature", feature, str(root)])
    return code, output.getvalue()


def _place(instruction: Instruction) -> int | None:
    paste = _PASTE.match(instruction.fix)
    return int(paste["line"]) if paste is not None and paste["line"] else instruction.line


def _follow(root: Path, instruction: Instruction) -> bool:
    """Whether the fix said word for word what to do, and it was done."""
    lines = (root / instruction.path).read_text(encoding="utf-8").splitlines()
    if write := _WRITE.match(instruction.fix):
        done = _write(lines, instruction.line or 0, write["words"])
    elif _PASTE.match(instruction.fix) and not any(map(_EMPTY_CELL.search, instruction.paste)):
        place = _place(instruction) if "under" in instruction.fix else len(lines)
        gap = [] if len(instruction.paste) == 1 else [""]
        lines[place or 0 : place or 0] = [*gap, *instruction.paste]
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
    files = [root / feature / name for name in ("plan.md", "spec.md")]
    if not all(file.is_file() for file in files):
        return False
    before = tuple(file.read_text(encoding="utf-8", errors="replace") for file in files)
    after = FAULTS[fault](before[0], before[1])
    for file, text in zip(files, after, strict=True):
        file.write_text(text, encoding="utf-8")
    return before != after


def concise(root: Path, feature: str) -> Counter[str]:
    """The findings without their lines."""
    lines = check(root, feature, "concise")[1].splitlines()
    return Counter(re.sub(r":[0-9]+: ", ": ", line, count=1) for line in lines)


def main(folders: list[Path]) -> int:
    """Plant, follow and print a line for each kind of fault."""
    counts: dict[str, Counter[str]] = {fault: Counter() for fault in FAULTS}
    for folder in folders:
        for plan in sorted(folder.rglob("plan.md")):
            feature = plan.parent.relative_to(folder).as_posix()
            for fault in FAULTS:
                counts[fault].update(_tried(folder, feature, fault))
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
        if not plant(root, feature, fault) or concise(root, feature) <= before:
            return []
        red = concise(root, feature)
        follow(root, feature)
        after = concise(root, feature)
        return ["planted", *(["gone"] if after <= before else []), *(["new"] if after - before - red else [])]


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
