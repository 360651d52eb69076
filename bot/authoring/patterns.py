"""Rules for signatures: readable, and quick on any text, a hostile one too."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: an escape, a character class, the opening or end of a group, a quantifier
TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<open>\((?:\?(?:P<\w+>|<?[=!:]))?)|(?P<close>\))"
    r"|(?P<many>[*+]\??|\{\d*,\}\??)|(?P<some>\?\??|\{\d+(?:,\d+)?\}\??)",
    re.DOTALL,
)


def pattern_problems(sign: str) -> Iterator[str]:
    """Yield why a signature cannot be used: no regular expression, or one that a long text could hold up."""
    try:
        re.compile(sign)
    except re.error as error:
        yield f"is not a regular expression: {error}"
        return
    if re.search(sign, ""):
        yield "finds something in an empty text"
    groups = [False]  # for each open group: does it hold a quantifier?
    closed, at = None, 0  # did the group that ended last hold one, and where did the last token end?
    for token in TOKEN.finditer(sign):
        repeated, closed = closed if at == token.start() else None, None
        at = token.end()
        if token["open"]:
            groups.append(False)
        elif token["close"] and len(groups) > 1:
            closed = groups.pop()
            groups[-1] = groups[-1] or closed
        elif token["many"]:
            yield f"`{token[0]}` has no upper limit: write `{{0,N}}`"
        elif token["some"]:
            if repeated and not token[0].startswith("?"):
                yield f"`{token[0]}` repeats a group that repeats something itself"
            groups[-1] = True
