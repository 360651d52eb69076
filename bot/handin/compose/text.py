"""The text of a compose file before YAML, and YAML's faults in Compose's words.

Source: go.yaml.in/yaml/v3 `yaml.go` for how Compose counts lines (a fault is found one line early or late).
"""

from __future__ import annotations

import re

import yaml

from bot.handin.compose.fault import Broken, broken

LONGEST_FILE = 64 * 1024

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CURLY = re.compile("[“”„‟«»‘’‚]")


def read_text(content: bytes | str) -> str:
    """Return the text with plain line ends and without a BOM. Raises `Broken`."""
    text = _decode(content)
    _judge_signs(text)
    return text


def _decode(content: bytes | str) -> str:
    size = len(content)
    if size > LONGEST_FILE:
        say = f"The compose file has {size / 1024:,.0f} KB; up to {LONGEST_FILE // 1024} KB are fine."
        raise broken(0, "TOO_LARGE", say)
    if isinstance(content, bytes):
        if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in content[:64]:
            say = "The file was saved as UTF-16 (Notepad says “Unicode”). Please save it as UTF-8 and send it again."
            raise broken(0, "ENCODING", say)
        raw = content
        try:
            content = raw.decode("utf-8")
        except UnicodeDecodeError as fault:
            line = raw.count(b"\n", 0, fault.start) + 1
            raise broken(
                line, "ENCODING", "here is a letter that is not UTF-8. Please save the file as UTF-8."
            ) from None
    text = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if any(0xD800 <= ord(sign) < 0xE000 for sign in text):
        raise broken(0, "ENCODING", "The file holds half a character. Please type that place anew.")
    return text


def _judge_signs(text: str) -> None:
    """Raise about signs that phones, chats and word processors put in, and that nobody can see."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip(" \t-")
        if bare.startswith("#"):
            continue
        if hidden := _INVISIBLE.search(line):
            say = f"a sign that one cannot see (U+{ord(hidden[0]):04X}) stands here. Please type the line anew."
            raise broken(number, "HIDDEN_SIGN", say)
        if "\u00a0" in line[: len(line) - len(line.lstrip())] or re.search("[:-]\u00a0", line):
            raise broken(
                number, "HIDDEN_SIGN", "here is a blank of a special kind. Please type the blanks of the line anew."
            )
        if bare.startswith(("– ", "— ", "• ", "* ")):
            raise broken(number, "LIST_SIGN", f"a list in YAML is written with `- `; here stands `{bare[0]} `.")
        if _CURLY.search(line):
            say = "these are curly quotes, as phones write them. YAML wants straight ones: \" or '."
            raise broken(number, "CURLY_QUOTES", say)


def explain_fault(fault: yaml.MarkedYAMLError, text: str) -> Broken:
    """Return the fault in Compose's words; its line counts as Compose counts, ours is where the eye finds it."""
    mark, context = fault.problem_mark, fault.context_mark
    scanned = isinstance(fault, yaml.scanner.ScannerError)
    at = (context.line if context else 0) or (mark.line if mark else 0)
    counted = at + scanned if at else 0
    lines = text.split("\n")
    problem = fault.problem or "cannot be read"
    began = context if "end of stream" in problem and context else mark
    line = min((began.line if began else 0) + 1, len(lines))
    tab = next((n for n, each in enumerate(lines, 1) if "\t" in each[: len(each) - len(each.lstrip())]), 0)
    if tab and tab <= line + 1:
        problem, line = "found a tab character that violates indentation", tab
    words = f"yaml: line {counted}: {problem}" if counted else f"yaml: {problem}"
    if "alias" in problem:
        say = f"`{lines[line - 1].strip()[:60]}` points to an anchor (`&name`) that is not there."
        return broken(line, "YAML_ALIAS", say, words)
    return broken(line, "YAML_SYNTAX", _explain(problem, lines[line - 1]), words, lines[line - 1].strip())


def _explain(problem: str, line: str) -> str:
    shown = line.strip()[:60]
    if "tab character" in problem:
        return "this line is moved in with a tab. YAML wants blanks: two for each step."
    if "mapping values" in problem:
        return f"`{shown}` has a `:` where none can stand. Is the line moved in too far, or does the text want quotes?"
    if "cannot start any token" in problem:
        return f"`{shown}` begins with a sign that YAML keeps for itself. Put quotes around the text."
    if "end of stream" in problem or "end of file" in problem:
        return "a quote is opened here and never closed."
    if "',' or" in problem:
        return f"`{shown}`: a bracket is opened and never closed, or a comma is missing."
    if "node content" in problem:
        return f"`{shown}` cannot stand here. Is a bracket, `[` or `{{`, opened above and never closed?"
    return f"`{shown}` does not line up with the lines above it. Keys that belong together begin in the same column."
