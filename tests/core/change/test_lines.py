"""Which lines are new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.change.lines import lines_by_path, new_lines
from tests.core.changes import change
from tests.effort import bounded_work

_TEXT = st.text(alphabet="ab\n ", max_size=60)


def test_a_line_that_the_base_lacks_is_new() -> None:
    assert new_lines("a\nb\nc", "a\nx\nb\nc") == {2}


def test_a_line_that_moved_is_old_and_a_second_copy_is_new() -> None:
    assert new_lines("a\nb", "b\na") == frozenset()
    assert new_lines("a", "a\na") == {2}


def test_what_no_reader_sees_changes_nothing() -> None:
    assert new_lines("a\nb\n", "\ufeffa\r\nb  \r\n\n") == frozenset()


def test_a_formatter_changes_nothing() -> None:
    assert new_lines("| a | b  c |\n* d\n+ e", "|a   |b c|\n- d\n- e") == frozenset()
    assert new_lines("| a | b |", "| a | c |") == {1}


def test_a_moved_document_is_compared_with_where_it_was() -> None:
    moved = change(
        {"specs/021-a/plan.md": "one\ntwo"},
        {"specs/018-a/plan.md": "one"},
        moved={"specs/021-a/plan.md": "specs/018-a/plan.md"},
    )
    assert lines_by_path(moved, "specs/021-a") == {"specs/021-a/plan.md": {2}}


def test_a_new_document_is_new_as_a_whole_and_an_untouched_one_is_old() -> None:
    base = {"specs/018-a/plan.md": "one"}
    assert lines_by_path(change({**base, "specs/018-a/spec.md": "x"}, base), "specs/018-a") == {
        "specs/018-a/plan.md": frozenset()
    }


def test_time_grows_with_the_text() -> None:
    text = "\n".join(str(number % 7) for number in range(200_000))
    with bounded_work():
        new_lines(text, text[::-1])


@given(_TEXT, _TEXT)
def test_every_new_line_is_a_line_with_something_on_it(base: str, head: str) -> None:
    lines = head.split("\n")
    assert all(lines[number - 1].strip() for number in new_lines(base, head))
    assert new_lines(head, head) == frozenset()
