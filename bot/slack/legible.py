"""What others wrote, made fit to be shown: it reads as it is, and it does nothing. Pure.

Others are learners, their programs and files, the names of people, and texts of Slack's own. `legible` makes visible
what hides or reorders text; `literal` and `inert` also take the life out of what Slack would make a mention or a link
of. Lengths are counted after all that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.core.panels import ISOLATE, ISOLATE_END
from bot.handin.secrets import without_tokens

GONE = "�"  #: in place of a character that nobody could see, or that would change how others are seen
MARKS = 4  #: accents on one letter; writing systems need up to three or four

#: all but what certainly shows: Latin letters, punctuation, arrows, boxes, common pictures
_DOUBTFUL = re.compile("[^\t\n\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u2bff]")
#: control characters, those that turn the direction or have no width, halves of pairs, private ones
_UNSEEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Co"})
#: letters and accents of no width, and signs that are of such a kind but show
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_SHOWN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
_LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n"})
_JOINER = "\u200d"
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_TOWER = re.compile(r"[^\x00-\u02ff]{5,}")

#: a mention, a special mention or a link as Slack writes them; a blank of no width after the `<` leaves plain text.
#: A name may have been cut right behind its `<https` or `<javascript`, and what follows it is not known here.
_ACTS = re.compile(r"<(?=[!@#]|https?|mailto|slack|javascript|[a-z][a-z0-9+.-]{1,20}:)", re.IGNORECASE)
#: what older clients and `link_names` make a mention of
_CALLS = re.compile(r"@(?=(?:here|channel|everyone|group))", re.IGNORECASE)
_LABELLED = re.compile(r"\](?=[(\[])")
_DEFINED = re.compile(r"^([ \t>]{0,9}\[[^\]\n]{0,300}\])(?=:)", re.MULTILINE)
_STOP = "\u200b"
_NAMES = re.compile(f"{ISOLATE}([^{ISOLATE}{ISOLATE_END}\n]+){ISOLATE_END}")


def whole(text: str) -> str:
    """Return a text that came from outside as one that can be kept: no halves of pairs, no NUL."""
    if text.isascii() and "\0" not in text:
        return text
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.replace("\0", GONE)


def legible(text: str) -> str:
    """Return the text with a visible � for what could not be seen, and **** for tokens of services."""
    text = without_tokens(text)
    if text.isascii() and text.isprintable():
        return text
    text = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    text = text.replace("\r\n", "\n").translate(_LINE_ENDS)
    text = _DOUBTFUL.sub(lambda found: _seen(text, found.start()), text)
    return _TOWER.sub(lambda run: _low(run[0]), text)


def apart(text: str, show: Callable[[str], str]) -> str:
    """Return the text as `show` shows it, and in it names (`bot.core.panels.called`) in their own direction."""
    pieces = _NAMES.split(text)  # every second one is a name
    return "".join(f"{ISOLATE}{show(each)}{ISOLATE_END}" if n % 2 else show(each) for n, each in enumerate(pieces))


def literal(text: str) -> str:
    """Return text that Slack shows literally in mrkdwn and in `text`. Source: docs.slack.dev, formatting text."""
    text = legible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CALLS.sub(f"@{_STOP}", text)


def inert(text: str) -> str:
    """Return Markdown of which others' words may be a part: nothing in it mentions anybody or hides where it leads.

    A link shows its address beside its label; a quoted `<!channel>` or `<https://…|…>` stays text.
    """
    text = _ACTS.sub(f"<{_STOP}", legible(text))
    text = _DEFINED.sub(lambda found: f"{found[1]} ", _LABELLED.sub("] ", text))
    return _CALLS.sub(f"@{_STOP}", text)


def _seen(text: str, at: int) -> str:
    """Return the character, or what stands for one that nobody sees; some join two pictures into one."""
    char = text[at]
    if char in _SHOWN or (char not in _UNSEEN and unicodedata.category(char) not in _UNSEEN_KINDS):
        return char
    joins = char == _JOINER and 0 < at < len(text) - 1 and _picture(text[at - 1]) and _picture(text[at + 1])
    return char if joins else GONE


def _picture(char: str) -> bool:
    return char == "\ufe0f" or unicodedata.category(char) in {"So", "Sk"}


def _low(run: str) -> str:
    """Return a run of letters with no more accents on any than writing needs."""
    kept: list[str] = []
    height = 0
    for char in run:
        height = height + 1 if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"} else 0
        if height <= MARKS:
            kept.append(char)
    return "".join(kept)
