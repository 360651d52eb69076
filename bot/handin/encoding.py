"""How a handed-in text is kept: as UTF-8 without a mark at its start, its line ends and tabs as they came.

Only what a Linux container could not read at all is changed, and then it is said: other encodings, and the Windows
line ends of scripts (`#!/bin/sh\\r` names a program that nobody has).
"""

from __future__ import annotations

import re

_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
#: bytes that have no letter in Windows' old encoding, or that no text has
_NO_LETTER = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\x81\x8d\x8f\x90\x9d]")
_UTF_16 = "was saved as UTF-16, as PowerShell's `>` does, and Docker cannot read that. I keep it as UTF-8."
_OLD = "was saved in an old Windows encoding. I keep it as UTF-8; please look at its accents and umlauts."
_LINE_ENDS = "had Windows line ends, with which no Linux shell starts a script. I keep it with plain ones."


def readable(path: str, content: bytes) -> tuple[bytes, str]:
    """Return the content to keep, and one sentence about what had to be changed ('' for nothing worth a word)."""
    text, changed = _decoded(content)
    if text is None:
        return content, ""
    script = path.lower().endswith((".sh", ".bash")) or text.startswith("#!")
    if script and "\r\n" in text:
        text, changed = text.replace("\r\n", "\n"), changed or _LINE_ENDS
    return text.encode(), f"`{path}` {changed}" if changed else ""


def _decoded(content: bytes) -> tuple[str | None, str]:
    """Return the text and what was odd about it, None for what is no text."""
    if content.startswith(_UTF_8_MARK):
        return _strictly(content[len(_UTF_8_MARK) :], "utf-8"), ""
    for mark, name in _UTF_16_MARKS.items():
        if content.startswith(mark):
            return _strictly(content[len(mark) :], name), _UTF_16
    if name := _unmarked_utf_16(content):
        return _strictly(content, name), _UTF_16
    text = _strictly(content, "utf-8")
    if text is not None or not _may_be_old(content):
        return text, ""
    return _strictly(content, "cp1252"), _OLD


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def _unmarked_utf_16(content: bytes) -> str:
    """Return the kind of UTF-16 that a text of plain letters is, '' for anything else: every second byte is zero."""
    if len(content) < 4 or len(content) % 2:
        return ""
    half = len(content) // 2
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if content[start::2].count(0) >= 0.9 * half and not content[1 - start :: 2].count(0):
            return name
    return ""


def _may_be_old(content: bytes) -> bool:
    """Tell whether this is mostly plain letters, with a few that older Windows programs wrote as one byte."""
    foreign = sum(byte >= 128 for byte in content)
    return foreign * 10 <= len(content) and not _NO_LETTER.search(content)
