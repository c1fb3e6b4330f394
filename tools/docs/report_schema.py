"""The JSON Schema of the report (`config/report.schema.json`), generated from `bot/core/speech/report/model.py`.

`tests/tools/test_report_schema.py` compares the file; UPDATE=1 writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from bot.core.config.schema import SCHEMA_ID
from bot.core.speech.report.model import ReportJson

PATH = Path("config/report.schema.json")
VERSION = 1
"""Goes up when a reader of the older schema can no longer read a report. Added fields do not change it."""


def schema() -> dict[str, Any]:
    """The schema as JSON values."""
    generated = msgspec.json.schema(ReportJson)
    definitions = {_name(name): _renamed(definition) for name, definition in sorted(generated["$defs"].items())}
    report = definitions.pop("Report")
    return {
        "$schema": SCHEMA_ID,
        "$id": f"urn:plangate:report:v{VERSION}",
        **report,
        "title": f"The JSON report of plangate, version {VERSION}",
        "$defs": definitions,
    }


def schema_text() -> str:
    """The file's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _name(name: str) -> str:
    return name.removesuffix("Json")


def _renamed(node: Any) -> Any:
    """The definition with the names of JSON objects in titles and references, and none of the code's own."""
    if isinstance(node, list):
        return [_renamed(child) for child in node]
    if not isinstance(node, dict):
        return node
    renamed = {key: _renamed(child) for key, child in node.items()}
    for key in ("$ref", "title"):
        if isinstance(renamed.get(key), str):
            renamed[key] = _name(renamed[key])
    return renamed
