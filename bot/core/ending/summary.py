"""Sum up the workshop as far as a learner is: times, tries, hints, skips, what was hardest; of the record alone."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime

from bot.core.cards import filled
from bot.core.ending.certificate import LONGEST_NAME, Certificate, SectionDone
from bot.core.learner import Learner
from bot.core.map import place, steps_of
from bot.core.messages import Hardest, Offer, SectionSum, SummaryCard
from bot.core.workshop import Section, Workshop

PAUSE_S = 300.0  #: a longer pause between two signs of life counts as one of this length


def timed(learner: Learner, now: datetime) -> Learner:
    """Return the learner with the time since their last sign of life counted for the step they are at.

    Somebody who goes for lunch, or home, is not working: a pause counts for `PAUSE_S` at most. After the end nothing
    counts any more.
    """
    if learner.at is None or learner.seen_at is None or learner.finished_at:
        return learner
    passed_s = min((now - learner.seen_at).total_seconds(), PAUSE_S)
    if passed_s <= 0:
        return learner
    return replace(learner, spent={**learner.spent, learner.at: learner.spent.get(learner.at, 0.0) + passed_s})


def summary(workshop: Workshop, learner: Learner, say: str = "", offers: tuple[Offer, ...] = ()) -> SummaryCard:
    """Return what the workshop came to; steps that are no longer in it count for nothing."""
    return SummaryCard(
        title=workshop.title,
        minutes=workshop.minutes,
        sections=tuple(_section(learner, section) for section in workshop.sections),
        pause_s=PAUSE_S,
        hardest=_hardest(workshop, learner),
        say=say,
        offers=offers,
    )


def _section(learner: Learner, section: Section) -> SectionSum:
    refs = steps_of(section)
    times = [learner.spent[ref] for ref in refs if ref in learner.spent]
    return SectionSum(
        id=section.id,
        title=section.title,
        minutes=section.minutes,
        spent_s=sum(times) if times else None,
        passed=sum(ref in learner.passed for ref in refs),
        skipped=sum(ref in learner.skipped and ref not in learner.passed for ref in refs),
        steps=len(refs),
        tries=sum(learner.tries.get(ref, 0) for ref in refs),
        hints=sum(learner.hinted.get(ref, 0) for ref in refs),
    )


def _hardest(workshop: Workshop, learner: Learner) -> Hardest | None:
    """Return the condition that failed in most checks, the first of the workshop among equals; None when none did."""
    tried = [
        (learner.missed.get(f"{ref}/{condition.id}", 0), ref, condition) for ref, condition in workshop.conditions()
    ]
    missed, ref, condition = max(tried, key=lambda each: each[0], default=(0, None, None))
    if not missed or ref is None or condition is None:
        return None
    return Hardest(filled(condition.title, workshop), place(workshop, ref), missed, ref in learner.passed)


def certificate(workshop: Workshop, learner: Learner, now: datetime) -> Certificate:
    """Return what stands on the learner's certificate."""
    sums = [_section(learner, section) for section in workshop.sections]
    return Certificate(
        name=one_line(learner.name),
        title=workshop.title,
        on=(learner.finished_at or now).date(),
        sections=tuple(SectionDone(each.id, each.title, each.passed, each.skipped) for each in sums),
    )


def one_line(name: str) -> str:
    """Return a name fit to be drawn: in one line, without what cannot be seen, cut with a visible …"""
    seen = "".join(c if c.isprintable() or c in JOINERS else " " for c in unicodedata.normalize("NFC", name))
    plain = " ".join(seen.split())
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + "…"


#: not printable by themselves, but scripts and emoji are written with them: ZWNJ, ZWJ
JOINERS = ("\u200c", "\u200d")
