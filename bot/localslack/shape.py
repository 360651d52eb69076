"""The small language the Block Kit table is written in.

A `Check` looks at one JSON value and yields what is wrong with it, each fault with the JSON pointer of the
place. Checks are built by the functions below and know nothing of Slack: `blocktable` says what Slack's
objects look like, `blockkit` adds what no single object can know.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockError:
    """One thing Slack would refuse, shaped like an entry of `blocks.validate`'s `errors`.

    `pointer` is a JSON pointer such as `/blocks/0/text/text`.
    """

    pointer: str
    code: str
    message: str


Check = Callable[[object, str], Iterator[BlockError]]
#: Looks at a whole object whose fields were checked one by one.
Rule = Callable[[Mapping[str, object], str], Iterator[BlockError]]

_NAMES = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


def seen(value: object) -> str:
    """Return how a JSON value is called in an error message."""
    return _NAMES.get(type(value), "a number")


def _wrong_type(wanted: str, value: object, at: str) -> BlockError:
    return BlockError(at, "wrong_type", f"must be {wanted}, not {seen(value)}")


def string(
    most: int | None = None, least: int = 0, *, one_of: Iterable[str] = (), like: str = "", called: str = ""
) -> Check:
    """Return a check for a string of `least` to `most` characters; `like` is a whole-match pattern."""
    choices = tuple(one_of)
    pattern = re.compile(like) if like else None

    def check(value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, str):
            yield _wrong_type("a string", value, at)
        elif most is not None and len(value) > most:
            yield BlockError(at, "too_long", f"must be at most {most} characters, has {len(value)}")
        elif len(value) < least:
            yield BlockError(at, "too_short", f"must be at least {least} characters, has {len(value)}")
        elif choices and value not in choices:
            yield BlockError(at, "invalid_value", f"must be one of {', '.join(choices)}, not {value[:40]!r}")
        elif pattern and not pattern.fullmatch(value):
            yield BlockError(at, "invalid_value", f"must be {called or 'of the form ' + like}")

    return check


def flag(value: object, at: str) -> Iterator[BlockError]:
    """Yield a fault unless `value` is true or false."""
    if not isinstance(value, bool):
        yield _wrong_type("a boolean", value, at)


def anything(_value: object, _at: str) -> Iterator[BlockError]:
    """Accept every value: used where Slack documents no limit we could hold to."""
    return iter(())


def whole(least: int, most: int) -> Check:
    """Return a check for a whole number from `least` to `most`."""

    def check(value: object, at: str) -> Iterator[BlockError]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield _wrong_type("a whole number", value, at)
        elif not least <= value <= most:
            yield BlockError(at, "invalid_value", f"must be from {least} to {most}, is {value}")

    return check


def number(value: object, at: str) -> Iterator[BlockError]:
    """Yield a fault unless `value` is a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield _wrong_type("a number", value, at)


def many(item: Check, least: int, most: int, *, noun: str = "items") -> Check:
    """Return a check for an array of `least` to `most` values that each pass `item`."""

    def check(value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, list):
            yield _wrong_type("an array", value, at)
            return
        if len(value) > most:
            yield BlockError(at, "too_many", f"must have at most {most} {noun}, has {len(value)}")
        elif len(value) < least:
            yield BlockError(at, "too_few", f"must have at least {least} {noun}, has {len(value)}")
        for index, entry in enumerate(value[: most + 1]):
            yield from item(entry, f"{at}/{index}")

    return check


def either(*checks: Check) -> Check:
    """Return a check that passes when one of `checks` does, and else reports the first one's faults."""

    def check(value: object, at: str) -> Iterator[BlockError]:
        faults = [list(one(value, at)) for one in checks]
        if all(faults):
            yield from faults[0]

    return check


def record(
    need: Mapping[str, Check] | None = None,
    may: Mapping[str, Check] | None = None,
    rules: Iterable[Rule] = (),
    *,
    closed: bool = True,
) -> Check:
    """Return a check for an object with the fields `need` and perhaps `may`, then `rules` over the whole."""
    needed = dict(need or {})
    known = needed | dict(may or {})
    over_all = tuple(rules)

    def check(value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, dict):
            yield _wrong_type("an object", value, at)
            return
        for field in needed.keys() - value.keys():
            yield BlockError(f"{at}/{field}", "missing_field", f"{field} is required")
        for field, entry in value.items():
            if (one := known.get(field)) is not None:
                yield from one(entry, f"{at}/{field}")
            elif closed:
                yield BlockError(f"{at}/{field}", "unknown_field", f"{field} is not a field of this object")
        for rule in over_all:
            yield from rule(value, at)

    return check


def tagged(table: Callable[[], Mapping[str, Check]], noun: str) -> Check:
    """Return a check for an object whose `type` picks its check from `table` (a call: tables may recur)."""

    def check(value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, dict):
            yield _wrong_type(f"{noun} object", value, at)
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            yield BlockError(f"{at}/type", "missing_field", f"a {noun} needs a type")
        elif (one := table().get(kind)) is None:
            known = ", ".join(table())
            yield BlockError(f"{at}/type", "unknown_type", f"{kind[:40]!r} cannot stand here; can: {known}")
        else:
            yield from one(value, at)

    return check


def some_of(*fields: str) -> Rule:
    """Return a rule that at least one of `fields` is there."""

    def rule(value: Mapping[str, object], at: str) -> Iterator[BlockError]:
        if not any(field in value for field in fields):
            yield BlockError(at, "missing_field", f"one of {', '.join(fields)} is required")

    return rule


def not_both(*fields: str) -> Rule:
    """Return a rule that at most one of `fields` is there."""

    def rule(value: Mapping[str, object], at: str) -> Iterator[BlockError]:
        if sum(field in value for field in fields) > 1:
            yield BlockError(at, "conflict", f"only one of {', '.join(fields)} may be given")

    return rule
