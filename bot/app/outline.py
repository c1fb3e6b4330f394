"""Read the names and manifests from which a plan is drafted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.drafting.for_feature import paths_of
from bot.core.drafting.manifests import MANIFEST_PATHS, wanted_manifests
from bot.core.forge.facts import ReadRequest

if TYPE_CHECKING:
    from bot.core.forge.facts import Commit
    from bot.core.forge.ports import ForgeReader


def read_outline(forge: ForgeReader, sha: str) -> Commit | None:
    """Names and manifests of a commit. Costs a second read if only folders below the root have manifests."""
    commit = forge.read(ReadRequest(head=sha, outline=True, head_documents=MANIFEST_PATHS)).head
    if commit is None or commit.tree.documents:
        return commit
    manifests = wanted_manifests(paths_of(commit.tree))
    nested = forge.read(ReadRequest(head=sha, head_documents=manifests)).head if manifests else None
    if nested is None:
        return commit
    return replace(commit, tree=replace(commit.tree, documents=nested.tree.documents))
