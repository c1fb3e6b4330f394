"""Words as paths: in prose, and where the place says that a word is one."""

from __future__ import annotations

import pytest

from bot.core.documents.paths import PathKind, named_paths, read_path, read_place
from bot.core.markdown import Item, parse


@pytest.mark.parametrize(
    ("word", "path", "kind"),
    [
        ("src/pier/queue.py:12", "src/pier/queue.py", PathKind.FILE),
        ("./queue.py", "queue.py", PathKind.FILE),
        ("tests/data/words.scel", "tests/data/words.scel", PathKind.FILE),
        ("src/pier/", "src/pier/", PathKind.FOLDER),
        ("src/[name].py", "src/[name].py", PathKind.PATTERN),
        ("migrations/00xx_berths.sql", "migrations/00xx_berths.sql", PathKind.PATTERN),
        ("db/YYYYMMDDHHMMSS_berths.sql", "db/YYYYMMDDHHMMSS_berths.sql", PathKind.PATTERN),
        ("research.md/plan.md", "research.md/plan.md", PathKind.PATTERN),
    ],
)
def test_a_path_in_prose(word: str, path: str, kind: PathKind) -> None:
    named_path = read_path(word)
    assert named_path is not None
    assert (named_path.path, named_path.kind) == (path, kind)


@pytest.mark.parametrize(
    "word",
    ["Node.js", "Clerk/Auth.js", ".py", ".razor.cs", "src/Pier.Web", "docs/2.setup", "/etc/hosts", "e.g.", "and/or"],
)
def test_no_path_in_prose(word: str) -> None:
    assert read_path(word) is None


@pytest.mark.parametrize("word", ["crates/ferry-queue", "src", "Dockerfile", "./web/(app)/page.tsx", "(app)/"])
def test_a_place_needs_no_ending(word: str) -> None:
    place = read_place(word)
    assert place is not None
    assert place.kind is not PathKind.PATTERN


@pytest.mark.parametrize("word", ["...", "/etc", "../other", "https://a.org", "src/(others)", "send(task)", "a:b"])
def test_no_place(word: str) -> None:
    place = read_place(word)
    assert place is None or place.kind is PathKind.PATTERN


@pytest.mark.parametrize(
    ("task", "paths"),
    [
        ("Create ~~src/pier/old.py~~ src/pier/new.py", ["src/pier/new.py"]),
        ("~~Create `src/pier/old.py`~~", []),
        ("Create **src/pier/new.py**", ["src/pier/new.py"]),
        ("Follow [the guide](docs/guide.md)", []),
    ],
)
def test_struck_out_text_and_links_name_no_path(task: str, paths: list[str]) -> None:
    (item,) = (block for block in parse(f"- [x] {task}\n").blocks if isinstance(block, Item))
    assert [named.path for named in named_paths(item.text)] == paths
