"""However a read is answered, in parts or at last not at all, what comes of it is the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.github.error_responses import TooMuch
from bot.adapters.github.graphql import GraphQLResult
from bot.adapters.github.query import Query, repository_query
from bot.adapters.github.query_parts import divided, halves, is_less
from bot.adapters.github.query_sending import MOST_CALLS, SplitRead
from bot.core.forge.errors import ForgeError
from bot.core.forge.facts import ReadRequest
from bot.sandbox.weight import weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import SelectionSetNode

Path = tuple[str | int, ...]

PATHS = st.lists(st.sampled_from(["a", "b/c", "d/e"]), max_size=2, unique=True).map(tuple)
QUESTIONS = st.builds(
    ReadRequest,
    number=st.sampled_from([None, 3]),
    branch=st.sampled_from([None, "001-search"]),
    head=st.sampled_from([None, "a" * 40]),
    before=st.sampled_from([None, "b" * 40]),
    everyone=st.booleans(),
    roots=PATHS,
    base_roots=PATHS,
    folders=PATHS,
    documents=PATHS,
    head_documents=PATHS,
    outline=st.booleans(),
    default_documents=PATHS,
    prefixes=PATHS,
    from_default=st.booleans(),
    changes=st.booleans(),
    comments=st.booleans(),
)


def answered(query: Query) -> dict[str, Any]:
    """An answer as long as the query: every list has two, every value says where it stands."""
    document = parse(query.text)
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}

    def of(selections: SelectionSetNode, at: Path, into: dict[str, Any]) -> dict[str, Any]:
        for one in selections.selections:
            if isinstance(one, FieldNode):
                name = (one.alias or one.name).value
                if one.selection_set is None:
                    into[name] = f"{at} {name}"
                elif name in {"nodes", "entries"}:
                    before = into.get(name, [{}, {}])
                    into[name] = [of(one.selection_set, (*at, name, index), before[index]) for index in range(2)]
                else:
                    into[name] = of(one.selection_set, (*at, name), into.get(name, {}))
            else:
                part: Any = fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else one
                of(part.selection_set, at, into)
        return into

    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return of(operation.selection_set, (), {})


def places(data: Any, at: Path = ()) -> Iterator[Path]:
    """Where something may fail: objects below the repository."""
    if isinstance(data, dict):
        if len(at) > 1:
            yield at
        for name, value in data.items():
            yield from places(value, (*at, name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from places(value, (*at, index))


def spoiled(query: Query, which: int) -> GraphQLResult:
    """An answer of which one field failed."""
    data = answered(query)
    found = [at for at in places(data) if at[0] == "repository"]
    if not found:
        return GraphQLResult(data)
    *way, last = found[which % len(found)]
    inner: Any = data
    for part in way:
        inner = inner[part]
    inner[last] = None
    return GraphQLResult(data, ({"path": [*way, last]},), ForgeError("a field failed"))


def without_texts(data: Any, whole: Any) -> Any:
    """The whole without those texts that the data do not have."""
    if isinstance(whole, dict) and isinstance(data, dict):
        return {
            name: without_texts(data.get(name), value)
            for name, value in whole.items()
            if name != "text" or name in data
        }
    if isinstance(whole, list) and isinstance(data, list):
        return [without_texts(one, other) for one, other in zip(data, whole, strict=True)]
    return whole


@pytest.mark.timeout(0)  # the number of examples and of queries bounds the work, however busy the machine is
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    question=QUESTIONS,
    most=st.sampled_from([10_000, 400, 200, 120, 60]),
    faults=st.lists(st.sampled_from(["", "", "", "too much", "in part"]), max_size=MOST_CALLS),
    which=st.integers(0, 10_000),
    in_parts=st.booleans(),
)
def test_what_comes_is_the_whole(
    question: ReadRequest, most: int, faults: list[str], which: int, in_parts: bool
) -> None:
    query = repository_query(question, "acme", "ferry", 1)
    asked: list[Query] = []

    def ask(part: Query) -> GraphQLResult:
        asked.append(part)
        fault = faults[len(asked) - 1] if len(asked) <= len(faults) else ""
        if fault == "too much" or weight(part.text) > most:
            raise TooMuch("given up")
        return spoiled(part, which) if fault == "in part" else GraphQLResult(answered(part))

    try:
        data = SplitRead(query, ask).data(in_parts=in_parts)
    except ForgeError:
        assert faults or most < weight(query.text), "on a good day it comes"
    else:
        assert data == without_texts(data, answered(query))
    assert len(asked) <= MOST_CALLS


@pytest.mark.timeout(0)  # likewise
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(question=QUESTIONS)
def test_the_parts_are_the_whole_and_each_can_be_divided_to_the_last(question: ReadRequest) -> None:
    query = repository_query(question, "acme", "ferry", 1)
    parts = divided(query)
    ways = [way for part in parts for way in part]
    assert len(ways) == len({*ways})
    rest, single = [*parts], []
    while rest:
        part = rest.pop()
        two = halves(part)
        assert sorted(way for half in two for way in half) == (sorted(part) if two else [])
        rest += two
        single += [] if two else [part]
    assert sorted(single) == sorted((way,) for way in ways)
    assert len(parts) == 1 or all(is_less(query, part) for part in parts)


def test_a_query_for_one_thing_is_not_divided() -> None:
    query = Query("query One($n:String!){repository(owner:$n,name:$n){issueOrPullRequest(number:1){id}}}", {"n": "a"})
    asked: list[Query] = []

    def ask(part: Query) -> GraphQLResult:
        asked.append(part)
        raise TooMuch("given up")

    with pytest.raises(TooMuch):
        SplitRead(query, ask).data()
    assert asked == [query]
