"""The pictures of a report, with matplotlib, without its state for a whole process (`pyplot`).

To be imported late, and in a process of its own: it takes a second and 60 MB. Colours are of Okabe and Ito, and differ
in lightness too, so that no picture needs colours to be told apart. A phone shows them 360 points wide: `WIDTH_IN` and
the sizes of letters are chosen for that.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.lines
import matplotlib.ticker
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch

from bot.core.cohorts.figures import Cell, Digest, State, StepFigures
from bot.reports import alts
from bot.reports.letters import families, lettered

WIDTH_IN, DPI = 7.2, 150
LABEL = 34  #: characters beside a bar
INK, FAINT, LINE = "#222222", "#f2f2f2", "#bbbbbb"
SKY, BLUE, NAVY, ORANGE, RUST, GREY = "#a6d4f2", "#0072b2", "#00395c", "#e69f00", "#d55e00", "#8a8a8a"
FEW = 5  #: so few values are shown as dots: a box would say more than they do
NAMED = 60  #: so many learners have their names beside the map
HARDEST = 12
TICKS_MIN = (0.25, 0.5, 1, 2, 5, 10, 20, 60, 120, 240)


def pictures(digest: Digest) -> Iterator[tuple[str, bytes, str]]:
    """Yield each picture: its name, the PNG, what it shows in words."""
    for name, (draw, tell) in PICTURES.items():
        yield f"{name}.png", picture(draw, digest), tell(digest)


def picture(draw: Callable[[Digest], Figure], digest: Digest) -> bytes:
    """Return one picture as a PNG."""
    with drawing():
        made = io.BytesIO()
        FigureCanvasAgg(draw(digest)).print_png(made)  # type: ignore[no-untyped-call]
        return made.getvalue()


@contextmanager
def drawing() -> Iterator[None]:
    """Draw the block with our letters; nobody's `$` begins a formula."""
    settings: dict[Any, Any] = {"font.family": list(families()), "font.size": 11, "text.parse_math": False}
    settings |= {"axes.edgecolor": LINE, "text.color": INK, "xtick.color": INK, "ytick.color": INK}
    with mpl.rc_context(settings):
        yield


def funnel(digest: Digest) -> Figure:
    """Return how many came to each section, and through it."""
    rows = digest.sections
    figure, axes = _sheet(0.62 * len(rows) + 1.9, "How far the class came", _class(digest))
    places = range(len(rows))
    axes.barh(places, [each.began for each in rows], 0.72, color=SKY, label="began")
    axes.barh(places, [each.done for each in rows], 0.72, color=BLUE, label="got through")
    axes.barh(places, [each.proved for each in rows], 0.3, color=NAVY, label="passed every step")
    most = max(1, digest.totals.started)
    for place, each in zip(places, rows, strict=True):
        axes.text(each.began + most * 0.015, place, f"{each.done} of {each.began}", va="center", fontsize=11)
    _rows(axes, [f"{each.id} {each.title}" for each in rows])
    axes.set_xlim(0, most * 1.17)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("learners")
    _legend(figure, axes.get_legend_handles_labels()[0])
    return figure


def times(digest: Digest) -> Figure:
    """Return what each step took those who passed it."""
    rows = [each for each in digest.steps if each.times_s] or list(digest.steps[:1])
    figure, axes = _sheet(0.3 * len(rows) + 2.1, "Time per step", "who passed it; a pause counts as 5 minutes at most")
    boxes = [(place, each) for place, each in enumerate(rows) if len(each.times_s) >= FEW]
    style: Mapping[str, Any] = {"boxprops": {"facecolor": SKY, "edgecolor": BLUE}, "medianprops": {"color": NAVY}}
    if boxes:
        lines = {"whiskerprops": {"color": BLUE}, "capprops": {"color": BLUE}}
        axes.bxp(
            [_box(each) for _, each in boxes],
            positions=[place for place, _ in boxes],
            orientation="horizontal",
            widths=0.62,
            showfliers=False,
            patch_artist=True,
            **style,
            **lines,
        )
    few = [(value / 60, place) for place, each in enumerate(rows) if len(each.times_s) < FEW for value in each.times_s]
    axes.plot([x for x, _ in few], [y for _, y in few], "o", color=BLUE, markersize=5)
    meant = [each.minutes for each in rows]
    axes.plot(meant, range(len(rows)), "D", color=RUST, markersize=5, markeredgecolor="white", markeredgewidth=0.6)
    _rows(axes, [f"{each.ref.section} {each.title}" for each in rows])
    _minutes(axes, [value / 60 for each in rows for value in each.times_s] + meant)
    middle = Patch(facecolor=SKY, edgecolor=BLUE, label="middle half, line: median")
    _legend(figure, [middle, _dot("D", RUST, "as meant"), _dot("o", BLUE, f"fewer than {FEW} people")])
    return figure


def _box(each: StepFigures) -> dict[str, Any]:
    """Return the box; whiskers leave out the slowest and the quickest twentieth."""
    values = each.times_s
    ends = values[len(values) // 20], values[-1 - len(values) // 20]
    found = dict(zip(("q1", "med", "q3"), (alts.quarter(values, which) / 60 for which in (1, 2, 3)), strict=True))
    return found | {"whislo": min(ends[0] / 60, found["q1"]), "whishi": max(ends[1] / 60, found["q3"]), "fliers": []}


def _minutes(axes: Any, values: Sequence[float]) -> None:
    low, high = max(0.1, min(values, default=0.5)), max(values, default=5)
    axes.set_xscale("log")
    axes.set_xlim(low * 0.8, high * 1.25)
    ticks = [each for each in TICKS_MIN if low * 0.8 <= each <= high * 1.25]
    axes.set_xticks(ticks, [f"{each:g}" for each in ticks])
    axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    axes.set_xlabel("minutes (each mark about twice the one before)")
    axes.grid(axis="x", color=FAINT)
    axes.set_axisbelow(True)


#: what a cell of the map is drawn as: (colour, what it means)
SHADES = (
    (FAINT, "not reached"),
    (SKY, "passed, at most 1 check"),
    (BLUE, "passed, 2–3 checks"),
    (NAVY, "passed, 4 or more"),
    (GREY, "skipped"),
    (ORANGE, "begun, at most 2 checks"),
    (RUST, "begun, 3 or more"),
)


def shade(cell: Cell) -> int:
    """Return which of the `SHADES` a cell has."""
    match cell.state:
        case State.AHEAD:
            return 0
        case State.PASSED:
            return 1 if cell.tries <= 1 else 2 if cell.tries <= 3 else 3
        case State.SKIPPED:
            return 4
        case State.OPEN:
            return 5 if cell.tries <= 2 else 6


def heat(digest: Digest) -> Figure:
    """Return the map of learners and steps."""
    lines, steps = digest.lines, digest.steps
    named = len(lines) <= NAMED
    height = max(1.2, (0.27 if named else 0.026) * len(lines))
    figure, axes = _sheet(height + 2.6, "Who is where", "one row a learner, one column a step, who is furthest on top")
    shades = [[shade(cell) for cell in line.cells] for line in lines] or [[0] * len(steps)]
    colours = ListedColormap([colour for colour, _ in SHADES])
    options: dict[str, Any] = {"cmap": colours, "vmin": -0.5, "vmax": len(SHADES) - 0.5}
    if named:
        options |= {"edgecolors": "white", "linewidth": 0.8}
    axes.pcolormesh(shades, **options)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    _sections(axes, digest)
    if named:
        fonts = families()
        axes.set_yticks(
            [place + 0.5 for place in range(len(lines))], [lettered(each.label, fonts, 22) for each in lines]
        )
    else:
        axes.set_ylabel(f"{len(lines)} learners")
        axes.set_yticks(range(0, len(lines), 50 if len(lines) <= 500 else 200))
    _legend(figure, [Patch(facecolor=colour, edgecolor=LINE, label=name) for colour, name in SHADES])
    return figure


def _sections(axes: Any, digest: Digest) -> None:
    """Number the sections on top, and part them."""
    axes.xaxis.tick_top()
    of = [each.ref.section for each in digest.steps]
    starts = [number for number in range(len(of)) if not number or of[number] != of[number - 1]]
    ends = [*starts[1:], len(digest.steps)]
    middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
    axes.set_xticks(middles, [of[start] for start in starts])
    for start in starts[1:]:
        axes.axvline(start, color=INK, linewidth=1)


def hard(digest: Digest) -> Figure:
    """Return the conditions that stopped most people."""
    rows = digest.hard[:HARDEST]
    figure, axes = _sheet(0.78 * max(1, len(rows)) + 2, "What stopped people", "conditions that a check failed in")
    fonts = families()
    most = max((each.learners for each in rows), default=1)
    for place, each in enumerate(rows):
        axes.barh(place, each.through, 0.36, color=BLUE)
        axes.barh(place, each.learners - each.through, 0.36, left=each.through, color=ORANGE)
        said = lettered(f"{each.ref} · {each.title}", fonts, 70)
        axes.text(0, place - 0.27, said, va="bottom", fontsize=11.5)
        codes = ", ".join(f"{code} {count}×" for code, count in each.codes[:2])
        axes.text(each.learners + most * 0.015, place, f"{each.learners}  {codes}", va="center", fontsize=9.5)
    if not rows:
        axes.text(0.5, 0.5, "No check failed for anybody.", ha="center", transform=axes.transAxes)
    axes.set_yticks([])
    axes.set_ylim(max(1, len(rows)) - 0.5, -0.8)
    axes.set_xlim(0, most * 1.6)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= most and tick == int(tick)])
    axes.set_xlabel("learners")
    _legend(figure, [Patch(facecolor=BLUE, label="got past it"), Patch(facecolor=ORANGE, label="did not (yet)")])
    return figure


def _sheet(height_in: float, title: str, below: str) -> tuple[Figure, Any]:
    figure = Figure(
        figsize=(WIDTH_IN, height_in),
        dpi=DPI,
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08),
        facecolor="white",
    )
    figure.suptitle(f"{title}\n ", fontsize=17, fontweight="bold", x=0.02, ha="left")  # the second line is for `below`
    figure.text(0.02, 1 - 0.56 / height_in, lettered(below, families(), 80), fontsize=11, color="#555555")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _class(digest: Digest) -> str:
    return f"{digest.title}: {digest.totals.finished} of {digest.totals.started} finished"


def _rows(axes: Any, labels: Sequence[str]) -> None:
    fonts = families()
    axes.set_yticks(range(len(labels)), [lettered(each, fonts, LABEL) for each in labels])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(labels) - 0.4, -0.6)


def _legend(figure: Figure, handles: Sequence[Any]) -> None:
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False, fontsize=10, handlelength=1.2)


def _dot(marker: str, colour: str, label: str) -> Any:
    return matplotlib.lines.Line2D([], [], marker=marker, color=colour, linestyle="", label=label)


PICTURES: Mapping[str, tuple[Callable[[Digest], Figure], Callable[[Digest], str]]] = {
    "funnel": (funnel, alts.funnel),
    "times": (times, alts.times),
    "map": (heat, alts.heat),
    "hardest": (hard, alts.hard),
}
