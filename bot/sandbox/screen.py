"""What a terminal would finally show of a program's output, safe to quote anywhere. Pure.

Colours, cursor tricks, window titles, clipboard writes and hidden links are dropped, overwritten text is gone as it
would be on a screen, and characters that reorder or hide text become visible marks.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64 * 1024  #: bytes of one command's output
LONGEST_LINE = 8 * 1024

#: CSI, OSC (with BEL or ST), other string controls, and two-byte escapes; each part is bounded by what ends it
ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]|\x1b"
)
#: bidirectional controls, zero-width characters, byte-order mark, tags
HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


def shown(text: str, limit: int = LONGEST) -> str:
    """Return the text as a terminal would leave it, at most `limit` bytes, cut in the middle and saying so."""
    lines = ESCAPES.sub("", cut(text, limit * 2)).replace("\r\n", "\n").split("\n")
    return cut("\n".join(_line(line) for line in lines), limit)


def cut(text: str, limit: int) -> str:
    """Return head and tail of the text in at most about `limit` bytes, with a line that counts what is missing."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit:
        return raw.decode("utf-8", "replace")
    mark = len("\n… 9,999,999,999 bytes omitted …\n".encode())
    head = max(0, limit - mark) // 2
    tail = max(0, limit - mark - head)
    first = raw[:head].decode("utf-8", "ignore")
    last = raw[len(raw) - tail :].decode("utf-8", "ignore")
    return f"{first}\n… {len(raw) - head - tail:,} bytes omitted …\n{last}"


def _line(line: str) -> str:
    line = line.rstrip("\r")
    if "\r" in line or "\b" in line:
        line = _overwritten(line)
    line = HIDDEN.sub("�", line)
    line = "".join(c for c in line if c == "\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co"})
    if len(line) > LONGEST_LINE:
        half, missing = LONGEST_LINE // 2, len(line) - LONGEST_LINE
        line = f"{line[:half]} … {missing:,} characters omitted … {line[-half:]}"
    return line


def _overwritten(line: str) -> str:
    cells: list[str] = []
    at = 0
    for char in line:
        if char == "\r":
            at = 0
        elif char == "\b":
            at = max(0, at - 1)
        else:
            cells[at : at + 1] = [char]
            at += 1
    return "".join(cells)
