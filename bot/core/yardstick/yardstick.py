"""The yardstick of a tree: constitution and plan template below one `.specify/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.core.change.trees import Document, Readability, Tree
from bot.core.yardstick.constitution import Constitution, read_constitution
from bot.core.yardstick.template import Template, resolve_template

CONSTITUTION = ".specify/memory/constitution.md"


OLD_CONSTITUTION = "memory/constitution.md"
"""Where Spec Kit kept it until September 2025."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What plans below one `.specify/` are held to."""

    constitution: Constitution
    template: Template


def specify_roots(tree: Tree) -> frozenset[str]:
    """Where every `.specify/` of a tree stands: `""`, `apps/a/`."""
    roots = (path for paths in (tree.entries, tree.documents) for path in paths if ".specify" in path)
    names = (path.split("/") for path in roots)
    return frozenset("".join(f"{name}/" for name in way[: way.index(".specify")]) for way in names if ".specify" in way)


def specify_root(feature_dir: str, tree: Tree) -> str:
    """Where the nearest `.specify/` above a feature stands: `""` or `apps/a/`."""
    return nearest_root(feature_dir, specify_roots(tree))


def nearest_root(feature_dir: str, roots: frozenset[str]) -> str:
    """The longest of `roots` that a feature lies below, "" for none."""
    return max((root for root in roots if feature_dir.startswith(root)), key=len, default="")


def read_yardstick(tree: Tree, bundled: str, root: str = "") -> Yardstick:
    """Constitution and template below one `.specify/`."""
    old = (f"{root}memory/", f"{root}templates/")
    paths = sorted(path for path in tree.documents if ".specify/" in path or path.startswith(old))
    return _yardstick(tuple((path, tree.documents[path]) for path in paths), bundled, root)


@lru_cache(maxsize=32)
def _yardstick(pairs: tuple[tuple[str, Document], ...], bundled: str, root: str) -> Yardstick:
    """Read the yardstick from these documents. Cached: most changes of a repository share one."""
    documents = dict(pairs)
    path = f"{root}{CONSTITUTION}"
    old = f"{root}{OLD_CONSTITUTION}"
    document = documents.get(path)
    if document is None and old in documents:
        path, document = old, documents[old]
    if document is not None and document.reading is not Readability.WHOLE:
        document = None
    return Yardstick(read_constitution(document, path), resolve_template(documents, bundled, root))
