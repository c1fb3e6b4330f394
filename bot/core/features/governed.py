"""Whether a repository asked to be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.trees import Readability
from bot.core.features.folders import root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.change.trees import Change, Document, Tree
    from bot.core.config.model import Source

_HEADER_LINES = 40
_FIELDS = ("**Branch**:", "**Spec**:", "**Input**: Feature specification")


def governed(change: Change, roots: Sequence[str], sources: Sequence[Source]) -> bool:
    """Whether the base has `.specify/`, a plan with a Spec Kit header, or a configuration of its own.

    Without a base, the folder itself is searched. A person who names a feature wants it judged.
    """
    if change.named_folders or any(source.source != "bundled" for source in sources):
        return True
    tree = change.standard
    return _has_specify(tree) or any(
        path.endswith("/plan.md") and root_of(path, roots) is not None and has_spec_kit_header(document)
        for path, document in tree.documents.items()
    )


def _has_specify(tree: Tree) -> bool:
    return any(path == ".specify" or ".specify/" in path or path.endswith("/.specify") for path in tree.entries) or any(
        path.startswith(".specify/") or "/.specify/" in path for path in tree.documents
    )


def has_spec_kit_header(document: Document) -> bool:
    """Whether two header fields of Spec Kit are in a plan's first lines. A heading alone is no proof."""
    if document.reading is not Readability.WHOLE:
        return False
    head = "\n".join(document.text[:8000].splitlines()[:_HEADER_LINES]).replace(":**", "**:")
    return sum(field in head for field in _FIELDS) > 1
