"""Map of the workshop: where a learner is, and what is behind and ahead of them."""

from __future__ import annotations

from dataclasses import replace

from bot.core.learner import Learner
from bot.core.messages import Mark, Offer, SectionProgress, StatusCard, Welcome
from bot.core.workshop import Section, StepRef, Workshop


def settled(workshop: Workshop, learner: Learner) -> Learner:
    """Return the learner at a step that exists: an edited workshop may have lost the one they were at."""
    if learner.at is None or learner.at in workshop.order:
        return learner
    same = [ref for ref in workshop.order if ref.section == learner.at.section]
    return replace(learner, at=first_open(learner, same) or (same or workshop.order)[0])


def first_open(learner: Learner, refs: list[StepRef] | tuple[StepRef, ...]) -> StepRef | None:
    """Return the first of these steps that is neither passed nor skipped."""
    return next((ref for ref in refs if not learner.done(ref)), None)


def resume_at(workshop: Workshop, learner: Learner) -> StepRef | None:
    """Return the step to continue with: the present one, else the next open one, else any open one; None at the end."""
    if learner.at is None:
        return workshop.order[0]
    if not learner.done(learner.at):
        return learner.at
    index = workshop.order.index(learner.at)
    return first_open(learner, workshop.order[index:]) or first_open(learner, workshop.order)


def finished(workshop: Workshop, learner: Learner) -> bool:
    """Tell whether every step is behind the learner, proved or skipped."""
    return all(learner.done(ref) for ref in workshop.order)


def steps_of(section: Section) -> tuple[StepRef, ...]:
    """Return the refs of a section's steps, in order."""
    return tuple(StepRef(section.id, step.id) for step in section.steps)


def section_done(learner: Learner, section: Section) -> bool:
    """Tell whether every step of the section is behind the learner."""
    return all(learner.done(ref) for ref in steps_of(section))


def place(workshop: Workshop, ref: StepRef) -> str:
    """Return a step's place in words: `02 · Write the recipe`."""
    step = workshop.step(ref)
    return f"{ref.section} · {step.title if step else ref.step}"


def home(workshop: Workshop, learner: Learner) -> StatusCard:
    """Return the map as this learner sees it: the body of App Home, and the answer to `status`."""
    learner = settled(workshop, learner)
    over = finished(workshop, learner)
    started = learner.at is not None
    kept = (Offer.SUMMARY, Offer.NOTEBOOK) if started else ()
    onward = (Offer.CERTIFICATE,) if over else (Offer.CONTINUE,) if started else (Offer.START,)
    return StatusCard(
        name=learner.name,
        title=workshop.title,
        sections=tuple(_progress(learner, section) for section in workshop.sections),
        here=place(workshop, learner.at) if learner.at and not over else "",
        started=started,
        finished=over,
        offers=(*onward, *kept, Offer.HELP),
    )


def _progress(learner: Learner, section: Section) -> SectionProgress:
    refs = steps_of(section)
    done = sum(ref in learner.passed for ref in refs)
    skipped = sum(ref in learner.skipped and ref not in learner.passed for ref in refs)
    if done == len(refs):
        mark = Mark.DONE
    elif done + skipped == len(refs):
        mark = Mark.SKIPPED
    elif learner.at is not None and learner.at.section == section.id:
        mark = Mark.HERE
    else:
        mark = Mark.AHEAD
    return SectionProgress(section.id, section.title, section.minutes, done, skipped, len(refs), mark)


def welcome(workshop: Workshop, learner: Learner) -> Welcome:
    """Return the onboarding message."""
    return Welcome(
        name=learner.name,
        title=workshop.title,
        minutes=workshop.minutes,
        sections=tuple((s.id, s.title, s.minutes) for s in workshop.sections),
        resumed=learner.at is not None,
    )
