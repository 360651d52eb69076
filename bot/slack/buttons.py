"""Buttons of ours: what they say, and what they carry; `read_value` undoes `value_of`. Pure."""

from __future__ import annotations

from typing import NamedTuple

from bot.core.messages import Offer
from bot.core.workshop import StepRef
from bot.handin.windows import Spot
from bot.slack.elements import Block, actions, button

OFFER = "offer:"  #: action_id prefix of every Offer button, e.g. `offer:check`
ANSWER = "answer:"  #: action_id prefix of a quiz option, e.g. `answer:0`
GO = "go:"  #: action_id prefix of a section on the map, e.g. `go:02`
LABELS: dict[Offer, str] = {
    Offer.START: "Start the workshop",
    Offer.CONTINUE: "Continue",
    Offer.NEXT: "Next",
    Offer.BACK: "Back",
    Offer.CHECK: "Check my work",
    Offer.RUN: "Run them here",
    Offer.HINT: "Hint",
    Offer.EDIT: "Write file",
    Offer.PAGE_BACK: "◀ Lines before",
    Offer.PAGE_ON: "Next lines ▶",
    Offer.EDIT_LINES: "Edit these lines",
    Offer.SKIP: "Skip",
    Offer.SKIP_SURE: "Yes, skip it",
    Offer.RESET_SURE: "Yes, reset",
    Offer.REBUILD: "Rebuild my sandbox",
    Offer.REBUILD_SURE: "Rebuild",
    Offer.KEEP: "Keep my sandbox",
    Offer.SHOW_APP: "Show my app",
    Offer.STATUS: "My progress",
    Offer.HELP: "What can I say?",
    Offer.SUMMARY: "Summary",
    Offer.CERTIFICATE: "Certificate",
    Offer.NOTEBOOK: "Lab notebook",
    Offer.FEEDBACK: "Give feedback",
    Offer.LET_GO_ON: "Let them go on",
    Offer.ASK: "Ask an instructor",
    Offer.NO_NUDGES: "No more of these",
}
#: offers that a duty answers to, not the tutor
OF_DUTIES = {Offer.ASK: "duty:help.ask", Offer.NO_NUDGES: "duty:nudge.stop"}
PRIMARY = (Offer.START, Offer.CONTINUE, Offer.CHECK, Offer.NEXT, Offer.REBUILD_SURE, Offer.KEEP)


#: what the button for the next rung says, by the rung that was taken last
NEXT_RUNG = ("Hint", "Another hint", "Show the solution")


class Value(NamedTuple):
    """What a button of ours carries: whose card it is, which step it is about, and one detail."""

    owner: str
    ref: StepRef | None
    detail: str


def value_of(owner: str, ref: StepRef | None, detail: str = "") -> str:
    """Return a button's value."""
    return f"{owner}|{ref or ''}|{detail}"


def read_value(value: str) -> Value:
    """Return what a button's value says; parts that are missing are empty."""
    owner, _, rest = value.partition("|")
    ref, _, detail = rest.partition("|")
    return Value(owner, StepRef.parse(ref) if ref else None, detail)


def spot_of(path: str, first: int = 0, last: int = 0) -> str:
    """Return lines of a file as a button's detail; `read_spot` undoes it."""
    return f"{path}:{first}-{last}" if first else path


def read_spot(detail: str) -> tuple[str, Spot]:
    """Return the file and the lines that a button's detail names."""
    path, colon, lines = detail.rpartition(":")
    first, _, last = lines.partition("-")
    if colon and first.isdigit() and last.isdigit():
        return path, Spot(int(first), int(last))
    return detail, Spot()


def buttons(
    offers: tuple[Offer, ...], owner: str, ref: StepRef | None, detail: str = "", labels: dict[Offer, str] | None = None
) -> list[Block]:
    """Return the row of buttons, the first fitting one primary; no row when there are none."""
    if not offers:
        return []
    primary = next((o for o in offers if o in PRIMARY), None)
    names = LABELS | (labels or {})
    return [
        actions(
            *(
                button(
                    names[offer],
                    OF_DUTIES.get(offer, OFFER + offer),
                    value_of(owner, ref, detail),
                    style="primary" if offer is primary else "danger" if offer is Offer.RESET_SURE else "",
                )
                for offer in offers
            )
        )
    ]


def edit_label(path: str) -> dict[Offer, str]:
    """Return what the button says that opens this file."""
    return {Offer.EDIT: f"Write {path}"} if path else {}
