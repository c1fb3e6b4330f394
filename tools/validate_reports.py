"""Hold the JSON reports of many folders to `config/report.schema.json`.

`python -m tools.validate_reports FOLDER...` judges every feature of each folder and exits with 1 when a report is not
as the schema says. A corpus holds its repositories in `repos/*/files`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema_rs

from bot.adapters.worktree.worktree import CheckOptions
from bot.core.speech.render import Style
from bot.desk.check import Format, judge_copy, show
from tools.docs.report_schema import schema


def main(folders: list[Path]) -> int:
    """Validate and print a line for each report that is refused, and the counts."""
    validator = jsonschema_rs.Draft202012Validator(schema())
    features = findings = refused = repeated = 0
    for folder in folders:
        report = json.loads(show(judge_copy(folder, CheckOptions(everything=True)), Format.JSON, Style()))
        errors = [f"{folder}: {error.message[:200]}" for error in validator.iter_errors(report)]
        ids = [finding["id"] for feature in report["features"] for finding in feature["findings"]]
        features, findings, refused = features + len(report["features"]), findings + len(ids), refused + bool(errors)
        repeated += len(ids) - len(set(ids))
        sys.stdout.write("".join(f"{error}\n" for error in errors[:5]))
    sys.stdout.write(
        f"{len(folders)} reports on {features} features with {findings} findings:"
        f" {refused} refused by the schema, {repeated} ids twice\n"
    )
    return int(bool(refused or repeated))


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
