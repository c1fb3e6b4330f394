"""The rules, one module each: the file's name is the id, its docstring is the page.

A new rule needs nothing but its file and its cases in `tests/rules/<id>/`: it is found by being here.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.judging.rule import Rule


def _all_rules() -> tuple[Rule, ...]:
    """Every rule in this package, by its place in a title and then by its id."""
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    rules = [module.judge for module in modules]
    return tuple(sorted(rules, key=lambda rule: (rule.clause.rank, rule.id)))


RULES: tuple[Rule, ...] = _all_rules()
