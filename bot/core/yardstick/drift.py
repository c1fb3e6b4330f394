"""Differences between the plan template and the constitution: `/speckit.constitution` once copied the principles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.yardstick.principles import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.yardstick.constitution import Constitution, Principle
    from bot.core.yardstick.principles import PrincipleName
    from bot.core.yardstick.template import Template


@dataclass(frozen=True, slots=True)
class Drift:
    """The principles in which a plan template and the constitution differ."""

    gone: tuple[str, ...]
    """Listed by the template with a numeral, and not in the constitution under that name."""
    unlisted: tuple[Principle, ...]
    """In the constitution, and not listed by a template that lists others."""


def find_drift(template: Template, constitution: Constitution) -> Drift | None:
    """The differences. None if there are none, or one of the two lists no principles.

    A list in the template without numerals and without any known name is not a list of principles.
    """
    if not template.principles or not constitution.principles:
        return None
    listed = [name_of(words) for words in template.principles]
    matched = {i: p for i, named in enumerate(listed) if (p := _same(named, constitution.principles)) is not None}
    if not matched and not any(named.strong for named in listed):
        return None
    gone = tuple(template.principles[i] for i, named in enumerate(listed) if i not in matched and named.id)
    unlisted = tuple(p for p in constitution.principles if p not in matched.values())
    return Drift(gone, unlisted) if gone or unlisted else None


def _same(named: PrincipleName, principles: Iterable[Principle]) -> Principle | None:
    """The principle with that name. A shortened name fits if all its words are in the other."""
    words = _words(named.name)
    best: Principle | None = None
    for principle in principles:
        others = _words(principle.name)
        if words == others:
            return principle
        if words and others and (words <= others or others <= words or (_agree(named, principle) and words & others)):
            best = best or principle
    return best


def _agree(named: PrincipleName, principle: Principle) -> bool:
    return named.id is not None and named.id == principle.id


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", name.casefold())) - {"and", "the", "of", "a", "first"}
