"""What the reader of Markdown sees, and that no text can stop it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.markdown import MAX_BLOCKS, MAX_CHARACTERS, Fence, Heading, Item, Paragraph, Style, Table, Text, parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    TraceFunction = Callable[[FrameType, str, Any], Any]


def test_headings_know_where_their_section_ends() -> None:
    text = "# One\n\n## Two\n\ntext\n\n### Three\n\n## Four\n"
    assert [(h.title, h.level, h.line, h.end_line) for h in parse(text).headings] == [
        ("One", 1, 1, 10),
        ("Two", 2, 3, 8),
        ("Three", 3, 7, 8),
        ("Four", 2, 9, 10),
    ]


def test_headings_in_fences_quotes_and_comments_are_none() -> None:
    text = "```text\n# a\n```\n\n~~~\n# b\n~~~\n\n> # c\n\n<!--\n# d\n-->\n\n# e\n"
    assert [heading.title for heading in parse(text).headings] == ["e"]


def test_a_rule_under_a_sentence_makes_no_heading() -> None:
    text = "All gates pass.\n---\n\nReal heading\n------------\n"
    assert [(heading.title, heading.line) for heading in parse(text).headings] == [("Real heading", 4)]


def test_list_items_know_their_depth_box_and_lines() -> None:
    text = "- [x] **one**: a\n  goes on\n  - two\n- [~] three\n- [ ] four\n- five [x]\n\n3. six\n4. seven\n"
    items = [block for block in parse(text).blocks if isinstance(block, Item)]
    assert [(i.text.text, i.mark, i.depth, i.line, i.end_line, i.parent, i.number) for i in items] == [
        ("one: a\ngoes on", "x", 0, 1, 3, None, None),
        ("two", None, 1, 3, 3, 0, None),
        ("three", "~", 0, 4, 4, None, None),
        ("four", " ", 0, 5, 5, None, None),
        ("five [x]", None, 0, 6, 6, None, None),
        ("six", None, 0, 8, 8, None, 3),
        ("seven", None, 0, 9, 9, None, 4),
    ]
    assert [item.mark_column for item in items[:3]] == [3, None, 3]


def test_cells_point_into_their_line() -> None:
    line = "| ünï **b** | `x \\| y` |  tail  |"
    document = parse(f"| a | b | c |\n|---|:-:|---|\n{line}\n| only |\n")
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert [cell.raw for cell in table.rows[0]] == ["ünï **b**", "`x \\| y`", "tail"]
    assert [line[cell.column - 1 : cell.end_column] for cell in table.rows[0]] == [cell.raw for cell in table.rows[0]]
    assert [cell.text.text for cell in table.rows[0]] == ["ünï b", "x | y", "tail"]
    assert (len(table.rows[1]), table.line, table.end_line) == (1, 1, 4)


def test_marks_and_places_survive_scripts_of_any_width() -> None:
    (block,) = parse("日本 **太字** `コード` [名](spec.md) <br> 終\n").blocks
    assert isinstance(block, Paragraph)
    assert block.text.text == "日本 太字 コード 名 \n 終"
    assert next(iter(block.text.marked(Style.STRONG)))[0] == "太字"
    assert [mark.target for _, mark in block.text.marked(Style.LINK)] == ["spec.md"]
    assert block.text.place(block.text.text.index("コード")) == (1, 12)


@pytest.mark.parametrize("front", ["---\ntitle: x\n---\n", "---\n\ndescription: x\n---\n"])
def test_front_matter_is_skipped_and_lines_stay(front: str) -> None:
    document = parse(f"{front}# Plan\n")
    assert [heading.line for heading in document.headings] == [len(front.splitlines()) + 1]
    assert document.body == len(front.splitlines()) + 1


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert [heading.title for heading in parse("---\n\n# Plan\n\ntext\n\n---\n").headings] == ["Plan"]


@pytest.mark.parametrize("comment", ["<!-- note -->", "<!-- two\nlines -->", "<!---->"])
def test_a_comment_between_two_rows_does_not_cut_the_table(comment: str) -> None:
    document = parse(f"| a |\n|---|\n| 1 |\n{comment}\n| 2 |\n")
    (table,) = document.blocks
    assert isinstance(table, Table)
    assert [row[0].line for row in table.rows] == [3, 5 + comment.count("\n")]
    assert [found.line for found in document.comments] == [4]


def test_comments_are_kept_apart_and_code_keeps_its_own() -> None:
    document = parse("a <!-- b --> c\n\n`<!-- d` and -->\n\n```html\n<!-- e -->\n```\n")
    assert [comment.text for comment in document.comments] == [" b "]
    first, second, fence = document.blocks
    assert isinstance(first, Paragraph)
    assert isinstance(second, Paragraph)
    assert isinstance(fence, Fence)
    assert "b" not in first.text.text
    assert second.text.text == "<!-- d and -->"
    assert fence.lines == ("<!-- e -->",)


def test_an_unclosed_comment_hides_the_rest_as_on_github() -> None:
    assert [heading.title for heading in parse("# a\n\n<!--\n\n# b\n").headings] == ["a"]


def test_fences_know_the_line_of_their_first_line() -> None:
    fences = [
        block for block in parse("x\n\n```py a\none\n\ntwo\n```\n\n    indented\n").blocks if isinstance(block, Fence)
    ]
    assert [(f.info, f.lines, f.line, f.first, f.fenced) for f in fences] == [
        ("py a", ("one", "", "two"), 3, 4, True),
        ("", ("indented",), 9, 9, False),
    ]


def test_bom_and_crlf_change_nothing_but_the_bytes() -> None:
    text = "# Plan\n\n- [x] a **b**\n\n| c |\n|---|\n| d |\n"
    plain, dressed = parse(text), parse("\ufeff" + text.replace("\n", "\r\n"))
    assert (plain.blocks, plain.lines) == (dressed.blocks, dressed.lines)


HOSTILE = {
    "quotes": ">" * 50_000,
    "quoted lines": "> a\n" * 20_000,
    "deep list": "\n".join(" " * (2 * depth) + "- a" for depth in range(500)),
    "list on one line": "+ " * 20_000,
    "brackets": "[" * 50_000,
    "links": "[a](" * 20_000,
    "emphasis": "*a **b " * 20_000,
    "ticks": "`a" * 50_000,
    "comments": "<!--" * 50_000,
    "many comments": "<!-- -->\n" * 20_000,
    "rows": "| a | b |\n|---|---|\n" + "| x | y |\n" * 20_000,
    "wide head, short rows": "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|x|\n" * 5_000,
    "nul and surrogates": "# \0 \ud800 \udfff\n" * 100,
    "lone returns": "# a\r# b\r\n\r" * 100,
    "separators": "a\u2028b\u2029c\x0bd\x0ce\x85f\n" * 100,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_gives_a_document(kind: str) -> None:
    text = HOSTILE[kind]
    document = parse(text)
    assert len(document.lines) == text.count("\n") + 1


def test_sizes_are_bounded() -> None:
    assert parse("a" * (MAX_CHARACTERS + 1)).truncated
    many = parse("# a\n" * (MAX_BLOCKS + 1))
    assert many.truncated
    assert len(many.blocks) == MAX_BLOCKS


def _events(text: str) -> int:
    """How many lines of Python the reading runs: a cost that no clock can blur."""
    count = 0

    def trace(_frame: FrameType, _event: str, _arg: Any) -> TraceFunction:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "line", ["- [x] **é**: `b`\n", "| é | **b** |\n", "# é <!-- c -->\n\n", "  - a\n", "<!-- a\n", "`<!--\n"]
)
def test_cost_grows_no_faster_than_the_text(line: str) -> None:
    head = "| a | b |\n|---|---|\n" if line.startswith("|") else ""
    small, large = _events(head + line * 100), _events(head + line * 800)
    assert large < 8.8 * small


@given(st.text(alphabet=st.sampled_from("#-*`~|<>![]()_ \n\t\r\ufeffxé日:1.0\0\ud800"), max_size=400))
@settings(max_examples=300)
def test_any_text_is_read_and_every_place_is_real(text: str) -> None:
    document = parse(text)
    for block in document.blocks:
        texts = [block.text] if isinstance(block, Heading | Paragraph | Item) else []
        if isinstance(block, Table):
            texts = [cell.text for row in (block.header, *block.rows) for cell in row]
        assert 1 <= block.line <= block.end_line <= len(document.lines)
        for found in texts:
            _held(found, document.lines)


def _held(text: Text, lines: tuple[str, ...]) -> None:
    for offset, character in enumerate(text.text):
        line, column = text.place(offset)
        if character.isalnum() and character.isascii():
            assert lines[line - 1][column - 1] == character


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("`a\n0`", "a 0"),
        ("`\n0`", " 0"),
        ("x `日\r\n本` z", "x 日 本 z"),
        ("`` `a\n b` ``", "`a  b`"),
        ("> - `a\n>   bc\n> d` e", "a bc d e"),
        ("| a |\n|-|\n| `x\\|y` z |", "x|y z"),
    ],
)
def test_code_over_several_lines_knows_where_each_word_stands(text: str, words: str) -> None:
    document = parse(text)
    block = document.blocks[-1]
    found = block.rows[0][0].text if isinstance(block, Table) else getattr(block, "text", None)
    assert isinstance(found, Text)
    assert found.text == words
    for offset, character in enumerate(found.text):
        line, column = found.place(offset)
        assert character == " " or document.lines[line - 1][column - 1] == character


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_are_read(data: bytes) -> None:
    parse(data.decode("utf-8", "surrogateescape"))
