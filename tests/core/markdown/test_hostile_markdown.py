"""Markdown written to cost memory or time: both grow with its size alone."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from bot.core.markdown import parse
from tests.core.hostile_texts import MARKDOWN
from tests.effort import bounded_work

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 250_000
MOST = 300 * SIZE
"""Bytes that a document of that size may take: at 1 MB, the limit of documents, less than its process may (512 MB)."""


@pytest.mark.slow
@pytest.mark.parametrize("text_of_size", MARKDOWN.values(), ids=MARKDOWN.keys())
def test_no_document_takes_more_memory_than_its_size_allows(text_of_size: Callable[[int], str]) -> None:
    text = text_of_size(SIZE)
    tracemalloc.start()
    try:
        with bounded_work():
            parse(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST
