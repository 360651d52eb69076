"""Where somebody is: the map of the sections, and their Home. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.messages import Mark, SectionProgress, StatusCard
from bot.core.panels import Panel
from bot.slack.buttons import GO, buttons, value_of
from bot.slack.elements import Block, Element, actions, button, context, divider, header, line, rich, say
from bot.slack.panels import BLOCKS, panel_blocks


def status_blocks(card: StatusCard, owner: str) -> list[Block]:
    """Return the map of sections with progress; fits a message and App Home."""
    blocks: list[Block] = [header(card.title), context(f"{card.name} · {done_words(card)}")]
    if card.here:
        blocks.append(rich(line(say("You are here: "), say(card.here, bold=True))))
    blocks.append(rich(*(_section_line(section) for section in card.sections)))
    return blocks + buttons(card.offers, owner, None)


def done_words(card: StatusCard) -> str:
    """Return how much is proved, and how much was skipped."""
    done, steps = sum(s.done for s in card.sections), sum(s.steps for s in card.sections)
    skipped = sum(s.skipped for s in card.sections)
    return f"{done} of {steps} steps proved" + (f", {skipped} skipped" if skipped else "")


_MARKS = {Mark.DONE: "●", Mark.SKIPPED: "◌", Mark.HERE: "◐", Mark.AHEAD: "○"}


def _section_line(section: SectionProgress) -> Element:
    steps = f"{section.done}/{section.steps}" + (f" ({section.skipped} skipped)" if section.skipped else "")
    return line(
        say(f"{_MARKS[section.mark]} "),
        say(f"{section.id} {section.title}", bold=section.mark is Mark.HERE),
        say(f"  {steps} · {section.minutes:g} min"),
    )


def home_view(card: StatusCard, owner: str, panels: Sequence[Panel] = ()) -> dict[str, Any]:
    """Return the App Home: what instructors have there, then the map with a button a section, progress, Continue."""
    blocks = [block for panel in panels for block in (*panel_blocks(panel, "home"), divider())]
    blocks += status_blocks(card, owner)
    if card.started:
        jumps = [button(f"{s.id} {s.title}", f"{GO}{s.id}", value_of(owner, None, s.id)) for s in card.sections]
        blocks += [divider(), context("Go to a section. What you proved stays proved."), actions(*jumps)]
    return {"type": "home", "blocks": blocks[: BLOCKS["home"]]}
