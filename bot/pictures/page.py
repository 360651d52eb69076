"""The sheet that every drawing is on: its size, its colours, its letters, and texts made safe to stand on it. Pure.

Colours are told apart by everybody: blue and orange of Okabe and Ito's set, which differ in lightness too.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

#: Slack shows a picture about 360 to 700 pixels wide: at 1,000, letters below 22 pixels cannot be read there.
WIDTH = 1000
SMALLEST_PX = 22
PAPER, INK, FAINT, LINE = "#ffffff", "#1a1a1a", "#5c5c5c", "#d9d9d9"
BLUE, ORANGE = "#0072b2", "#e69f00"

STYLE = f"""
* {{ box-sizing: border-box; margin: 0; }}
html, body {{ background: {PAPER}; color: {INK}; overflow: hidden; }}
body {{ font: {SMALLEST_PX}px/1.3 "Noto Sans", "DejaVu Sans", sans-serif; }}
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page to be drawn, and what it shows in words; sizes are pixels."""

    html: str  #: whole; no script of it runs and nothing is fetched
    width: int
    height: int
    alt: str


def sheet(body: str, style: str, height: int, alt: str, width: int = WIDTH) -> Drawing:
    """Return a drawing with this HTML on it; texts of others in it went through `safe`."""
    # even where a text was not made safe, nothing of it runs and nothing is fetched
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<style>{STYLE}{style}</style></head><body>{body}</body></html>"
    )
    return Drawing(html, width, height, alt)


def safe(text: str) -> str:
    """Return a text as it may stand in a sheet, in an attribute too."""
    return escape("".join(sign if sign.isprintable() else " " for sign in text))
