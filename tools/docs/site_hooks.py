"""Hooks of MkDocs: they bring the pages outside of `docs/` into the site, so that every link leads to something.

The README is the front page. A file of the repository that a page links to, such as a test or a unit for systemd,
becomes a page that shows the file. https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "integrations/README.md": "integrations.md",
}
"""Pages outside of `docs/`, and their names on the site."""
_NAMES = {name: source for source, name in PAGES.items()}
_LINK = re.compile(r"(?P<before>\]\(|(?:src|srcset|href)=\")(?P<target>[^)\"#\s]+)")
_LANGUAGES = {".py": "python", ".yml": "yaml", ".json": "json", ".toml": "toml", ".service": "ini", ".env": "bash"}


class Page(Protocol):
    """What is used of MkDocs' page."""

    file: Any


def on_files(files: Any, config: Any) -> Any:
    """Add the pages outside of `docs/`, and a page for each file that one of the pages links to."""
    from mkdocs.structure.files import File  # noqa: PLC0415  MkDocs has an environment of its own

    for source, name in PAGES.items():
        files.append(File.generated(config, name, content=(ROOT / source).read_text(encoding="utf-8")))
    sources = [source_of(file.src_uri) for file in files if file.src_uri.endswith(".md")]
    for path in sorted(set(linked(sources))):
        files.append(File.generated(config, page_of(path), content=shown(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Rewrite the links of a page to the pages of the site."""
    name: str = page.file.src_uri
    return markdown if name.startswith("files/") else rewritten(markdown, name)


def source_of(name: str) -> str:
    """The path in the repository of a page of the site."""
    return _NAMES.get(name, f"docs/{name}")


def page_of(path: str) -> str:
    """The page of the site that shows a path of the repository."""
    if path in PAGES:
        return PAGES[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"files/{path}.md"


def linked(sources: Iterable[str]) -> Iterable[str]:
    """The files and folders outside of the site's pages that these pages link to."""
    for source in sources:
        for match in _LINK.finditer((ROOT / source).read_text(encoding="utf-8")):
            path = _resolved(match["target"], source)
            if path is not None and path not in PAGES and not path.startswith("docs/"):
                yield path


def rewritten(markdown: str, name: str) -> str:
    """The Markdown of a page with every link within the repository leading to a page of the site."""

    def replaced(match: re.Match[str]) -> str:
        path = _resolved(match["target"], source_of(name))
        if path is None:
            return match[0]
        return match["before"] + posixpath.relpath(page_of(path), posixpath.dirname(name) or ".")

    return _LINK.sub(replaced, markdown)


def _resolved(target: str, source: str) -> str | None:
    """The path in the repository that a link of a page leads to; None for another address."""
    if "://" in target:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    return path if (ROOT / path).exists() else None


def shown(path: str) -> str:
    """A page with the text of a file, or with the names in a folder."""
    place = ROOT / path
    if place.is_dir():
        return f"# {path}\n\n" + "".join(f"- `{file.name}`\n" for file in sorted(place.iterdir()))
    text = place.read_text(encoding="utf-8")
    fence = "`" * max(4, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"# {path}\n\n{fence}{_LANGUAGES.get(place.suffix, 'text')}\n{text.rstrip()}\n{fence}\n"
