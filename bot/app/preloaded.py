"""Imported only by the server that forks the reading processes: does their work once, so that they start warm.

A process inherits modules, compiled expressions and caches. To import or compile them anew costs each process more than
to judge an ordinary change.
"""

from __future__ import annotations

import gc
import pickle
from typing import TYPE_CHECKING

from bot.bundled import bundled_text
from bot.core.change.trees import Change, ChangedFile, Document, FileStatus, Kind, Tree, TreeEntry
from bot.core.config.in_force import ConfigInForce
from bot.core.config.layers import merge
from bot.core.deciding.candidates import Candidate
from bot.core.deciding.commit_verdict import Host, judge_candidate
from bot.core.documents.plan_reading.language import is_of_tested_language
from bot.core.drafting.for_feature import issue_draft_of
from bot.core.drafting.from_template.spec import SpecFacts, draft_spec_of_issue
from bot.core.drafting.naming import name_feature
from bot.core.features.which_features import which_features
from bot.core.forge.facts import Issue
from bot.core.text.lexicon import LANGUAGES, Pattern, languages
from bot.core.text.lexicon.words import BY_LANGUAGE
from bot.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEMPLATE = bundled_text("config/plan-template.md")
_FILLED = """# Implementation Plan: Warm

**Branch**: `001-warm` | **Date**: 2026-11-20 | **Spec**: [spec.md](./spec.md)

## Summary

It is warm, from an index that is kept in memory.

## Constitution Check

| Principle | Status | Notes |
|---|---|---|
| I. Simplicity | FAIL | one more crate |
| II. Tests | PASS | tests come first |

## Complexity Tracking

| Violation | Why Needed | Simpler Alternative Rejected Because |
|---|---|---|
| I. Simplicity: one more crate | it must outlive a restart | a module would not |
"""
_TEXTS = {
    "specs/001-warm/spec.md": "# Feature Specification: Warm\n\n## Requirements\n\n- **FR-001**: It MUST be warm.\n",
    "specs/001-warm/plan.md": _FILLED,
    "specs/001-warm/tasks.md": "# Tasks\n\n- [ ] T001 [US1] Do it (FR-001)\n",
    "specs/002-new/plan.md": _TEMPLATE,
}
_STANDARD = {
    ".specify/memory/constitution.md": "# Constitution\n\n## Core Principles\n\n### I. Simplicity\n\nKeep it simple.\n",
}


def _tree(sha: str, texts: Mapping[str, str]) -> Tree:
    entries = {path: TreeEntry(path, Kind.FILE) for path in texts}
    return Tree(sha, entries, {path: Document(path, text) for path, text in texts.items()})


def judge_sample() -> Tree:
    """Judge a small change as a process does. Returns the tree of its head."""
    base, tree = _tree("0" * 40, _STANDARD), _tree("1" * 40, {**_STANDARD, **_TEXTS})
    changed = tuple(ChangedFile(path, FileStatus.ADDED) for path in _TEXTS)
    change = Change(tree, base, changed, head_branch="001-warm", base_branch="main", pull_request=1)
    in_force = ConfigInForce(merge(()), ".github/app.yml", "0" * 40, "main", present=False)
    candidate = Candidate(change, in_force, which_features(change, in_force.config))
    candidate = pickle.loads(pickle.dumps(candidate))  # noqa: S301  as the worker sends it
    pickle.dumps(judge_candidate(candidate, Host(RULES, _TEMPLATE, "0")))
    return tree


def _warm() -> None:
    """Judge and draft as a process does."""
    tree = judge_sample()
    issue = Issue(1, "Warm", "Be warm.", "ada", "2026-11-22T12:41:07Z")
    naming = name_feature("Warm", "001", issue=1, slug=None, root="specs")
    issue_draft_of(issue, naming, tree, tree, _TEMPLATE)
    draft_spec_of_issue(SpecFacts(naming.dir, "Warm", naming.branch, "2026-11-22"), issue.title, issue.body)


_LETTERS = ("e", "é")
"""A text for which only an expression's phrases in ASCII are compiled, and one for which the whole of it is."""


def _compile_words() -> None:
    """Compile every expression of the lexicon, in lower case for a search and as written for a match."""
    for key in BY_LANGUAGE[LANGUAGES[0].code]:
        languages(key, _LETTERS[0])
    is_of_tested_language(_LETTERS[0])
    for pattern in gc.get_objects():
        if isinstance(pattern, Pattern):
            for letter in _LETTERS:
                pattern.search(letter)
                pattern.match(letter)


_compile_words()  # first: `re` keeps 512 expressions, and those of the lexicon are kept elsewhere
_warm()
gc.collect()
gc.freeze()  # a collection in a process would copy every page that holds an object
