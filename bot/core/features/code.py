"""What counts as code: the difference between planning a feature and building it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.text.globs import matches_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.config.model import RepositoryConfig

_SPECIFY = ".specify"
_TOOLING = frozenset({"license", "codeowners", "renovate.json", "azure-pipelines.yml", "mkdocs.yml", "codecov.yml"})
"""Files, in lower case, that configure services around the code. Those that begin with a dot need no mention."""
_PROSE = (".md", ".mdx")


def counts_as_code(path: str, config: RepositoryConfig, roots: Sequence[str]) -> bool:
    """Whether a changed path is code. `roots` are the specs roots, without a trailing slash.

    The key `code:` replaces the default (some repositories ship Markdown or YAML as their product), but what lies
    below a specs root or `.specify/` is never code, and neither is what `ignore:` names.
    """
    names = path.split("/")
    if _SPECIFY in names[:-1] or any(root and path.startswith(f"{root}/") for root in roots):
        return False
    if matches_any(config.ignore, path):
        return False
    if config.code is not None:
        return matches_any(config.code, path)
    if names[0] == "docs" and len(names) > 1:
        return False
    if any(name.startswith(".") for name in names) or names[-1].lower() in _TOOLING:
        return False
    return not path.lower().endswith(_PROSE)


def may_hold_code(folder: str, config: RepositoryConfig, roots: Sequence[str]) -> bool:
    """Whether a file in a folder can be code. Globs of `code:` may name any file outside the specs roots."""
    anything = config if config.code is None else replace(config, code=("**",))
    return counts_as_code(f"{folder}/file", anything, roots)
