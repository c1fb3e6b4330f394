"""Check every link of a built site without a network: `python -m tools.docs.site_links FOLDER`.

A link within the site has to lead to a file, and its fragment to an element. Nothing that a browser loads by itself
(style, script, picture, font) may come from another host.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADED = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("source", "srcset"),
    ("iframe", "src"),
    ("use", "href"),
}
_NOT_LOADED = {"canonical", "next", "prev", "alternate"}
_IN_STYLE = re.compile(r"url\(\s*['\"]?([a-z]+:)?//|@import\s+['\"]?[a-z]*:?//", re.IGNORECASE)


class _Document(HTMLParser):
    """The links, the ids and the loaded addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: text or "" for name, text in attrs}
        self.ids |= {attributes[name] for name in ("id", "name") if name in attributes}
        is_relation = tag == "link" and bool(_NOT_LOADED & set(attributes.get("rel", "").split()))
        for name in ("href", "src", "srcset"):
            if name in attributes and not is_relation:
                (self.loaded if (tag, name) in _LOADED else self.links).append(attributes[name])


def mistakes(site: Path) -> Iterator[str]:
    """One line for each link that leads nowhere, and for each address of another host that is loaded."""
    documents = {path: _Document(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, document in documents.items():
        place = path.relative_to(site)
        for address in document.loaded:
            if urlsplit(address).netloc:
                yield f"{place}: loads {address} from another host"
        # A page for addresses that are lost has absolute links, which hold on the site's own host only.
        if place.name != "404.html":
            for address in {*document.links, *document.loaded}:
                if (mistake := _mistake(address, path, documents)) is not None:
                    yield f"{place}: {mistake}"
    for path in sorted(site.rglob("*.css")):
        if _IN_STYLE.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)}: loads from another host"


def _mistake(address: str, path: Path, documents: dict[Path, _Document]) -> str | None:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return f"{address} leads nowhere"
    if parts.fragment and target in documents and unquote(parts.fragment) not in documents[target].ids:
        return f"{address} leads to no element of {target.name}"
    return None


def main() -> int:
    """Print every mistake."""
    site = Path(sys.argv[1]).resolve()
    lines = list(mistakes(site))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    pages = len(list(site.rglob("*.html")))
    sys.stdout.write(f"{pages} pages, {len(lines)} mistakes in their links\n")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
