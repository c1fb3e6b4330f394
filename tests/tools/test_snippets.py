"""Every snippet of every page is parsed by what would read it, and every command on a page is one.

Some also run in a test of their own: the tutorial, `docs/operations.md` (tests/deploy, tests/host), the script in
`docs/how-to.md` (tests/deploy) and the paragraph in `docs/agents.md` (tests/integrations).
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import sqlite3
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml

from bot.commands import COMMANDS, parser_of
from bot.core.config.layers import Origin, Rank, read_layer
from bot.host.settings import read
from bot.rules import RULES

ROOT = Path(__file__).parents[2]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("integrations/**/*.md")})
_FENCE = re.compile(
    r"^ *(?P<fence>`{3,})(?P<language>[\w.-]*)[^\n]*\n(?P<body>.*?)^ *(?P=fence)\s*$", re.MULTILINE | re.DOTALL
)
_CALL = re.compile(rf"(?:^|[ /])plangate ((?:{'|'.join(COMMANDS)})\b[^\n`&|>#;)]*)", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
SNIPPETS = [
    pytest.param(match["language"], textwrap.dedent(match["body"]), id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, match in enumerate(_FENCE.finditer(page.read_text(encoding="utf-8")), 1)
]
READ_BY_PEOPLE = {"text", "markdown"}


def refuse(text: str, language: str) -> None:
    """Fail for a snippet that its program would not read."""
    match language:
        case "bash":
            checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
            assert checked.returncode == 0, checked.stderr
            assert set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) <= _TARGETS
            for path in re.findall(r"(?:^| )((?:deploy|tools|tests|bench|config)/[\w./-]+)", text):
                assert (ROOT / path).exists(), path
        case "yaml":
            document = yaml.safe_load(text)
            if "plangate" in document:
                origin = Origin(Rank.OWNER, ".github/app.yml")
                assert read_layer(text, origin, [rule.id for rule in RULES]).mistakes == ()
        case "json":
            json.loads(text)
        case "python":
            ast.parse(text)
        case "env":
            read(dict(line.split("=", 1) for line in text.splitlines()))
        case "sql":
            assert sqlite3.complete_statement(text)
        case _:
            pytest.fail(f"nothing here reads {language or 'a snippet without a language'}")


@pytest.mark.parametrize(("language", "text"), SNIPPETS)
def test_a_snippet_is_read_by_what_it_is_for(language: str, text: str) -> None:
    if language not in READ_BY_PEOPLE:
        refuse(text, language)


def test_a_snippet_with_a_mistake_fails() -> None:
    for language, text in (("bash", "if true"), ("bash", "make nothing-of-ours"), ("yaml", "plangate: {mod: off}")):
        with pytest.raises(AssertionError):
            refuse(text, language)
    assert len(SNIPPETS) > 50


TODAY = [page for page in PAGES if page.name != "CHANGELOG.md"]
"""The pages that speak of this version only."""


@pytest.mark.parametrize("page", TODAY, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_on_a_page_is_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fenced = [match["body"] for match in _FENCE.finditer(text) if match["language"] == "bash"]
    inline = _INLINE.findall(_FENCE.sub("", text))
    for call in _CALL.findall("\n".join([*fenced, *inline])):
        name, *options = shlex.split(call.replace("…", ""), comments=True)
        is_name, is_form = not options, re.search(r"\b[A-Z]{2,}\b", call) is not None
        if not is_name and not is_form:
            parser_of(name).parse_args(options)
