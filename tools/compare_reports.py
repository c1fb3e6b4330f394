"""Record the JSON report of every plan of a corpus, and compare two records.

    python tools/compare_reports.py record FILE [--corpus DIR]     judge every plan, with the code in this checkout
    python tools/compare_reports.py compare FILE FILE              exit 1 when a report differs

`message`, `fix` and `digest` are left out, so that a change of wording compares as equal. To record the reports of an
older commit, run this file from a checkout of that commit.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))
LEFT_OUT = frozenset({"message", "fix", "digest"})
CORPUS = Path(os.environ.get("PLANGATE_CORPUS", "../shared/corpus"))
MOST_SHOWN = 20


def without_wording(value: Any) -> Any:
    """The value without the fields that hold only words for people."""
    if isinstance(value, dict):
        return {key: without_wording(field) for key, field in value.items() if key not in LEFT_OUT}
    if isinstance(value, list):
        return [without_wording(element) for element in value]
    return value


def report_of(root: Path, feature: str) -> Any:
    """The report of one feature folder, or the error in words when there is none."""
    from bot.cli import main  # noqa: PLC0415  the working directory decides which checkout is imported

    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            main(["check", "--format", "json", "--feature", feature, str(root)])
    except SystemExit:
        pass
    except Exception as error:  # noqa: BLE001  a crash is a difference that the comparison must show
        return f"{type(error).__name__}: {error}"
    try:
        return without_wording(json.loads(printed.getvalue()))
    except ValueError:
        return "no report"


def record(corpus: Path) -> dict[str, Any]:
    """The report of every `plan.md` of the corpus, by `REPOSITORY/FEATURE`."""
    reports = {}
    for root in sorted(corpus.glob("repos/*/files")):
        for plan in sorted(root.rglob("plan.md")):
            feature = plan.parent.relative_to(root).as_posix()
            reports[f"{root.parent.name}/{feature}"] = report_of(root, feature)
    return reports


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The names of the plans whose reports differ."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def main() -> int:
    """Run the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    options = parser.parse_args()
    if options.action == "record":
        reports = record(options.corpus)
        options.files[0].write_text(json.dumps(reports, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        print(f"{len(reports)} reports recorded")
        return 0
    before, after = (json.loads(path.read_text("utf-8")) for path in options.files)
    different = differences(before, after)
    for name in different[:MOST_SHOWN]:
        print(f"differs: {name}")
    print(f"{len(before)} reports before, {len(after)} after, {len(different)} differ")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
