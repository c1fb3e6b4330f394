"""The page of lists is the table of the reading, and the table has every list that is read."""

from __future__ import annotations

import copy
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.github.lists import (
    LATEST_LISTS,
    LISTS,
    REST_LISTS,
    SURVEY_LISTS,
    IncompleteResponse,
    RestList,
    elements_of,
)
from bot.adapters.github.query import (
    comments_page_query,
    files_page_query,
    folder_history_query,
    open_heads_query,
    own_reviews_query,
    repository_query,
)
from bot.adapters.github.survey import PAGES
from bot.core.forge.facts import ReadRequest
from tools.docs.lists import lists_page

ROOT = Path(__file__).parents[2]
REST_ELEMENTS: dict[RestList, dict[str, Any]] = {
    RestList.COMPARED_FILES: {"filename": "src/a.py", "status": "added"},
    RestList.PULL_REQUEST_FILES: {"filename": "src/a.py", "status": "removed"},
    RestList.TREE: {"path": "src", "type": "tree"},
    RestList.BRANCHES: {"name": "main"},
    RestList.PULL_REQUESTS: {"number": 3, "state": "open"},
    RestList.INSTALLATIONS: {"id": 7},
    RestList.REPOSITORIES: {"id": 9},
    RestList.DELIVERIES: {"id": 1, "guid": "a", "event": "push", "status_code": 202},
}


def test_the_committed_page_is_the_generated_one() -> None:
    path = ROOT / "docs/lists.md"
    if os.environ.get("UPDATE"):
        path.write_text(lists_page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == lists_page()


def test_every_list_of_a_query_is_in_the_table() -> None:
    question = ReadRequest(
        head="a" * 40, branch="x", before="b" * 40, prefixes=("1-",), roots=("specs",), chains=True, changes=True
    )
    queries = [
        repository_query(replace(question, comments=True), "acme", "ferry", 1),
        files_page_query("acme", "ferry", 1, "next", 10),
        comments_page_query("acme", "ferry", 1, None, 10),
        open_heads_query("acme", "ferry", "specs", None, 10),
        folder_history_query("acme", "ferry", "a" * 40, "specs"),
    ]
    selected = [selection for query in queries for selection in re.findall(r"(\w+)(?:\([^()]*\))?\{", query.text)]
    listed = [name for query in queries for name in re.findall(r"(\w+)\([^()]*\bfirst:", query.text)]
    latest = re.findall(r"(\w+)\(last:", own_reviews_query("acme", "ferry", 1).text)
    assert set(latest) == set(LATEST_LISTS)
    assert set(listed) | ({"entries"} & set(selected)) == set(LISTS)


def test_every_list_of_the_survey_is_in_the_table() -> None:
    pages = [page % "first:20" for page in PAGES.values()]
    assert {name for page in pages for name in re.findall(r"(\w+)\([^()]*\b(?:first|last):", page)} == set(SURVEY_LISTS)


@pytest.mark.parametrize("which", RestList)
class TestEveryRestList:
    def test_is_in_the_table_and_believed_when_it_is_whole(self, which: RestList) -> None:
        assert elements_of(which, [REST_ELEMENTS[which]] * 2) == [REST_ELEMENTS[which]] * 2
        assert set(REST_ELEMENTS[which]) == set(REST_LISTS[which].fields)

    @pytest.mark.parametrize("body", [None, {}, "", [None], [[]], [{}]])
    def test_is_refused_when_it_has_a_gap(self, which: RestList, body: Any) -> None:
        with pytest.raises(IncompleteResponse, match=f"GitHub left out .*the {which}"):
            elements_of(which, body)

    @pytest.mark.parametrize("spoil", ["missing", None, "", []])
    def test_is_refused_when_a_needed_field_is_spoiled(self, which: RestList, spoil: Any) -> None:
        for name in REST_ELEMENTS[which]:
            element = copy.copy(REST_ELEMENTS[which])
            element.pop(name) if spoil == "missing" else element.update({name: spoil})
            with pytest.raises(IncompleteResponse):
                elements_of(which, [REST_ELEMENTS[which], element])
