"""Choose the configuration that applies to a pull request: file, commit, and the fallback for a broken file.

A configuration decides whether and how strictly a commit is judged. It is read from the default branch, or from the
base branch when the default branch lists that under `self_configured`. It is never read from the head.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.change.trees import Document, Kind, Readability
from bot.core.config.layers import ConfigLayer, Effective, Origin, Rank, merge, read_layer
from bot.core.config.model import Source
from bot.core.config.owner_file import OWNERS, Owner
from bot.core.config.yaml import LINK, MAX_BYTES
from bot.core.text.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change.trees import Tree
    from bot.core.config.model import Mode, RepositoryConfig
    from bot.core.config.yaml import ConfigMistake
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.stored import StoredBlob

PATHS = (".github/app.yml", "app.yml")
"""Possible paths of a repository's configuration; the first file that has a `plangate:` key counts."""


@dataclass(frozen=True, slots=True)
class OuterLayers:
    """The layers above a repository's own: the host's, then the owner's."""

    layers: tuple[ConfigLayer, ...] = ()
    rule_ids: tuple[str, ...] = ()
    owner: Owner | None = None
    """The owner's file, whose layer is among `layers`; None where it was not looked up."""


@dataclass(frozen=True, slots=True)
class Break:
    """The push that broke the default branch's file, where one is known."""

    mark: str
    """`mark_of` the broken text."""
    since: str
    """The branch's tip when the broken text was first seen."""


@dataclass(frozen=True, slots=True)
class ConfigInForce:
    """The configuration that applies, and its source."""

    effective: Effective
    path: str
    """Path of the repository's own file; where it would be when there is none."""
    sha: str
    """The commit that the file was read at."""
    branch: str
    present: bool
    """The repository's own file has a `plangate:` key."""
    good: StoredBlob | None = None
    """The valid file, for the store to keep as the last good one; None when the file is broken."""
    broken: ConfigMistake | None = None
    """The first mistake of the current file."""
    fallback: StoredBlob | None = None
    """The older version that applies instead of a broken file."""
    never_good: bool = False
    """The file is broken and no valid version is known."""
    mark: str = ""
    """`mark_of` the broken text."""
    since: str | None = None
    """The commit that broke the file, where it is known."""
    sources: tuple[Source, ...] = ()
    owner: Owner | None = None
    mode: Mode | None = None
    """The mode that replaces the configured one: advice, for a pull request older than the installation."""
    config: RepositoryConfig = field(init=False)

    def __post_init__(self) -> None:
        config = self.effective.config
        object.__setattr__(self, "config", config if self.mode is None else replace(config, mode=self.mode))


def choose_config(  # noqa: PLR0913, PLR0917  everything that decides
    view: RepositoryView,
    base_branch: str,
    base: Tree | None,
    outer_layers: OuterLayers,
    last: StoredBlob | None,
    broke: Break | None = None,
) -> ConfigInForce:
    """Choose the configuration for a base branch.

    `last` is the default branch's last good file (other branches have none), `broke` the push that broke it.
    """
    branch = view.default_branch or base_branch
    rank = rank_of(view.full_name)
    ours = _read(view.default, branch, outer_layers, last, rank)
    if broke is not None and broke.mark == ours.mark:
        ours = replace(ours, since=broke.since)
    if base is None or base_branch == branch or not _listed(base_branch, ours.config):
        return ours
    theirs = _read(base, base_branch, outer_layers, None, rank)
    if not theirs.never_good or ours.never_good:
        return theirs
    # No last good file is stored for other branches; until their file is fixed, the default branch's applies.
    from bot.core.forge.stored import StoredBlob  # noqa: PLC0415  the desk needs none of the App's stored values

    return replace(ours, broken=theirs.broken, branch=base_branch, fallback=StoredBlob(ours.sha, "plangate:", 0.0))


def rank_of(repository: str) -> Rank:
    """The rank of a repository's file: the file in `acme/.github` applies to all of acme's repositories."""
    return Rank.OWNER if repository.endswith(f"/{OWNERS}") else Rank.REPOSITORY


def mark_of(text: str) -> str:
    """A short hash of a file's text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def counts(base_branch: str, view: RepositoryView, config: RepositoryConfig) -> bool:
    """Whether pull requests to this base decide a commit's verdict."""
    return base_branch == view.default_branch or _listed(base_branch, config)


def _listed(branch: str, config: RepositoryConfig) -> bool:
    return any(matches(pattern, branch) for pattern in config.self_configured)


def _read(
    tree: Tree | None, branch: str, outer_layers: OuterLayers, last: StoredBlob | None, rank: Rank
) -> ConfigInForce:
    sha = (tree.sha if tree is not None else None) or ""
    layer, text = own_layer(tree, outer_layers.rule_ids, rank)
    if not layer.mistakes:
        # A missing file is valid too: an older version of a deleted file no longer applies.
        from bot.core.forge.stored import StoredBlob  # noqa: PLC0415  likewise

        good = StoredBlob(sha, text or "", 0.0)
        return replace(_merged(layer, outer_layers, sha, branch), good=good)
    broken, mark = layer.mistakes[0], mark_of(text or "")
    if last is None:
        nothing = ConfigLayer(layer.origin, present=True)
        return replace(_merged(nothing, outer_layers, sha, branch), broken=broken, mark=mark, never_good=True)
    older = read_layer(last.text, replace(layer.origin, sha=last.sha), outer_layers.rule_ids)
    return replace(_merged(older, outer_layers, last.sha, branch), broken=broken, mark=mark, fallback=last)


def own_layer(tree: Tree | None, rule_ids: Iterable[str], rank: Rank) -> tuple[ConfigLayer, str | None]:
    """The layer and the text of the configuration file that counts in a tree; the text is None when there is none."""
    sha = tree.sha if tree is not None else None
    for path in PATHS:
        document = file_at(tree, path) if tree is not None else None
        if document is None:
            continue
        layer, text = read_file(document, sha, rule_ids, rank)
        if layer.present:
            return layer, text
    return ConfigLayer(Origin(rank, PATHS[0], sha)), None


def file_at(tree: Tree, path: str) -> Document | None:
    """The file at one of `PATHS`; None when there is none.

    A symbolic link at `.github/app.yml` counts as a file with a mistake. A link at `app.yml` is ignored: other tools
    use that name, and links are not followed, so nothing shows that the file is meant for Plangate.
    """
    entry = tree.entries.get(path)
    if path == PATHS[0] and entry is not None and entry.kind is Kind.SYMLINK:
        return Document(path, LINK)
    return tree.documents.get(path)


def read_file(document: Document, sha: str | None, rule_ids: Iterable[str], rank: Rank) -> tuple[ConfigLayer, str]:
    """The layer of one file at a commit, and its text."""
    text = text_of(document)
    return read_layer(text, Origin(rank, document.path, sha), rule_ids), text


def text_of(document: Document) -> str:
    """The text of a configuration file. An unreadable file has a mistake; it is not treated as absent.

    The substitute text makes `read_yaml` report the reason: not text, or too large.
    """
    match document.reading:
        case Readability.WHOLE:
            return document.text
        case Readability.TOO_LARGE | Readability.TOO_COSTLY | Readability.OVER_BUDGET:
            return "plangate:\n" + "#" * MAX_BYTES
        case Readability.BINARY:
            return "\0\nplangate:\n"


def _merged(layer: ConfigLayer, outer_layers: OuterLayers, sha: str, branch: str) -> ConfigInForce:
    return ConfigInForce(
        effective=merge((*outer_layers.layers, layer)),
        path=layer.origin.path,
        sha=sha,
        branch=branch,
        present=layer.present,
        sources=(Source(layer.origin.path, f"base@{sha}"),) if layer.present else (),
        owner=outer_layers.owner,
    )
