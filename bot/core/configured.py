"""Which configuration holds for a pull request: whose file, from which commit, and what if it is broken.

Everything that a configuration can say decides whether or how hard a commit is judged, so all of it comes from the
default branch, unless the default branch lists the base under `self_configured`. Never from the head.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.change import Reading
from bot.core.config_layers import Layer, Origin, Rank, merge, read_layer
from bot.core.findings import Source
from bot.core.globs import matches
from bot.core.stored import StoredBlob

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change import Tree
    from bot.core.config import RepositoryConfig
    from bot.core.facts import Answer
    from bot.core.yaml_places import Mistake

PATHS = (".github/app.yml", "app.yml")
"""Where a repository's configuration may stand; the first that is there and has `plangate:` counts."""


@dataclass(frozen=True, slots=True)
class Farther:
    """The layers above a repository's own, farthest first."""

    layers: tuple[Layer, ...] = ()
    rule_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configured:
    """The configuration in force, and where it is from."""

    config: RepositoryConfig
    path: str
    """Of the repository's own file; where it would be, if there is none."""
    sha: str
    """The commit that it was read at."""
    branch: str
    present: bool
    """The repository has a `plangate:` of its own."""
    good: StoredBlob | None = None
    """What a store may keep as the last good one; None when the file is broken."""
    broken: Mistake | None = None
    """The first mistake of the file as it stands there now."""
    fallback: StoredBlob | None = None
    """The older version that is in force instead."""
    never_good: bool = False
    """It is broken and no older version is known."""
    sources: tuple[Source, ...] = ()


def configured(
    answer: Answer, base_branch: str, base: Tree | None, farther: Farther, last: StoredBlob | None
) -> Configured:
    """What holds for a base. `last` is the default branch's last good file; other branches have none."""
    branch = answer.default_branch or base_branch
    ours = _read(answer.default, branch, farther, last)
    if base is None or base_branch == branch or not _listed(base_branch, ours.config):
        return ours
    return _read(base, base_branch, farther, None)


def counts(base_branch: str, answer: Answer, config: RepositoryConfig) -> bool:
    """Whether pull requests to this base decide a commit's verdict."""
    return base_branch == answer.default_branch or _listed(base_branch, config)


def _listed(branch: str, config: RepositoryConfig) -> bool:
    return any(matches(pattern, branch) for pattern in config.self_configured)


def _read(tree: Tree | None, branch: str, farther: Farther, last: StoredBlob | None) -> Configured:
    sha = (tree.sha if tree is not None else None) or ""
    layer, text = _own_layer(tree, sha, farther.rule_ids)
    if not layer.mistakes:
        good = None if text is None else StoredBlob(sha, text, 0.0)
        return replace(_merged(layer, farther, sha, branch), good=good)
    if last is None:
        nothing = Layer(layer.origin, present=True)
        return replace(_merged(nothing, farther, sha, branch), broken=layer.mistakes[0], never_good=True)
    older = read_layer(last.text, Origin(Rank.REPOSITORY, layer.origin.path, last.sha), farther.rule_ids)
    return replace(_merged(older, farther, last.sha, branch), broken=layer.mistakes[0], fallback=last)


def _own_layer(tree: Tree | None, sha: str, rule_ids: Iterable[str]) -> tuple[Layer, str | None]:
    """The repository's own layer and its text, None where there is none."""
    for path in PATHS:
        document = tree.documents.get(path) if tree is not None else None
        if document is None:
            continue
        # What cannot be read as text is a file with a mistake, not an absent one.
        text = document.text if document.reading is Reading.WHOLE else "plangate:\n\0"
        layer = read_layer(text, Origin(Rank.REPOSITORY, path, sha), rule_ids)
        if layer.present:
            return layer, text
    return Layer(Origin(Rank.REPOSITORY, PATHS[0], sha)), None


def _merged(layer: Layer, farther: Farther, sha: str, branch: str) -> Configured:
    return Configured(
        config=merge((*farther.layers, layer)).config,
        path=layer.origin.path,
        sha=sha,
        branch=branch,
        present=layer.present,
        sources=(Source(layer.origin.path, f"base@{sha}"),) if layer.present else (),
    )
