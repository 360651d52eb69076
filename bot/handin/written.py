"""Write a plan down as JSON values, and read it back: what was accepted once can be done again later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from bot.handin import plan as plans
from bot.handin.compose import commands as compose
from bot.handin.plan import Plan

#: every value of these two modules by its name; nothing else is ever made from what is read
KNOWN: Mapping[str, Any] = {
    name: each for module in (plans, compose) for name, each in vars(module).items() if is_dataclass(each)
}
KIND = "is"


def written(value: Any) -> Any:
    """Return a plan as JSON values; fields that have their usual value are left out."""
    if isinstance(value, tuple):
        return [written(each) for each in value]
    if not is_dataclass(value):
        return value
    told = {each.name: getattr(value, each.name) for each in fields(value)}
    usual = {each.name: each.default for each in fields(value) if each.default is not MISSING}
    kept = {name: written(each) for name, each in told.items() if name not in usual or usual[name] != each}
    return {KIND: type(value).__name__, **kept}


def read(value: Any) -> Any:
    """Return what `written` wrote. Raises: `ValueError` for what no version of ours has written."""
    if isinstance(value, list):
        return tuple(read(each) for each in value)
    if not isinstance(value, Mapping):
        return value
    made = KNOWN.get(str(value.get(KIND)))
    if made is None:
        raise ValueError(f"no plan is called {value.get(KIND)!r}")
    try:
        return made(**{name: read(each) for name, each in value.items() if name != KIND})
    except TypeError as error:  # a field that this version does not know, or one that is missing
        raise ValueError(str(error)) from error


def read_plan(value: Any, kind: type[Plan]) -> Any:
    """Return the plan of this kind, None when it is another or cannot be read any more."""
    try:
        found = read(value)
    except ValueError:
        return None
    return found if isinstance(found, kind) else None
