"""What an admin sees of `app.yml`: every mistake with its place, and three files merged as the slow reader would."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.config.layers import ConfigLayer, Origin, Rank, by_source, is_locked, merge, read_layer
from bot.core.config.model import CommentWhen, Mode, RepositoryConfig, RuleLevel
from bot.core.config.schema import EXAMPLES, all_keys, plain_config
from bot.core.config.yaml import plain_value, read_yaml
from bot.core.forge.roles import Role
from tests.core.broken_configs import BROKEN
from tests.effort import bounded_work

RULES = ("number-collision", "dead-link", "branch-mismatch")
REPOSITORY = Origin(Rank.REPOSITORY, ".github/app.yml", "8be41d7")
OWNER = Origin(Rank.OWNER, "acme/.github:.github/app.yml")
HOST = Origin(Rank.HOST, "app.yml")


def read(text: str | None, origin: Origin = REPOSITORY) -> ConfigLayer:
    return read_layer(text, origin, RULES)


@pytest.mark.parametrize(("text", "place", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_file_is_told_with_its_place_and_the_way_out(text: str, place: tuple[int, int], words: str) -> None:
    tracemalloc.start()
    with bounded_work():
        layer = read(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert layer.mistakes, "no mistake was found"
    assert layer.present, "a file that means us is not taken for absent"
    first = layer.mistakes[0]
    assert (first.spot.line, first.spot.column) == place
    assert words in f"{first.title}. {first.remedy}"
    assert len(first.title) < 200
    assert first.remedy.endswith((".", "?"))
    assert not layer.settings, "half a configuration is one that nobody wrote"
    assert peak < 50 * 1024 * 1024


def test_every_mistake_of_a_file_is_told_at_once_in_the_order_of_its_lines() -> None:
    layer = read(
        "plangate:\n  artefacts: 1\n  mode: strict\n  rules:\n    dead-link: fatal\n    dead-lnk: off\n  since: '14'\n"
        "  specs: []\n  commands: {prefix: gate, strt: admin}\n"
    )
    assert [(mistake.spot.line, mistake.title) for mistake in layer.mistakes] == [
        (2, "unknown key artefacts"),
        (3, "mode cannot be strict"),
        (5, "dead-link cannot be fatal"),
        (6, "unknown rule dead-lnk"),
        (7, "since is text"),
        (8, "specs is empty"),
        (9, "commands.prefix cannot be gate"),
        (9, "unknown key strt"),
    ]


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "name: my-app\n", "- a\n", "name: [unclosed\n"])
def test_a_file_that_does_not_speak_to_us_is_neither_read_nor_complained_about(text: str | None) -> None:
    layer = read(text)
    assert not layer.present
    assert merge([layer]).config == RepositoryConfig()


def test_words_that_yaml_once_took_for_booleans_stay_words() -> None:
    layer = read("plangate:\n  mode: off\n  rules: {dead-link: off}\n")
    config = merge([layer]).config
    assert config.mode is Mode.OFF
    assert config.rules == {"dead-link": RuleLevel.OFF}


def test_the_nearest_file_wins_and_every_value_knows_its_place() -> None:
    host = read("plangate:\n  comment: never\n  since: 3\n", HOST)
    owner = read("plangate:\n  since: 5\n  rules: {dead-link: error, number-collision: notice}\n", OWNER)
    own = read("plangate:\n  mode: advise\n  rules:\n    dead-link: off\n")
    effective = merge([host, owner, own])
    assert effective.config.comment is CommentWhen.NEVER
    assert effective.config.since == 5
    assert effective.config.mode is Mode.ADVISE
    assert effective.config.rules == {"dead-link": RuleLevel.OFF, "number-collision": RuleLevel.NOTICE}
    places = {path: (origin.path, spot.line) for path, (origin, spot) in effective.origins.items()}
    assert places == {
        "comment": ("app.yml", 2),
        "since": ("acme/.github:.github/app.yml", 2),
        "rules.number-collision": ("acme/.github:.github/app.yml", 3),
        "rules.dead-link": (".github/app.yml", 4),
        "mode": (".github/app.yml", 2),
    }


def test_a_locked_key_cannot_be_set_by_a_nearer_file_and_it_is_told_so() -> None:
    owner = read("plangate:\n  mode: enforce\n  locked: [mode, rules.dead-link, waive]\n", OWNER)
    own = read("plangate:\n  mode: off\n  rules: {dead-link: off, number-collision: off}\n")
    effective = merge([owner, own])
    assert effective.config.mode is Mode.ENFORCE
    assert effective.config.rules == {"number-collision": RuleLevel.OFF}
    assert effective.config.locked == ("mode", "rules.dead-link", "waive")
    assert [(mistake.spot.line, mistake.title) for _, mistake in effective.overruled] == [
        (2, "mode is locked by acme/.github:.github/app.yml"),
        (3, "rules.dead-link is locked by acme/.github:.github/app.yml"),
    ]


def test_a_lock_without_a_value_locks_the_default() -> None:
    owner = read("plangate:\n  locked: [commands]\n", OWNER)
    own = read("plangate:\n  commands: {start: anyone}\n")
    assert merge([owner, own]).config.commands.start is Role.WRITE


@pytest.mark.parametrize("key", all_keys(), ids=lambda key: key.path)
def test_every_key_can_be_set_to_something_else_than_its_default(key: Any) -> None:
    text = "plangate:\n  " + EXAMPLES[key.path] + "\n"
    layer = read(text, OWNER)
    assert not layer.mistakes
    changed = plain_config(merge([layer]).config)
    default = plain_config(RepositoryConfig())
    for part in key.path.split("."):
        changed, default = changed[part], default[part]
    assert changed != default


WORDS = {
    "mode": st.sampled_from(["enforce", "advise", "off"]),
    "since": st.integers(0, 999),
    "comment": st.sampled_from(["when-needed", "always", "never"]),
    "code": st.lists(st.sampled_from(["src/**", "a/*"]), max_size=3),
    "rules": st.dictionaries(st.sampled_from(RULES), st.sampled_from(["error", "warning", "notice", "off"])),
    "artifacts": st.dictionaries(st.sampled_from(["spec.md", "contracts/"]), st.sampled_from(["required", "off"])),
    "commands": st.fixed_dictionaries({}, optional={"prefix": st.just("/gate"), "start": st.sampled_from(["admin"])}),
}
LOCKS = st.lists(
    st.sampled_from(["mode", "since", "code", "rules", "rules.dead-link", "artifacts", "commands.start", "waive"]),
    max_size=3,
    unique=True,
)
BODIES = st.fixed_dictionaries({}, optional=WORDS)


def written(body: dict[str, Any], locked: list[str]) -> str:
    return json.dumps({"plangate": body | ({"locked": locked} if locked else {})})


def reference(bodies: list[dict[str, Any]], locks: list[list[str]]) -> tuple[dict[str, Any], dict[str, int]]:
    """The slow and obvious merge: for every name, ask each file in turn whether it may say something."""
    names = {"mode", "since", "comment", "code"}
    nested = {
        f"{key}.{name}" for body in bodies for key in ("rules", "artifacts", "commands") for name in body.get(key, {})
    }
    values: dict[str, Any] = {}
    winner: dict[str, int] = {}
    for path in names | nested:
        head, _, tail = path.partition(".")
        for index, body in enumerate(bodies):
            locked_before = [lock for earlier in locks[:index] for lock in earlier]
            if path in locked_before or head in locked_before:
                continue
            if tail and tail in body.get(head, {}):
                values[path], winner[path] = body[head][tail], index
            elif not tail and path in body:
                values[path], winner[path] = body[path], index
    return values, winner


@given(st.lists(st.tuples(BODIES, LOCKS), min_size=3, max_size=3))
def test_the_merge_of_any_three_files_is_that_of_the_slow_and_obvious_reader(
    files: list[tuple[dict[str, Any], list[str]]],
) -> None:
    bodies = [body for body, _ in files]
    locks = [locked for _, locked in files[:2]] + [[]]
    origins = (HOST, OWNER, REPOSITORY)
    layers = [read(written(body, lock), origin) for body, lock, origin in zip(bodies, locks, origins, strict=True)]
    assert not any(layer.mistakes for layer in layers)
    effective = merge(layers)
    values, winner = reference(bodies, locks)
    plain = plain_config(effective.config)
    for path, value in values.items():
        head, _, tail = path.partition(".")
        assert (plain[head][tail] if tail else plain[path]) == value
    assert {path: origin for path, (origin, _) in effective.origins.items() if path != "locked"} == {
        path: origins[index] for path, index in winner.items()
    }


@given(BODIES, LOCKS, BODIES)
def test_the_settings_by_source_read_again_give_the_same_configuration(
    far: dict[str, Any], locked: list[str], near: dict[str, Any]
) -> None:
    effective = merge([read(written(far, locked), HOST), read(written(near, []))])
    again = merge(read(json.dumps({"plangate": settings}), origin) for origin, settings in by_source(effective).items())
    assert again.config == effective.config


@given(BODIES, LOCKS, BODIES)
def test_a_locked_key_never_changes(far: dict[str, Any], locked: list[str], near: dict[str, Any]) -> None:
    before = merge([read(written(far, locked), HOST)])
    after = merge([read(written(far, locked), HOST), read(written(near, []))])
    for path, place in before.origins.items():
        if is_locked(path, locked):
            assert after.origins[path] == place
    assert all(origin == HOST for path, (origin, _) in after.origins.items() if is_locked(path, locked))


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    for candidate in (text, f"plangate:\n  {text}", f"plangate: {text}"):
        layer = read(candidate)
        lines = candidate.count("\n") + candidate.count("\r") + candidate.count("\x85") + 3
        for mistake in layer.mistakes:
            assert 1 <= mistake.spot.line <= lines + candidate.count("\u2028") + candidate.count("\u2029")
            assert mistake.spot.column >= 1


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**17), 10**17)
        | st.text(st.characters(codec="utf-8", categories=("L", "N")), max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
        max_leaves=20,
    )
)
def test_json_reads_as_itself(value: Any) -> None:
    read_value, mistakes = read_yaml(json.dumps({"a": value}, ensure_ascii=False))
    assert not mistakes
    assert plain_value(read_value) == {"a": value}
