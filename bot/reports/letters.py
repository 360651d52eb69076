"""Which fonts of this machine pictures are lettered with, and what is drawn of a text that they lack letters of."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

MISSING = "▯"  #: in place of a letter that no font here has; what is no letter (emoji) is left out
FIRST = "DejaVu Sans"  #: comes with matplotlib
#: families that write the scripts that the first lacks, each where it is installed
MORE = (
    *("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil"),
    *("Noto Sans Telugu", "Noto Sans Thai", "Noto Sans Ethiopic", "Noto Sans Georgian", "Noto Sans Armenian"),
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "IPAGothic", "NanumGothic", "Droid Sans Fallback"),
    *("FreeSans", "Unifont"),
)


def families() -> Sequence[str]:
    """Return the families that are here, the first one first."""
    from matplotlib.font_manager import fontManager

    here = {font.name for font in fontManager.ttflist}
    return [FIRST, *(name for name in MORE if name in here)]


@cache
def _letters(families: tuple[str, ...]) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    known: set[int] = set()
    for family in families:
        font: Any = get_font(findfont(FontProperties(family=family)))
        known |= font.get_charmap().keys()
    return frozenset(known)


def lettered(text: str, families: Sequence[str], most: int) -> str:
    """Return what can be drawn of a text, at most so many characters."""
    known = _letters(tuple(families))
    made = "".join(_sign(sign, known) for sign in text)
    made = " ".join(made.split()) or MISSING
    return made if len(made) <= most else made[: most - 1].rstrip() + "…"


def _sign(sign: str, known: frozenset[int]) -> str:
    if ord(sign) in known or sign == " ":
        return sign
    return MISSING if unicodedata.category(sign)[0] in "LN" else ""
