"""Which configuration holds for a pull request: whose file, from which commit, and what if it is broken.

Everything that a configuration can say decides whether or how hard a commit is judged, so all of it comes from the
default branch, unless the default branch lists the base under `self_configured`. Never from the head.
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
from bot.core.forge.stored import StoredBlob
from bot.core.text.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change.trees import Tree
    from bot.core.config.model import Mode, RepositoryConfig
    from bot.core.config.yaml import ConfigMistake
    from bot.core.forge.facts import RepositoryView

PATHS = (".github/app.yml", "app.yml")
"""Where a repository's configuration may stand; the first that is there and has `plangate:` counts."""


@dataclass(frozen=True, slots=True)
class OuterLayers:
    """The layers above a repository's own, farthest first."""

    layers: tuple[ConfigLayer, ...] = ()
    rule_ids: tuple[str, ...] = ()
    owner: Owner | None = None
    """How the owner's file stands; its layer is among `layers`. None where it was not looked for."""


@dataclass(frozen=True, slots=True)
class Break:
    """When the default branch's file broke, as far as a push told us."""

    mark: str
    """`mark_of` the broken text that it is about."""
    since: str
    """The commit that the branch was at when that was first seen."""


@dataclass(frozen=True, slots=True)
class ConfigInForce:
    """The configuration in force, and where it is from."""

    effective: Effective
    path: str
    """Of the repository's own file; where it would be, if there is none."""
    sha: str
    """The commit that it was read at."""
    branch: str
    present: bool
    """The repository has a `plangate:` of its own."""
    good: StoredBlob | None = None
    """What a store may keep as the last good one; None when the file is broken."""
    broken: ConfigMistake | None = None
    """The first mistake of the file as it stands there now."""
    fallback: StoredBlob | None = None
    """The older version that is in force instead."""
    never_good: bool = False
    """It is broken and no older version is known."""
    mark: str = ""
    """Of the broken file's text."""
    since: str | None = None
    """The commit that broke it, where that is known."""
    sources: tuple[Source, ...] = ()
    owner: Owner | None = None
    mode: Mode | None = None
    """What stands in for the configured mode: advice, in a pull request that is older than Plangate here."""
    config: RepositoryConfig = field(init=False)

    def __post_init__(self) -> None:
        config = self.effective.config
        object.__setattr__(self, "config", config if self.mode is None else replace(config, mode=self.mode))


def choose_config(  # noqa: PLR0913, PLR0917  everything that decides
    answer: RepositoryView,
    base_branch: str,
    base: Tree | None,
    outer_layers: OuterLayers,
    last: StoredBlob | None,
    broke: Break | None = None,
) -> ConfigInForce:
    """What holds for a base. `last` is the default branch's last good file; other branches have none.

    `broke` is what is known of when the default branch's file broke.
    """
    branch = answer.default_branch or base_branch
    rank = rank_of(answer.full_name)
    ours = _read(answer.default, branch, outer_layers, last, rank)
    if broke is not None and broke.mark == ours.mark:
        ours = replace(ours, since=broke.since)
    if base is None or base_branch == branch or not _listed(base_branch, ours.config):
        return ours
    theirs = _read(base, base_branch, outer_layers, None, rank)
    if not theirs.never_good or ours.never_good:
        return theirs
    # Of other branches nothing is kept; until theirs is mended, they go by the default branch as all others do.
    return replace(ours, broken=theirs.broken, branch=base_branch, fallback=StoredBlob(ours.sha, "plangate:", 0.0))


def rank_of(repository: str) -> Rank:
    """Whose a repository's file is: the one in `acme/.github` speaks for all of acme's repositories."""
    return Rank.OWNER if repository.endswith(f"/{OWNERS}") else Rank.REPOSITORY


def mark_of(text: str) -> str:
    """What tells one text of a file from another."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def counts(base_branch: str, answer: RepositoryView, config: RepositoryConfig) -> bool:
    """Whether pull requests to this base decide a commit's verdict."""
    return base_branch == answer.default_branch or _listed(base_branch, config)


def _listed(branch: str, config: RepositoryConfig) -> bool:
    return any(matches(pattern, branch) for pattern in config.self_configured)


def _read(
    tree: Tree | None, branch: str, outer_layers: OuterLayers, last: StoredBlob | None, rank: Rank
) -> ConfigInForce:
    sha = (tree.sha if tree is not None else None) or ""
    layer, text = own_layer(tree, outer_layers.rule_ids, rank)
    if not layer.mistakes:
        # That there is no file is as good as a file: what once stood there holds no longer.
        good = StoredBlob(sha, text or "", 0.0)
        return replace(_merged(layer, outer_layers, sha, branch), good=good)
    broken, mark = layer.mistakes[0], mark_of(text or "")
    if last is None:
        nothing = ConfigLayer(layer.origin, present=True)
        return replace(_merged(nothing, outer_layers, sha, branch), broken=broken, mark=mark, never_good=True)
    older = read_layer(last.text, replace(layer.origin, sha=last.sha), outer_layers.rule_ids)
    return replace(_merged(older, outer_layers, last.sha, branch), broken=broken, mark=mark, fallback=last)


def own_layer(tree: Tree | None, rule_ids: Iterable[str], rank: Rank) -> tuple[ConfigLayer, str | None]:
    """The layer of the file that counts in a tree, and its text; None where there is none."""
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
    """The file at one of `PATHS`, None where there is none.

    A link in the place that is only ours is a file with a mistake. At the root other tools keep an `app.yml`, and what
    a link leads to is not looked at, so nothing says that it means us.
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
    """The text to read: a file that cannot be read as text is one with a mistake, not an absent one.

    What stands in for it makes `read_yaml` say why: it is no text, or it is too large.
    """
    match document.reading:
        case Readability.WHOLE:
            return document.text
        case Readability.TOO_LARGE:
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
