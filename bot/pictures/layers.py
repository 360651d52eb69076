"""An image's layers by size: one bar a layer, in the order of the file system, the base's apart from one's own. Pure.

Bars alone would hide a small layer of one's own under a base of 200 MB, so every bar has its number beside it, and what
adds nothing (CMD, EXPOSE, …) is counted in one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.page import BLUE, FAINT, INK, LINE, ORANGE, SMALLEST_PX, Drawing, safe, sheet

ROWS = 14  #: more of them are put together
ROW_PX, TOP_PX, BOTTOM_PX = 44, 132, 72
WORDS = 34  #: characters of an instruction


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: what made it, as the engine keeps it, its bytes, and whether it came with the base image."""

    made_by: str
    size: int
    base: bool


def layers(image: str, found: Sequence[Layer]) -> Drawing | None:
    """Return the picture of an image's layers (newest first, as `docker history` has them); None where none is."""
    sized = [each for each in found if each.size]
    if not sized:
        return None
    rows = _fewer(sized)
    whole, largest = sum(each.size for each in sized), max(each.size for each in rows)
    own = sum(each.size for each in sized if not each.base)
    height = TOP_PX + ROW_PX * len(rows) + BOTTOM_PX
    empty = len(found) - len(sized)
    body = (
        f"<h1>{safe(shortened(image, 40))}<small>{human(whole)}</small></h1>"
        f'<p class="key">{_key(BLUE, "yours", own)}{_key(ORANGE, "from the base image", whole - own)}</p>'
        f"<table>{''.join(_row(each, largest) for each in rows)}</table>"
        f"<footer>{_rest(empty)}</footer>"
    )
    return sheet(body, STYLE, height, _alt(image, rows, whole, own, empty))


def _key(colour: str, whose: str, size: int) -> str:
    return f'<span><i style="background:{colour}"></i>{whose}: {human(size)}</span>' if size else ""


def _fewer(sized: Sequence[Layer]) -> list[Layer]:
    """Return the layers, newest first; where there are many, the smallest of the base's are one."""
    rows = list(sized)
    while len(rows) > ROWS:
        small = sorted(range(len(rows)), key=lambda at: (not rows[at].base, rows[at].size))[: len(rows) - ROWS + 1]
        put = [rows[at] for at in small]
        made = Layer(f"{len(put)} smaller layers", sum(each.size for each in put), all(each.base for each in put))
        rows = [each for at, each in enumerate(rows) if at not in small] + [made]
    return rows


def _row(layer: Layer, largest: int) -> str:
    share = max(100 * layer.size / largest, 0.4)
    colour = ORANGE if layer.base else BLUE
    return (
        f"<tr><th>{safe(shortened(instruction(layer.made_by), WORDS))}</th>"
        f'<td><b style="width:{share:.1f}%;background:{colour}"></b></td><td class="size">{human(layer.size)}</td></tr>'
    )


def _rest(empty: int) -> str:
    if not empty:
        return "Newest layer on top."
    steps = "1 more step adds" if empty == 1 else f"{empty} more steps add"
    return f"Newest layer on top. {steps} nothing to the size."


def _alt(image: str, rows: Sequence[Layer], whole: int, own: int, empty: int) -> str:
    said = [f"Bars of the layers of {image} by size, newest first: {human(whole)} in all, {human(own)} of it yours."]
    for each in rows:
        whose = "base image" if each.base else "yours"
        said.append(f"{human(each.size)} {shortened(instruction(each.made_by), WORDS)} ({whose}).")
    return " ".join([*said, _rest(empty)])


def instruction(made_by: str) -> str:
    """Return the instruction that made a layer, as it stands in a Dockerfile, from what either builder keeps of it."""
    text = " ".join(made_by.split()).removesuffix("# buildkit").strip()
    if nop := re.match(r"/bin/sh -c #\(nop\) +(.*)", text):
        text = nop[1]
    elif shell := re.match(r"(?:RUN )?(?:\|\d+ (?:\S+=\S* )*)?/bin/sh -c (.*)", text):
        text = f"RUN {shell[1]}"
    # what is copied is kept as a sum, which tells a reader nothing
    text = re.sub(r"\b(?:file|dir|multi):[0-9a-f]{6,} in ", "", text)
    return re.sub(r"^(ADD|COPY) (\S+) ?$", r"\1 … \2", text) or "(nothing is known of it)"


def shortened(text: str, longest: int) -> str:
    """Return a text of at most so many characters, cut with a visible …"""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def human(size: int) -> str:
    """Return a size as Docker writes it: `3.21MB`, `512B`."""
    number, units = float(size), ["B", "kB", "MB", "GB", "TB"]
    while number >= 999.5 and len(units) > 1:
        number /= 1000
        units.pop(0)
    return f"{number:.3g}{units[0]}"


STYLE = f"""
body {{ padding: 28px 36px; }}
h1 {{ font-size: 36px; font-weight: 700; }}
h1 small {{ float: right; font-size: 36px; font-weight: 400; color: {FAINT}; }}
.key {{ margin: 8px 0 18px; color: {INK}; font-size: 24px; }}
.key i {{ display: inline-block; width: 22px; height: 22px; margin-right: 10px; vertical-align: -3px; }}
.key span {{ margin-right: 40px; }}
table {{ width: 100%; border-collapse: collapse; table-layout: fixed; }}
tr {{ height: {ROW_PX}px; border-top: 1px solid {LINE}; }}
th {{ width: 430px; text-align: left; font-weight: 400; white-space: nowrap; overflow: hidden;
      font-family: "DejaVu Sans Mono", monospace; font-size: {SMALLEST_PX - 1}px; }}
td {{ padding: 0; }}
td b {{ display: block; height: 26px; }}
td.size {{ width: 110px; text-align: right; font-weight: 700; }}
footer {{ margin-top: 16px; color: {FAINT}; }}
"""
