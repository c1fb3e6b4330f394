"""Answers of any shape become values or a `ForgeError`, and never something that looks like absence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.query import repository_query
from bot.adapters.github.reading import Translator, comparison, issue, listed_files, role
from bot.core.change.trees import Kind, Readability
from bot.core.forge.errors import ForgeError
from bot.core.forge.facts import ReadRequest, RepositoryView
from bot.core.forge.roles import Role

SHA = "a" * 40
QUESTION = ReadRequest(
    head=SHA, number=1, roots=("specs",), folders=("specs/001-x",), documents=("c.md",), changes=True
)


def no_blob(_: str) -> bytes:
    raise AssertionError("nothing was cut short")


def blob(text: str | None, **about: Any) -> dict[str, Any]:
    size = len((text or "").encode())
    return {"oid": "b" * 40, "byteSize": size, "isBinary": text is None, "isTruncated": False, "text": text, **about}


def answer(head: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "databaseId": 7,
        "nameWithOwner": "acme/ferry",
        "isArchived": False,
        "isPrivate": False,
        "defaultBranchRef": None,
        "head": {"oid": SHA, "committedDate": "2026-11-22T00:00:00Z", **head},
        "pullRequest": None,
        **more,
    }


def folder(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"f0": {"mode": 0o040000, "type": "tree", "object": {"entries": list(entries)}}}


def entry(name: str, content: dict[str, Any], mode: int = 0o100644, kind: str = "blob") -> dict[str, Any]:
    return {"name": name, "mode": mode, "type": kind, "size": 1, "object": content}


def read(head: dict[str, Any], fetch: Any = no_blob) -> RepositoryView:
    return Translator(QUESTION, fetch).answer(answer(head))


class TestDocuments:
    def document(self, content: dict[str, Any], fetch: Any = no_blob) -> Any:
        found = read(folder(entry("plan.md", content)), fetch)
        assert found.head is not None
        return found.head.tree.documents["specs/001-x/plan.md"]

    def test_a_whole_one(self) -> None:
        document = self.document(blob("# Plan\r\n"))
        assert (document.text, document.reading, document.size) == ("# Plan\r\n", Readability.WHOLE, 8)

    def test_one_that_was_cut_is_fetched(self) -> None:
        document = self.document(blob("# Pl", isTruncated=True), lambda _: b"# Plan")
        assert (document.text, document.reading) == ("# Plan", Readability.WHOLE)

    def test_one_that_was_recoded_is_looked_at_as_it_is(self) -> None:
        document = self.document(blob("Pl\u00e4n", byteSize=4), lambda _: b"Pl\xe4n")
        assert document.reading is Readability.BINARY

    def test_a_nul_byte_makes_it_binary(self) -> None:
        assert self.document(blob("# Plan\0")).reading is Readability.BINARY

    def test_what_github_takes_for_binary_is_looked_at_as_it_is(self) -> None:
        taken = blob(None, isBinary=True, byteSize=6)
        document = self.document(taken, lambda _: b"# Plan")
        assert (document.text, document.reading) == ("# Plan", Readability.WHOLE)
        assert self.document(taken, lambda _: b"# Pl\0n").reading is Readability.BINARY

    def test_a_large_one_is_not_fetched(self) -> None:
        document = self.document(blob("# Plan", byteSize=2_000_000, isTruncated=True))
        assert (document.reading, document.size) == (Readability.TOO_LARGE, 2_000_000)

    def test_a_link_is_no_document(self) -> None:
        found = read(folder(entry("plan.md", blob("../../etc/passwd"), mode=0o120000)))
        assert found.head is not None
        assert found.head.tree.documents == {}
        assert found.head.tree.entries["specs/001-x/plan.md"].kind is Kind.SYMLINK


class TestPullRequests:
    def pull(self, **about: Any) -> dict[str, Any]:
        return {
            "number": 1,
            "title": "t",
            "url": "u",
            "state": "OPEN",
            "isDraft": False,
            "createdAt": "2026-11-22T00:00:00Z",
            "author": None,
            "headRefName": "b",
            "headRefOid": SHA,
            "headRepository": None,
            "baseRefName": "main",
            "baseRef": None,
            "files": {"nodes": [{"path": "a", "changeType": "RENAMED"}], "pageInfo": {"hasNextPage": False}},
            **about,
        }

    def test_one_whose_fork_author_and_base_are_gone(self) -> None:
        found = Translator(QUESTION, no_blob).answer(answer({}, pullRequest=self.pull()))
        assert found.pull_request is not None
        assert (found.pull_request.author, found.pull_request.head_repository, found.pull_request.base) == (
            "ghost",
            None,
            None,
        )

    @pytest.mark.parametrize(("count", "whole"), [(1, True), (2, False)])
    def test_a_list_of_files_is_whole_when_it_has_as_many_as_there_are(self, count: int, whole: bool) -> None:
        """That no page follows is not enough: GitHub ends long lists before."""
        found = Translator(QUESTION, no_blob).answer(answer({}, pullRequest=self.pull(changedFiles=count)))
        assert found.pull_request is not None
        assert found.pull_request.changes_complete == whole

    def test_merged_ones_and_those_that_merely_hold_the_commit_are_left_out(self) -> None:
        near = [self.pull(number=2, state="MERGED"), self.pull(number=3, headRefOid="c" * 40), self.pull(number=4)]
        found = read({"associatedPullRequests": {"nodes": [*near, None]}})
        assert [pull.number for pull in found.heads] == [4]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)
KEYS = ("f0", "r0", "associatedPullRequests", "checkSuites", "committedDate")


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_a_strange_answer_is_an_error_or_a_value(head: dict[str, Any]) -> None:
    try:
        found = read(head, lambda _: b"")
    except ForgeError:
        return
    assert isinstance(found, RepositoryView)


@given(JSON)
def test_so_are_those_of_rest(anything: Any) -> None:
    for translate in (comparison, issue, listed_files, role):
        try:
            translate(anything)
        except ForgeError:
            continue


@pytest.mark.parametrize(
    ("granted", "held"),
    [
        ({"admin": True, "push": True}, Role.ADMIN),
        ({"admin": False, "maintain": True}, Role.MAINTAIN),
        ({"push": True, "triage": True}, Role.WRITE),
        ({"triage": True, "pull": True}, Role.TRIAGE),
        ({"pull": True}, Role.ANYONE),
        ({}, Role.ANYONE),
    ],
)
def test_roles_are_read_from_the_booleans(granted: dict[str, bool], held: Role) -> None:
    assert role({"permission": "read", "user": {"permissions": granted}}) is held


WORDS = ("roots", "base_roots", "marks", "folders", "documents", "head_documents", "default_documents", "prefixes")
MANY = st.lists(st.text(min_size=1), max_size=3).map(tuple)


@given(
    st.builds(
        ReadRequest,
        head=st.none() | st.just(SHA),
        number=st.none() | st.just(1),
        branch=st.none() | st.text(),
        **dict.fromkeys(WORDS, MANY),
    )
)
def test_no_word_from_outside_stands_in_a_query(question: ReadRequest) -> None:
    """Of the words only their number tells."""
    others: dict[str, Any] = {name: tuple("another" for _ in getattr(question, name)) for name in WORDS}
    others["branch"] = question.branch and "another"
    query = repository_query(question, "o", "n", 1)
    assert query.text == repository_query(replace(question, **others), "p", "m", 2).text
    assert all(f"${name}" in query.text for name in query.variables)
