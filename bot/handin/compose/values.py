"""Single values of a compose file: each key says what it takes, and nothing is guessed from how a text looks.

Words are those of Compose's schema check; paths are written as it writes them (`services.app.ports.0`).
Source: github.com/compose-spec/compose-go `schema/schema.go`, `types`, `loader/interpolate.go`;
github.com/docker/go-units `size.go`; Go's `time.ParseDuration`; github.com/mattn/go-shellwords.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.handin.compose.events import Listing, Mapping, Node, Scalar
from bot.handin.compose.fault import Broken, broken
from bot.handin.compose.plan import Pairs

MOST_ITEMS = 100
LONGEST_COMMAND = 8_000

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_UNIT_S = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,9})?) ?([kmgtp]?)i?b?", re.IGNORECASE)
_FACTOR = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_YES = frozenset({"y", "yes", "on"})
_NO = frozenset({"n", "no", "off"})


@dataclass(slots=True)
class Place:
    """Where the reading is: the path so far, the file's name, and what was noticed on the way."""

    path: str
    file: str
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def at(self, key: str | int) -> Place:
        """Return the place below; what is noticed there is noticed here."""
        return Place(f"{self.path}.{key}" if self.path else str(key), self.file, self.warnings, self.notes)

    def must_be(self, node: Node, what: str, example: str = "", words: str = "") -> Broken:
        """Return the fault of a value of the wrong kind, as Compose says it (`words` where it has others)."""
        seen = {Listing: "a list", Mapping: "keys and values"}.get(type(node), "")
        if isinstance(node, Scalar):
            seen = "nothing" if node.kind == "null" else f"`{node.text[:40]}`"
        say = f"`{self.path[:80]}` should be {_READABLE.get(what, what)}; here stands {seen}."
        say += f" For example: `{example}`." if example else ""
        words = words or f"validating {self.file}: {self.path} must be a {what}"
        return broken(node.line, "WRONG_KIND", say, words, self.path)

    def wrong(self, node: Node, say: str, words: str = "", code: str = "BAD_VALUE") -> Broken:
        """Return the fault of a value that cannot be used."""
        return broken(node.line, code, say, words, node.text if isinstance(node, Scalar) else self.path)


_READABLE = {
    "mapping": "followed by keys and values, two blanks further in",
    "array": "followed by a list, lines that begin with `- `",
    "string": "a text",
    "boolean, null, number or string": "a text or a number",
    "boolean": "`true` or `false`",
    "integer": "a whole number",
    "array or string": "a text or a list",
}


def mapping(node: Node, place: Place, example: str = "") -> Mapping:
    """Return the node as keys and values; nothing at all is an empty mapping. Raises `Broken`."""
    if isinstance(node, Scalar) and node.kind == "null":
        return Mapping(node.line, ())
    if not isinstance(node, Mapping):
        raise place.must_be(node, "mapping", example)
    return node


def items(node: Node, place: Place, example: str = "") -> tuple[Node, ...]:
    """Return the members of a list. Raises `Broken`."""
    if not isinstance(node, Listing):
        raise place.must_be(node, "array", example)
    if len(node.items) > MOST_ITEMS:
        raise place.wrong(
            node, f"`{place.path}` has {len(node.items)} members; up to {MOST_ITEMS} are fine.", code="TOO_MANY"
        )
    return node.items


def text(node: Node, place: Place, *, strict: bool = False) -> str:
    """Return a text as typed; `strict` refuses what YAML reads as a number or boolean. Raises `Broken`."""
    if not isinstance(node, Scalar) or node.kind == "null" or (strict and node.kind != "string"):
        raise place.must_be(node, "string")
    return node.text


def texts(node: Node, place: Place) -> tuple[str, ...]:
    """Return a list of texts, or the one text. Raises `Broken`."""
    if isinstance(node, Scalar):
        return (text(node, place),)
    return tuple(text(item, place.at(n)) for n, item in enumerate(items(node, place)))


def flag(node: Node, place: Place) -> bool:
    """Return a boolean; the old words of YAML 1.1 are understood with Compose's warning. Raises `Broken`."""
    word = node.text.lower() if isinstance(node, Scalar) else ""
    if word in _YES | _NO:
        place.warnings.append(
            f'"{word}" for boolean is not supported by YAML 1.2, please use `{str(word in _YES).lower()}`'
        )
        return word in _YES
    if word not in {"true", "false"}:
        raise place.must_be(node, "boolean")
    return word == "true"


def whole(node: Node, place: Place) -> int:
    """Return a whole number that is not negative, at most nine digits. Raises `Broken`."""
    typed = node.text if isinstance(node, Scalar) else ""
    if not re.fullmatch(r"[0-9]{1,9}", typed):
        raise place.must_be(node, "integer")
    return int(typed)


def decimal(node: Node, place: Place) -> float:
    """Return a number that is not negative, such as `0.5`. Raises `Broken`."""
    typed = node.text if isinstance(node, Scalar) else ""
    if not re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6}", typed):
        raise place.wrong(node, f"`{place.path}` should be a number such as `0.5`, and here stands `{typed[:40]}`.")
    return float(typed)


def seconds(node: Node, place: Place) -> float:
    """Return a duration such as `1m30s`. Raises `Broken`."""
    typed = text(node, place, strict=True)[:60]
    parts = list(_DURATION.finditer(typed))
    if typed == "0":
        return 0.0
    if not typed or "".join(part[0] for part in parts) != typed:
        words = (
            f'time: missing unit in duration "{typed}"'
            if re.fullmatch(r"[\d.]+", typed)
            else f'time: invalid duration "{typed}"'
        )
        if unit := re.fullmatch(r"[\d.]+([^\d.]+)", typed):
            words = f'time: unknown unit "{unit[1]}" in duration "{typed}"'
        raise place.wrong(node, f"`{typed}` is no length of time. Write a unit too, as in `5s` or `1m30s`.", words)
    return min(sum(float(part[1]) * _UNIT_S[part[2]] for part in parts), 1e6)


def size_mb(node: Node, place: Place) -> int:
    """Return a size such as `512m` in whole MiB; bytes where no unit is given. Raises `Broken`."""
    typed = text(node, place)[:60]
    found = _SIZE.fullmatch(typed)
    if not found:
        raise place.wrong(node, f"`{typed}` is no size. Write it as in `256m`.", f"invalid size: '{typed}'")
    return int(float(found[1]) * 1024 ** _FACTOR[found[2].lower()] / 1024**2)


def pairs(node: Node, place: Place) -> tuple[tuple[str, str | None, int], ...]:
    """Return names, values (None where none is given) and lines of `NAME: value` or `- NAME=value`. Raises `Broken`."""
    if isinstance(node, Mapping):
        return tuple(
            (key.text, _pair_value(value, place.at(key.text)), key.line) for key, value in _entries(node, place)
        )
    if isinstance(node, Scalar) and node.kind == "null":
        return ()
    if not isinstance(node, Listing):
        raise place.must_be(node, "mapping", "NAME: value")
    found = []
    for number, item in enumerate(items(node, place)):
        if isinstance(item, Mapping):
            say = f"`{place.path}` mixes `- ` and `NAME: value`. Either `- NAME=value`, or `NAME: value` and no dash."
            words = f"validating {place.file}: {place.path}.{number} must be a string"
            raise place.wrong(item, say, words, "WRONG_KIND")
        name, equals, value = text(item, place.at(number)).partition("=")
        found.append((name, value if equals else None, item.line))
    return tuple(found)


def _entries(node: Mapping, place: Place) -> tuple[tuple[Scalar, Node], ...]:
    if len(node.entries) > MOST_ITEMS:
        raise place.wrong(
            node, f"`{place.path}` has {len(node.entries)} members; up to {MOST_ITEMS} are fine.", code="TOO_MANY"
        )
    return node.entries


def _pair_value(node: Node, place: Place) -> str | None:
    if not isinstance(node, Scalar):
        raise place.must_be(node, "boolean, null, number or string")
    return None if node.kind == "null" else node.text


def labels(node: Node, place: Place, reserved: tuple[str, ...]) -> Pairs:
    """Return labels; those that this host acts upon are refused. Raises `Broken`."""
    found: dict[str, str] = {}
    for name, value, line in pairs(node, place):
        if name.lower().startswith(reserved):
            raise broken(
                line, "RESERVED_LABEL", f"the label `{name[:40]}` is used by this host. Choose another name.", seen=name
            )
        found[name] = value or ""
    return tuple(found.items())


def command(node: Node, place: Place) -> tuple[str, ...] | None:
    """Return the words of a command: a list as it is, a text split as Compose splits it. Raises `Broken`."""
    if isinstance(node, Scalar) and node.kind == "null":
        return None
    if isinstance(node, Mapping):
        raise place.must_be(node, "array or string")
    if isinstance(node, Scalar):
        if len(node.text) > 2 * LONGEST_COMMAND:
            raise _too_long(node, place)
        words = shell_words(node.text)
        if words is None:
            say = f"`{node.text[:60]}` has a quote without its partner, or a bracket outside of quotes."
            raise place.wrong(node, say, "invalid command line string", "BAD_COMMAND")
        if words[1]:
            say = f'`{place.path}` stops at `{words[1]}`: there is no shell. For one, write `sh -c "…"` around it all.'
            place.notes.append(f"Line {node.line}: {say}")
        found = words[0]
    else:
        found = tuple(text(item, place.at(n)) for n, item in enumerate(items(node, place)))
    if sum(map(len, found)) > LONGEST_COMMAND:
        raise _too_long(node, place)
    return found


def _too_long(node: Node, place: Place) -> Broken:
    say = f"`{place.path}` is longer than {LONGEST_COMMAND:,} characters; put it into a file."
    return place.wrong(node, say, code="TOO_LONG")


_PIECE = re.compile(
    r"""'([^']*)'|\\(.)|"((?:[^"\\]|\\.)*)"|((?:[^\s'"\\;&|<>()`$]|\$(?!\())+)|(\s+)|(\$?\([^()]*\)|`[^`]*`)|(.)""",
    re.DOTALL,
)


def shell_words(line: str) -> tuple[tuple[str, ...], str] | None:
    """Return the words, and the sign where the splitting stopped ('' at the end); None when quotes do not match."""
    words: list[str] = []
    word: str | None = None
    for piece in _PIECE.finditer(line):
        single, escaped, double, plain, blank, inner, other = piece.groups()
        if blank is not None:
            words.extend([] if word is None else [word])
            word = None
        elif other is not None:
            if other not in ";&|<>":
                return None
            words.extend([] if word is None else [word])
            return tuple(words), other
        elif double is not None:
            word = (word or "") + re.sub(r"\\(.)", _unescaped, double, flags=re.DOTALL)
        elif escaped is not None:
            word = (word or "") + _unescaped(piece[0][1:])
        elif inner is not None and inner[0] == "(":
            return None
        else:
            word = (word or "") + next(part for part in (single, plain, inner) if part is not None)
    words.extend([] if word is None else [word])
    return tuple(words), ""


def _unescaped(sign: str | re.Match[str]) -> str:
    bare = sign if isinstance(sign, str) else sign[1]
    return {"t": "\t", "n": "\n"}.get(bare, bare)
