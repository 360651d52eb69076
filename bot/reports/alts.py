"""What each picture of a report shows, in words, for those who do not see it. Pure."""

from __future__ import annotations

from bot.core.cohorts.figures import Digest, State
from bot.reports.summary import middle, minutes, people

ALT_MAX = 900  #: below what Slack keeps of an alt text (1,000). Source: docs.slack.dev, files.getUploadURLExternal


def funnel(digest: Digest) -> str:
    """Return the funnel in words."""
    told = "; ".join(f"{each.id} {each.title}: {each.began} began, {each.done} got through" for each in digest.sections)
    return _kept(f"Bars by section, of {people(digest.totals.started)}. {told}.")


def times(digest: Digest) -> str:
    """Return the box plots in words: the steps that took longest, by median."""
    slow = sorted((each for each in digest.steps if each.times_s), key=lambda each: -middle(each.times_s))[:5]
    told = "; ".join(
        f"{each.title} ({each.ref}) {minutes(middle(each.times_s))}, half of them between "
        f"{minutes(quarter(each.times_s, 1))} and {minutes(quarter(each.times_s, 3))}"
        for each in slow
    )
    return _kept(f"Time per step as box plots, of those who passed it. The longest by median: {told or 'none yet'}.")


def heat(digest: Digest) -> str:
    """Return the heat map in words: how the cells divide, how far the class is."""
    states = [each.state for line in digest.lines for each in line.cells]
    counts = {state: states.count(state) for state in State}
    whole = len(states) or 1
    told = ", ".join(f"{counts[state] / whole:.0%} {name}" for state, name in NAMES.items())
    far = [line.done for line in digest.lines]
    middle_done = middle(sorted(far)) if far else 0
    return _kept(
        f"A map of {people(len(digest.lines))} by {digest.totals.steps} steps, who is furthest on top: {told}. "
        f"Half of them have {middle_done:g} steps or more behind them."
    )


def hard(digest: Digest) -> str:
    """Return the hardest conditions in words."""
    told = "; ".join(
        f"{each.title} ({each.ref}) stopped {people(each.learners)}, mostly with {each.codes[0][0]}; "
        f"{each.through} got past it"
        for each in digest.hard[:6]
    )
    return _kept(f"Bars of the conditions that stopped most people: {told or 'none did'}.")


NAMES = {State.PASSED: "passed", State.SKIPPED: "skipped", State.OPEN: "begun", State.AHEAD: "not reached"}


def quarter(values: tuple[float, ...], which: int) -> float:
    """Return a quartile (1 to 3) of values in order, at least one."""
    place = (len(values) - 1) * which / 4
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _kept(text: str) -> str:
    return text if len(text) <= ALT_MAX else text[: ALT_MAX - 1].rstrip() + "…"
