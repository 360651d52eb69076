"""What Slack and phones do to a command on its way here, undone."""

from __future__ import annotations

import re

#: `<…>` as Slack writes links and mentions; what a person types as `<` arrives as `&lt;`
_TAG = re.compile(r"<([^<>\n]{1,3000})>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))

_QUOTES = str.maketrans({**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛′", "'")})
#: blanks of every width, and the line ends that are not `\n`
_BLANKS = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f", " "),
        **dict.fromkeys("\u205f\u3000", " "),
        **dict.fromkeys("\u2028\u2029\x0b\x0c\x85", "\n"),
    }
)
#: zero-width and direction-changing characters: they can be seen by nobody, so they can be meant by nobody
HIDDEN = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\ufeff"
)
_HIDDEN = str.maketrans(dict.fromkeys(HIDDEN, None))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_OPTION = re.compile(rf"(?<!\S)([-{_DASHES}]*[{_DASHES}]-?)([A-Za-z][A-Za-z0-9-]*)")
_INSIDE = re.compile(rf"(?<=\w)[{_DASHES}](?=\w)")


def _untag(match: re.Match[str]) -> str:
    target, bar, label = match[1].partition("|")
    if target.startswith(("@", "#", "!")):
        name = label if bar else target[1:]
        if target.startswith("!"):
            return label or "@" + target[1:].partition("^")[0]
        return target[0] + name.lstrip("@#")
    # Slack makes a link of what was typed and keeps the typed text as the label
    return label if bar else target.removeprefix("mailto:")


def unslack(text: str) -> str:
    """Return what the person typed: links as typed, mentions as plain `@name`, `&lt; &gt; &amp;` as `< > &`.

    Source: https://docs.slack.dev/messaging/formatting-message-text
    """
    text = _TAG.sub(_untag, text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def tidy(text: str, long_options: frozenset[str]) -> str:
    """Return the text with plain quotes, blanks and dashes; nothing invisible is left.

    `—rm` becomes `--rm` and `–d` becomes `-d`: the name tells which, by `long_options`.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS).translate(_QUOTES).translate(_HIDDEN)
    text = _CONTROL.sub("", text)
    if not any(dash in text for dash in _DASHES):
        return text

    def option(match: re.Match[str]) -> str:
        name = match[2]
        long = name in long_options or (len(name) > 4 and "\u2014" in match[1])
        return ("--" if long else "-") + name

    return _INSIDE.sub("-", _OPTION.sub(option, text))
