"""A message → the lines that were typed: fences, prompts, bullets and continued lines taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.handin.docker_flags import LONG_OPTIONS
from bot.handin.typography import tidy

_FENCE = "```"
#: what people write behind an opening fence
_LANGUAGES = frozenset({"bash", "sh", "shell", "zsh", "console", "terminal", "powershell", "ps1", "cmd", "text", "txt"})
_BULLET = re.compile(r"(?:[-*•·]|\d{1,2}[.)])\s+(?=(?:sudo |\$ |`)?(?:docker|curl)\b)")
_WINDOWS_PROMPT = re.compile(r"(?:\(\w{1,30}\) )?(?:PS ?)?[A-Za-z]:\\[^>\n]{0,200}>\s*")
_PROMPTS = (
    _WINDOWS_PROMPT,
    re.compile(r"PS>\s*|PS /[^>\n]{0,200}>\s*"),
    re.compile(r"(?:\(\w{1,30}\) )?\[?[\w.-]{1,40}@[\w.-]{1,80}[ :]?[^\s$#%>]{0,200}\s?[\])]?\s?[$#%>]\s+"),
    re.compile(r"(?:ba|z|da|k)?sh-\d[\d.]{0,8}[$#]\s+"),
    re.compile(r"[➜❯λ»▶]\s+(?:[~\w./-]{1,80}\s+(?:git:\([^)\n]{0,60}\)\s*[✗✔]?\s*)?)?(?=docker|curl|ls|cat|sudo)"),
    re.compile(r"[➜❯λ»▶]\s+"),
    re.compile(r"[~/][\w./-]{0,80}\s?[$#%]\s+"),
    re.compile(r"[$%>]\s+"),
    re.compile(r"#\s+(?=(?:docker|curl)\s+[-a-z])"),
    re.compile(r"[$](?=docker|curl)"),
)
_EMPTY_PROMPT = re.compile(r"[$%#>]|(?:PS )?[A-Z]:\\[^>\n]{0,200}>")


@dataclass(frozen=True, slots=True)
class Typed:
    """One line as typed, without what a terminal or a chat put around it."""

    text: str
    prompted: bool = False
    windows: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """The part of a message that may hold commands. `around` tells that prose stands around code."""

    lines: tuple[Typed, ...]
    around: bool = False


def read_lines(text: str) -> Body:
    """Return the lines of a message (or of its code blocks, when it has any)."""
    text = tidy(text, LONG_OPTIONS)
    around = False
    if _FENCE in text:
        parts = text.split(_FENCE)
        around = any(part.strip() for part in parts[::2])
        text = "\n".join(_without_language(part) for part in parts[1::2])
    return Body(tuple(_joined([line for raw in text.split("\n") if (line := _clean(raw)) is not None])), around)


def _without_language(block: str) -> str:
    first, newline, rest = block.partition("\n")
    return rest if newline and first.strip().lower() in _LANGUAGES else block


def _clean(raw: str) -> Typed | None:
    """Return the line without prompt and bullet, None when nothing is left."""
    text = raw.strip()
    if not text or _EMPTY_PROMPT.fullmatch(text):
        return None
    text = _BULLET.sub("", text, count=1)
    if len(text) > 2 and text[0] == "`" == text[-1] and text.count("`") == 2:
        text = text[1:-1].strip()
    for prompt in _PROMPTS:
        if (match := prompt.match(text)) and match.end() < len(text):
            return Typed(text[match.end() :].strip(), prompted=True, windows=prompt is _WINDOWS_PROMPT)
    return Typed(text)


def _continued(text: str) -> str | None:
    """Return the line without the sign that says it goes on, None when it ends."""
    if text.endswith("\\") or (text.endswith(("^", "`")) and text[-2:-1].isspace()):
        return text[:-1].rstrip()
    return None


def _joined(lines: list[Typed]) -> list[Typed]:
    """Return the lines with continued ones made whole; a line of options belongs to the command before it."""
    whole: list[tuple[Typed, list[str]]] = []
    going_on = False
    for line in lines:
        rest = _continued(line.text)
        text = line.text if rest is None else rest
        if whole and (going_on or (not line.prompted and line.text.startswith(("-", "&&")))):
            whole[-1][1].append(text)
        else:
            whole.append((line, [text]))
        going_on = rest is not None
    return [Typed(" ".join(parts), line.prompted, line.windows) for line, parts in whole]
