"""Commands that a message shows without asking to run them: a terminal's transcript, code in the middle of a text."""

from __future__ import annotations

import re

from bot.handin.chatter import is_command
from bot.handin.lines import read_lines

MOST = 10
_LONGEST = 20_000
_INLINE = re.compile(r"`([^`\n]{3,300})`")
_ASKED = re.compile(
    r"(?:please\s+|pls\s+|can you\s+|could you\s+|now\s+)*(?:run|execute|do|type|try)(?:\s+this)?\s*:?\s+`?"
    r"((?:sudo\s+)?(?:docker|curl)\s[^\n`]+?)`?(?:\s+(?:please|pls|for me))*\s*[.!?]?",
    re.IGNORECASE,
)


def asked_command(text: str) -> str:
    """Return the command of `please run docker ps`, '' for other messages."""
    asked = _ASKED.fullmatch(text.strip())
    return asked[1].strip() if asked and is_command(asked[1].strip()) else ""


def read_transcript(text: str) -> tuple[str, ...]:
    """Return the commands in a transcript or beside a text, in order; () when there is nothing that was run.

    In a transcript they stand behind prompts, with what they printed between them; in a text they are code.
    """
    if len(text) > _LONGEST:
        return ()
    body = read_lines(text)
    prompted = [line.text for line in body.lines if line.prompted and is_command(line.text)]
    plain = [line.text for line in body.lines if not line.text.startswith("#")]
    if prompted and len(plain) > len(prompted):
        found = prompted
    elif body.around and plain and all(map(is_command, plain)):
        found = plain
    else:
        inline = _INLINE.findall(text) if "?" not in text else []
        found = inline if len(inline) > 1 and all(map(is_command, inline)) else []
    return tuple(found[:MOST])
