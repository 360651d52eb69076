"""Read signatures: which text they are tried on, and how.

Programs colour, wrap and prefix what they print, phones change its quotes, and a log may be long. So a text is
cleaned once and folded to small letters, and a signature is written for the meaning of a message.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: characters that are looked at: the beginning, which says what was done, and the end, which says how it ended
HEAD, TAIL = 12_000, 28_000
LONGEST_LINE = 1_500
#: a text of at most so many characters may be a wrapped message; a longer one is a log, with lines of its own
MESSAGE = 3_000

COLOUR = re.compile(r"\x1b\[[0-9;?]{0,20}[@-~]|\x1b[@-_]|\[\d{1,3}(?:;\d{1,3}){0,3}m")
BLANKS = re.compile(r"[ \t]{2,}")
STRAIGHT = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "\xa0": " ", "\t": " ", "\r": "\n"}
)
SMALL = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})


def clean(text: str) -> str:
    """Return the text without colours, typographic quotes and over-long lines; of a long text its head and tail."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    text = COLOUR.sub("", text.translate(STRAIGHT)).replace('\\"', '"')
    return "\n".join(_cut(line) for line in BLANKS.sub(" ", text).split("\n"))


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 500]} … {line[-500:]}"


def folded(text: str) -> str:
    """Return the text in small letters, every character still at its place (`str.lower` may add some)."""
    return text.translate(SMALL)


def unwrapped(text: str) -> tuple[str, ...]:
    """Return how a short text read before its lines were broken: at blanks, or in the middle of words."""
    lines = [line.strip(" │|>") for line in text.split("\n")]
    lines = [line for line in lines if line]
    if len(lines) < 2 or len(text) > MESSAGE:
        return ()
    return (" ".join(lines), "".join(lines))


@lru_cache(maxsize=1024)
def compiled(sign: str) -> re.Pattern[str]:
    """Return the signature for folded text. Raises: re.error."""
    # in folded text a plain search does, which is several times as quick as one that ignores case
    return re.compile(re.sub(r"\\.|[A-Z]", lambda m: m[0] if m[0][0] == "\\" else m[0].lower(), sign), re.MULTILINE)
