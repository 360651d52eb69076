"""A Dockerfile's bytes → its logical lines, as the classic builder sees them: encoding, directives, continuations.

Source: moby `builder/dockerfile/parser` (engine 20.10); every rule was compared with the engine.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.handin.typography import HIDDEN

MOST_BYTES = 64 * 1024
LONGEST_INSTRUCTION = 8_000

_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]{0,20})[ \t]*=[ \t]*(.*?)[ \t]*")


@dataclass(frozen=True, slots=True)
class DockerfileProblem:
    """Why a Dockerfile cannot be used. `line` counts from 1, 0 when it is about the whole file.

    `say` is our sentence; `words` is what `docker build` would print, '' when only we refuse.
    """

    line: int
    code: str
    say: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One instruction on one line, as typed but for continuations and comments."""

    text: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class DockerfileText:
    """The logical lines, the escape sign in force, and the frontend that was asked for ('' for none)."""

    lines: tuple[LogicalLine, ...]
    escape: str
    frontend: str
    raw: tuple[str, ...]  #: the lines as written


def parse_error(line: int, what: str) -> str:
    """Return how `docker build` prints a fault in the Dockerfile."""
    return f"ERROR: failed to build: failed to solve: dockerfile parse error on line {line}: {what}"


def read_text(content: str | bytes) -> DockerfileText | DockerfileProblem:
    """Return the logical lines of a Dockerfile, or what is wrong with its letters."""
    text = _decode(content)
    if isinstance(text, DockerfileProblem):
        return text
    raw = text.replace("\r\n", "\n").split("\n")
    problem = _odd_letters(raw)
    if problem:
        return problem
    directives = _directives(raw)
    escape = directives.get("escape", "\\")
    if escape not in {"\\", "`"}:
        words = f"invalid escape token '{escape[:20]}' does not match ` or \\"
        say = (
            "The first line sets `escape`, and only a backslash or a backtick can be set. You can leave that line out."
        )
        return DockerfileProblem(1, "BAD_ESCAPE", say, parse_error(1, words))
    lines = _logical(raw, escape)
    if isinstance(lines, DockerfileProblem):
        return lines
    return DockerfileText(tuple(lines), escape, directives.get("syntax", ""), tuple(raw))


def _decode(content: str | bytes) -> str | DockerfileProblem:
    size = len(content) if isinstance(content, bytes) else len(content.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        say = f"This Dockerfile has {size / 1024:,.0f} KB; up to {MOST_BYTES // 1024} KB are fine."
        return DockerfileProblem(0, "TOO_LONG", say)
    if isinstance(content, bytes):
        return _from_bytes(content)
    return content.removeprefix("\ufeff")


def _from_bytes(content: bytes) -> str | DockerfileProblem:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or content.count(b"\x00") > len(content) // 4 > 0:
        say = "The file was saved as UTF-16 (Notepad says “Unicode”). Please save it as UTF-8."
        return DockerfileProblem(0, "ENCODING", say)
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        say = f"Line {line} has a letter that is not UTF-8. Please save the file as UTF-8."
        return DockerfileProblem(line, "ENCODING", say)


def _odd_letters(raw: list[str]) -> DockerfileProblem | None:
    """Return a problem for letters that cannot be seen, or that Docker takes for something else; comments are free."""
    for number, line in enumerate(raw, 1):
        comment = line.lstrip(" \t").startswith("#")
        for sign in line:
            if sign == "\t" or (" " <= sign <= "~"):
                continue
            if sign == "\ufffd":
                say = f"Line {number} has a letter that is not UTF-8. Please save the file as UTF-8."
                return DockerfileProblem(number, "ENCODING", say)
            if sign < " " or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff" or sign in "\u2028\u2029":
                say = f"Line {number} has a control character ({_name(sign)}). Please type that line anew."
                return DockerfileProblem(number, "ENCODING", say)
            if not comment and (sign in HIDDEN or sign.isspace()):
                say = (
                    f"Line {number} has a character that one cannot see ({_name(sign)}), and Docker stumbles over it. "
                    f"It reads `{line.strip().replace(sign, '⟨here⟩', 1)[:80]}`. Please type that line anew."
                )
                return DockerfileProblem(number, "INVISIBLE", say)
    return None


def _name(sign: str) -> str:
    return unicodedata.name(sign, f"U+{ord(sign):04X}").lower() if sign >= " " else f"U+{ord(sign):04X}"


def _directives(raw: list[str]) -> dict[str, str]:
    """Return the parser directives: comments of the form `name=value` before anything else."""
    found: dict[str, str] = {}
    for line in raw:
        match = _DIRECTIVE.fullmatch(line.strip(" \t"))
        if match is None:
            break
        found.setdefault(match[1].lower(), match[2])
    # asked for in any first comment counts as asked for: it is only ever judged, never followed
    for line in raw:
        if line.strip() and not line.lstrip().startswith("#"):
            break
        match = _DIRECTIVE.fullmatch(line.strip(" \t"))
        if match and match[1].lower() == "syntax":
            found.setdefault("syntax", match[2])
    return found


def _logical(raw: list[str], escape: str) -> list[LogicalLine] | DockerfileProblem:
    found: list[LogicalLine] = []
    parts: list[str] = []
    start = 0
    for number, line in enumerate(raw, 1):
        bare = line.strip(" \t")
        if not bare or bare.startswith("#"):
            continue  # also inside of a continued instruction
        start = start if parts else number
        part = line.rstrip(" \t") if parts else bare
        if part.endswith(escape * 2):
            say = (
                f"Line {number} ends in two `{escape}`, which builders read differently. One is enough to go on below."
            )
            return DockerfileProblem(number, "BAD_CONTINUATION", say)
        going_on = part.endswith(escape)
        parts.append(part[:-1] if going_on else part)
        if not going_on:
            found.append(LogicalLine("".join(parts).strip(" \t"), start, number))
            parts = []
    if parts:  # the file ended while an instruction went on
        found.append(LogicalLine("".join(parts).strip(" \t").rstrip(" \t" + escape), start, len(raw)))
    for made in found:
        if len(made.text) > LONGEST_INSTRUCTION:
            count = f"{len(made.text):,} characters; up to {LONGEST_INSTRUCTION:,} are fine"
            return DockerfileProblem(made.line, "TOO_LONG", f"The instruction on line {made.line} has {count}.")
    return [made for made in found if made.text]
