"""Imported only by the server that forks the judging processes: judges once, so that every process starts warm."""

from __future__ import annotations

from bot.bundled import bundled_text
from bot.core.change.trees import Change, Document, Kind, Tree, TreeEntry
from bot.core.config.model import RepositoryConfig
from bot.core.judging.judge import judge
from bot.rules import RULES

_TEMPLATE = bundled_text("config/plan-template.md")
_TEXTS = {
    "specs/001-warm/spec.md": "# Feature Specification: Warm\n\n## Requirements\n\n- **FR-001**: It MUST be warm.\n",
    "specs/001-warm/plan.md": f"{_TEMPLATE}\n## Complexity Tracking\n\n| Violation | Why Needed |\n|--|--|\n| I | |\n",
    "specs/001-warm/tasks.md": "# Tasks\n\n- [ ] T001 [US1] Do it (FR-001)\n",
    ".specify/memory/constitution.md": "# Constitution\n\n## Core Principles\n\n### I. Simplicity\n\nKeep it simple.\n",
}
judge(
    Change(
        Tree(
            None,
            {path: TreeEntry(path, Kind.FILE) for path in _TEXTS},
            {path: Document(path, text) for path, text in _TEXTS.items()},
        ),
        None,
    ),
    RepositoryConfig(),
    RULES,
    _TEMPLATE,
)
