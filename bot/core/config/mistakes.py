"""The messages for mistakes in an `app.yml`: what is wrong and how to fix it."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import re2

from bot.core.change.feature import ARTIFACTS
from bot.core.config.schema import GLOBS, HOST_ONLY, MAX_BRANCHES, MAX_ITEMS, PREFIX, all_keys, lockable
from bot.core.config.yaml import ConfigMistake, Spot
from bot.core.text import globs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SHOWN = 60
"""Characters of foreign text that are quoted."""
_PREFIX = re.compile(PREFIX)
_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "dataclass_type": "a mapping",
}


def root_mistake(spot: Spot) -> ConfigMistake:
    """`plangate:` is not a mapping."""
    return ConfigMistake(spot, "plangate is not a mapping", "Write keys in it, such as `mode: enforce`.")


def unknown_key(path: tuple[str, ...], spot: Spot) -> ConfigMistake:
    """A key that does not exist, with the most similar one."""
    name = path[-1]
    prefix = "".join(f"{part}." for part in path[:-1])
    key_names = [key.path.removeprefix(prefix).split(".")[0] for key in all_keys() if key.path.startswith(prefix)]
    return ConfigMistake(spot, f"unknown key {name[:_SHOWN]}", suggestion(name, key_names))


def suggestion(word: str, names: Iterable[str]) -> str:
    """`Did you mean ...?`, or the list of possible names."""
    unique = list(dict.fromkeys(names))
    close = difflib.get_close_matches(word[:_SHOWN], unique, n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else f"It can be {_either(unique)}."


def mistyped(path: tuple[str | int, ...], value: Any, fault: Mapping[str, Any], spot: Spot) -> ConfigMistake:
    """A value of the wrong type."""
    name = str(path[-1]) if isinstance(path[-1], str) else str(path[0])
    if fault["type"] == "enum":
        choices = re.findall(r"'([^']+)'", fault["ctx"]["expected"])
        plain = isinstance(value, (str, int, float))
        verb = f"cannot be {_shown(value)}" if plain else f"is {_kind(value)}"
        return ConfigMistake(spot, f"{name[:_SHOWN]} {verb}", f"It can be {_either(choices)}.")
    wanted = _TYPES.get(fault["type"], "something else")
    item = "an item of " if isinstance(path[-1], int) else ""
    return ConfigMistake(spot, f"{item}{name[:_SHOWN]} is {_kind(value)}", f"Write {wanted}.")


def locked_key(path: str, holder: str, spot: Spot) -> ConfigMistake:
    """A nearer file sets a key that an outer file locks."""
    return ConfigMistake(
        spot, f"{path[:_SHOWN]} is locked by {holder}", "Delete the key, or ask the owner to unlock it."
    )


def impossible(path: str, value: Any, spots: Any, own: bool, rule_ids: frozenset[str]) -> Iterator[ConfigMistake]:
    """Mistakes in a value of the right type. `own` is true for the repository's own file."""
    where = tuple(path.split(".", 1))
    key_spot, value_spot = spots[where]
    head = where[0]
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        yield ConfigMistake(value_spot, f"{head} has {len(value)} items", f"Keep it within {MAX_ITEMS}.")
    elif head in GLOBS and value is not None:
        yield from _globs(head, value, spots)
    elif head == "branches":
        yield from _branches(value, value_spot)
    elif head == "since" and isinstance(value, int) and value < 0:
        yield ConfigMistake(value_spot, "since is negative", "Write the first number that is judged, such as `14`.")
    elif head == "artifacts" and where[1] not in ARTIFACTS:
        yield ConfigMistake(key_spot, f"unknown artifact {where[1][:_SHOWN]}", suggestion(where[1], ARTIFACTS))
    elif head == "rules" and where[1] not in rule_ids:
        yield ConfigMistake(key_spot, f"unknown rule {where[1][:_SHOWN]}", _rule_remedy(where[1], rule_ids))
    elif path == "commands.prefix" and not _PREFIX.fullmatch(value):
        yield ConfigMistake(
            value_spot, f"commands.prefix cannot be {_shown(value)}", "Write a slash and one word: `/plan`."
        )
    elif head in HOST_ONLY and own:
        yield ConfigMistake(
            key_spot, f"{head} is not a repository's to set", "Set it in the owner's `.github` repository."
        )
    elif head == "locked":
        yield from _locks(value, spots, own, rule_ids)


def _rule_remedy(name: str, rule_ids: frozenset[str]) -> str:
    close = difflib.get_close_matches(name[:_SHOWN], sorted(rule_ids), n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else "`plangate rules` lists them."


def _globs(head: str, items: list[str], spots: Any) -> Iterator[ConfigMistake]:
    if head == "specs" and not items:
        yield ConfigMistake(spots[(head,)][1], "specs is empty", "Name at least one folder, such as `specs`.")
    for index, pattern in enumerate(items):
        spot = spots[(head, index)][1]
        if len(pattern) > globs.MAX_PATTERN:
            yield ConfigMistake(
                spot, f"a pattern of {head} is too long", f"Keep it within {globs.MAX_PATTERN} characters."
            )
        elif not pattern.strip("/ ") or pattern.startswith("/") or ".." in pattern.split("/") or "\0" in pattern:
            remedy = "Write a path from the repository's root, without a leading slash and without `..`."
            yield ConfigMistake(spot, f"{head} cannot hold {_shown(pattern)}", remedy)
        elif pattern.startswith("!"):
            remedy = "Patterns only add, none takes away: name what is meant."
            yield ConfigMistake(spot, f"{head} cannot hold {_shown(pattern)}", remedy)


def _branches(pattern: str, spot: Spot) -> Iterator[ConfigMistake]:
    if len(pattern) > MAX_BRANCHES:
        yield ConfigMistake(spot, "branches is too long", f"Keep it within {MAX_BRANCHES} characters.")
        return
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        groups = re2.compile(pattern, options).groupindex
    except re2.error as error:
        details = error.args[0] if error.args else b""
        reason = details.decode("utf-8", "replace") if isinstance(details, bytes) else str(details)
        remedy = "Patterns are RE2's: no look-around, no back-references."
        yield ConfigMistake(spot, f"branches is no pattern: {reason[:_SHOWN]}", remedy)
        return
    missing = [name for name in ("number", "slug") if name not in groups]
    if missing:
        example = f"(?P<{missing[0]}>…)"
        yield ConfigMistake(
            spot, f"branches has no group {missing[0]}", f"Name that part of the branch with `{example}`."
        )


def _locks(items: list[str], spots: Any, own: bool, rule_ids: frozenset[str]) -> Iterator[ConfigMistake]:
    for index, lock in enumerate(items):
        spot = spots[("locked", index)][1]
        if mistake := _lock_mistake(lock, spot, rule_ids):
            yield mistake
        elif own and lock != "waive":
            remedy = "No file is nearer than this one; only `waive` can be locked here."
            yield ConfigMistake(spot, f"{lock[:_SHOWN]} cannot be locked here", remedy)


def _lock_mistake(lock: str, spot: Spot, rule_ids: frozenset[str]) -> ConfigMistake | None:
    """The mistake in a lock's name; None when it is valid. A misspelt lock would silently lock nothing."""
    head, dot, name = lock.partition(".")
    lockable_keys = lockable()
    if dot and head == "rules" and name not in rule_ids:
        return ConfigMistake(spot, f"unknown rule {name[:_SHOWN]} in locked", _rule_remedy(name, rule_ids))
    if dot and head == "artifacts" and name not in ARTIFACTS:
        return ConfigMistake(spot, f"unknown artifact {name[:_SHOWN]} in locked", suggestion(name, ARTIFACTS))
    if lock in lockable_keys or (dot and head in {"rules", "artifacts"}):
        return None
    return ConfigMistake(spot, f"unknown key {lock[:_SHOWN]} in locked", suggestion(lock, sorted(lockable_keys)))


def _either(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return " ".join(text.split())[:_SHOWN] or "empty"


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a mapping"}
    return names.get(type(value), "empty")
