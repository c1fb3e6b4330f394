"""The rules' test cases: small repositories in folders, and the change that each of them is.

A case stands in `tests/rules/<rule-id>/<good|bad>-<what>/`. It begins with the story's `main` (the base and the head)
and the story's finished feature 018 (the head alone), and says in `case.json` what is different:

- `edit`: path to a list of `[old, new]` pairs, replaced in the head's file (each `old` must be there)
- `remove`, `remove_base`: paths or folders that are not at the head, not on the base
- `links`: path to `symlink` or `submodule`, at the head
- `feature`: false leaves the story's feature out, `"base"` puts it on the base, too
- `base`: false judges a plain folder without a base
- `branch`, `base_branch`, `pull_request`, `merge_group`, `stage`, `asked`, `reserved`, `first_seen`, `moved`:
  parts of the change
- `arrivals`: folder to `[date, pull request or null]`
- `others`: other open heads, as `[ref, pull request or null, folder]`
- `merge_base`: path to a list of `[old, new]` pairs that make the base's files those of the merge base
- `config`: keys of `plangate:`

Files in `head/` and `base/` beside it come on top. `expected.txt` is what a person sees in the terminal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.change.trees import Change, FolderHistory, Kind, OtherHead
from bot.core.config.model import ArtifactLevel, NumberMode, RepositoryConfig, RuleLevel, Source, Unmatched
from bot.core.judging.judge import judge
from bot.core.speech.render import RenderContext, Style, terminal
from bot.rules import RULES
from tests.core.changes import change, tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.judging.findings import Report

HERE = Path(__file__).parent
STORY = HERE / "story"
BUNDLED = (STORY / "main/.specify/templates/plan-template.md").read_text()
BASE_SHA = "8be41d7c02f95a3e6d1b7f40c9a2e85d31067bc4"

Files = dict[str, str | bytes | Kind]


def folder(path: Path) -> Files:
    """Every file below a folder, by its path from there."""
    return {
        found.relative_to(path).as_posix(): found.read_bytes() for found in sorted(path.rglob("*")) if found.is_file()
    }


def _without(files: Files, paths: list[str]) -> Files:
    return {path: text for path, text in files.items() if not any(path == p or path.startswith(f"{p}/") for p in paths)}


def _edited(files: Files, edits: dict[str, list[list[str]]]) -> Files:
    for path, pairs in edits.items():
        content = files[path]
        assert isinstance(content, bytes)
        text = content.decode()
        for old, new in pairs:
            assert old in text, f"{path} does not hold {old!r}"
            text = text.replace(old, new, 1)
        files = {**files, path: text.encode()}
    return files


def config_of(keys: dict[str, Any]) -> RepositoryConfig:
    """The configuration that these keys are."""
    read: dict[str, Callable[[Any], Any]] = {
        "artifacts": lambda value: {name: ArtifactLevel(word) for name, word in value.items()},
        "rules": lambda value: {name: RuleLevel(word) for name, word in value.items()},
        "unmatched": Unmatched,
        "number": NumberMode,
        "specs": tuple,
        "ignore": tuple,
        "legacy": tuple,
        "code": tuple,
    }
    return RepositoryConfig(**{key: read[key](value) if key in read else value for key, value in keys.items()})


def change_of(case: Path) -> tuple[Change, RepositoryConfig]:
    """The change that a case is."""
    told: dict[str, Any] = json.loads((case / "case.json").read_text()) if (case / "case.json").exists() else {}
    main = folder(STORY / "main")
    feature = folder(STORY / "feature") if told.get("feature", True) else {}
    base = {**main, **(feature if told.get("feature") == "base" else {}), **folder(case / "base")}
    head = {**base, **feature, **folder(case / "head")}
    base = _without(base, told.get("remove_base", []))
    head = _edited(_without(head, told.get("remove", [])), told.get("edit", {}))
    head |= {path: Kind(kind) for path, kind in told.get("links", {}).items()}
    more: dict[str, Any] = {
        "head_branch": told.get("branch", "018-webhook-retry"),
        "base_branch": told.get("base_branch", "main"),
        "pull_request": told.get("pull_request", 412),
        "merge_group": told.get("merge_group", False),
        "stage": told.get("stage"),
        "named_folders": tuple(told.get("asked", ())),
        "reserved": frozenset(told.get("reserved", ())),
        "first_seen": told.get("first_seen", {}),
        "folder_histories": {path: FolderHistory(*came) for path, came in told.get("arrivals", {}).items()},
        "others": tuple(OtherHead(ref, (path,), number) for ref, number, path in told.get("others", [])),
    }
    if "merge_base" in told:
        more["merge_base"] = tree(_edited(main, told["merge_base"]))
    against = base if told.get("base", True) else None
    return change(head, against, moved=told.get("moved"), whole=True, **more), config_of(told.get("config", {}))


def report_of(case: Path) -> tuple[Change, Report]:
    """The case's change and the verdict on it."""
    judged, config = change_of(case)
    sources = (Source(".github/app.yml", f"base@{BASE_SHA}" if judged.base else "worktree"),)
    return judged, judge(judged, config, RULES, BUNDLED, sources=sources)


def shown(judged: Change, report: Report) -> str:
    """What a person sees in the terminal."""
    base = judged.base.documents if judged.base is not None else {}
    texts = {path: document.text for path, document in {**base, **judged.head.documents}.items()}
    context = RenderContext(
        web_url=None,
        base_sha=BASE_SHA if judged.base is not None else None,
        base_branch=judged.base_branch,
        head_branch=judged.head_branch,
        engine_version="0",
        digest="sha256:" + "0" * 64,
        rules={rule.id: rule for rule in RULES},
    )
    return terminal(report, texts, context, style=Style(), milliseconds=None)
