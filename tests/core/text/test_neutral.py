"""Foreign text is seen as it was written, and does nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.neutral import (
    code_cell,
    code_span,
    fence,
    html_code,
    marker,
    neutralise,
    plain_line,
    table_cell,
    visible,
)
from tests.core.speech.render.shown import show
from tests.effort import bounded_work

FRAGMENTS = (
    *("@", "octocat", "@octocat", "@acme/team", "&#64;octocat", "&commat;octocat", "&#x40;", "&amp;#64;"),
    *("#1", "#", "GH-12", "gh-1", "acme/ferry#231", "3f9c2ab4e1d05b77", "deadbeef", "acme/ferry@3f9c2ab"),
    *("https://github.com/acme/ferry/pull/1", "www.example.com", "mailto:a@b.c", "://", "javascript:x"),
    *("`", "``", "```", "```\n", "~~~", "\\", "\\`", "|", "\\|", "\n", "\r\n", "\r", "\t", " ", "  \n"),
    *("<details>", "</details>", "</summary>", "<!--", "-->", "--", "<img src=x>", "<script>", "<b", ">", "</code>"),
    *("[a]: /x", "[x](y)", "![x](y)", "[", "]", "(", ")", "[a]", "*", "**", "_", "~~", "$", "$$", "# h", "- ", "1. "),
    *(
        "+ ",
        "===",
        "---",
        "> q",
        "&",
        ";",
        "\u202e",
        "\u200b",
        "\u2066",
        "\ufeff",
        "\x00",
        "\x1b[31m",
        "\x9b",
        "\U000e0041",
    ),
    *("é", "日本", "❌", "a", "word", "\ud800", "\u2028", "::error::x", "%0A"),
)
hostile = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=10).map("".join),
    st.text(max_size=40),
    st.text("`|\\<>@#&\n ", max_size=20),
)

LINKED = re.compile(r"@|#\d|\bgh-\d|\b[0-9a-f]{7,40}\b|://|www\.", re.IGNORECASE)
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)


def around(markdown: str) -> str:
    """The text in the middle of everything that it could break out of."""
    return "\n".join(
        [
            "<details><summary>fold</summary>",
            "",
            f"1. **{markdown}** and {markdown}",
            "",
            "| one | two |",
            "|---|---|",
            f"| {table_cell(markdown)} | last |",
            "",
            "</details>",
            "",
            "after",
        ]
    )


def holds(markdown: str) -> None:
    """The page keeps its shape, and nothing outside code could be linked."""
    shown = show(around(markdown))
    assert [tag for tag in shown.tags if tag in {"details", "table", "tr", "ol", "li", "p", "h1", "h2", "ul", "a"}] == [
        *("details", "ol", "li", "table", "tr", "tr", "p")
    ]
    assert shown.tags.count("td") == 2
    assert not {"img", "script", "a", "hr", "blockquote", "pre"} & set(shown.tags)
    assert not shown.comments
    for text in shown.loud:
        assert not LINKED.search(text), text
    assert not UNSEEN.search(markdown)


@given(hostile)
def test_neutral_words_never_link_and_never_leave_their_place(text: str) -> None:
    holds(neutralise(text))


@given(hostile)
def test_code_never_links_and_never_leaves_its_place(text: str) -> None:
    holds(code_cell(text))
    holds(html_code(text))


@given(hostile)
def test_a_code_span_shows_the_text_to_the_letter(text: str) -> None:
    shown = show(f"before {code_span(text)} after")
    line = plain_line(text)
    assert "".join(shown.quiet) == line
    assert "".join(shown.loud).strip() == ("before  after" if line else "before (empty) after")


@given(hostile, st.sampled_from(["", "   "]))
def test_a_fence_is_never_left(text: str, indent: str) -> None:
    item = "1. item\n" if indent else ""
    shown = show(f"{item}{fence(text, indent=indent)}\n\nafter @here")
    assert shown.tags.count("pre") == 1
    assert [part for part in shown.loud if "@" in part] == ["after @here"]
    assert not UNSEEN.search(fence(text).replace("\t", ""))


@given(hostile, hostile)
def test_a_marker_is_one_comment_whatever_it_holds(one: str, other: str) -> None:
    line = marker("sticky", feature=one, issue=other)
    shown = show(f"{line}\nafter")
    assert len(shown.comments) == 1
    assert line.count(" ") == 5
    assert "\n" not in line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("VI. Data Protection (NON-NEGOTIABLE)", "VI. Data Protection (NON-NEGOTIABLE)"),
        ("Rust-First", "Rust-First"),
        ("ask @octocat, please", "ask `@octocat,` please"),
        ("as in #12 and GH-7", "as in `#12` and `GH-7`"),
        ("acme/ferry#231", "`acme/ferry#231`"),
        ("fixed by 3f9c2ab", "fixed by `3f9c2ab`"),
        ("&#64;octocat", "`&#64;octocat`"),
        ("@\u200boctocat", "`@octocat`"),
        ("R&D", "`R&D`"),
        ("Q & A", "Q \\& A"),
        ("a_b *c* <d>", "a\\_b \\*c\\* \\<d\\>"),
        ("a | b", "a &#124; b"),
        ("two\nlines", "two lines"),
        ("\u202egnp.exe", "gnp.exe"),
        ("1. first", "1\\. first"),
        ("1.3.0", "1.3.0"),
        ("- item", "\\- item"),
    ],
)
def test_words_are_escaped_no_more_than_needed(text: str, shown: str) -> None:
    assert neutralise(text) == shown


def test_everything_is_bounded() -> None:
    long = "x" * 1_000_000
    assert len(plain_line(long, 80)) == 80
    assert len(neutralise(long)) <= 200
    assert len(code_span(long)) <= 302
    assert len(fence(long)) < 60_020
    assert len(marker("sticky", feature=long)) < 350


def test_hostile_megabytes_take_no_time() -> None:
    with bounded_work():
        for piece in ("`", "<!--", "@a ", "\\|", "&#", " ", "\u202e", "a.", "1234567", "é"):
            text = piece * (2_000_000 // len(piece))
            neutralise(text)
            code_cell(text)
            fence(text)


def test_a_fence_keeps_indentation_and_cuts_at_a_line() -> None:
    assert fence("a\n  b\n\tc\n\n") == "```text\na\n  b\n\tc\n```"
    assert fence("first\nsecond\nthird", limit=14) == "```text\nfirst\nsecond\n…\n```"


def test_visible_keeps_marks_that_change_how_a_sign_looks() -> None:
    assert visible("⚠️ é ё 日本") == "⚠️ é ё 日本"
