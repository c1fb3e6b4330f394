"""Text on a terminal ends lines between words, at the width of the terminal."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.core.speech.render.wrapping import wrapped

# Without "|": a source line stays as it is.
LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="|"), min_size=1, max_size=30)
LINES = st.lists(st.lists(LETTERS, max_size=12).map(" ".join), min_size=1, max_size=6).map("\n".join)


@given(LINES, st.integers(20, 200))
def test_no_word_is_broken_or_lost(text: str, width: int) -> None:
    assert wrapped(text, width).split() == text.split()


@given(LINES, st.integers(20, 200))
def test_a_line_is_wider_only_for_one_word(text: str, width: int) -> None:
    for line in wrapped(text, width).splitlines():
        indented = re.match(r"\s*", line)
        assert indented is not None
        assert len(line) <= width or " " not in line[indented.end() :]


@given(LINES)
def test_what_fits_stays_as_it_is(text: str) -> None:
    assert wrapped(text, 1000) == text
