"""The written summary of a class, as Markdown: plain sentences from figures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.cohorts.figures import Digest, Hard, SectionFigures, StepFigures, Totals
from bot.core.ending.markdown import code, plain

MOST = 8  #: conditions and steps that are named
FEW = 5  #: below so many learners a median says little, and is not compared


def summary(digest: Digest, pictures: Mapping[str, str]) -> str:
    """Return the summary; `pictures` are file name → what it shows, in words."""
    totals = digest.totals
    parts = [
        f"# {plain(digest.title) or 'A class'}: {plain(digest.workshop)}",
        f"As of {digest.at:%d %B %Y, %H:%M} UTC.",
    ]
    if not totals.started:
        return "\n\n".join([*parts, f"Nobody has started yet; {people(totals.unstarted)} could.\n"])
    parts += [_numbers(totals), "## What went well", _well(digest), "## Where people were stuck", _stuck(digest)]
    parts += ["## Section by section", _sections(digest.sections), "## Longer than meant", _longer(digest.steps)]
    if pictures:
        parts += ["## Pictures", *(f"![{plain(alt)}]({name})" for name, alt in pictures.items())]
    if not digest.named:
        parts.append("*Names are left out of this report.*")
    return "\n\n".join(parts) + "\n"


def headline(digest: Digest) -> str:
    """Return the class in one plain line."""
    totals = digest.totals
    far = f"{totals.finished} of {totals.started} finished" if totals.started else "nobody has started yet"
    return f"{digest.title}: {far}."


def _numbers(totals: Totals) -> str:
    rows = [
        ("started", f"{totals.started}"),
        ("not started", f"{totals.unstarted}"),
        ("finished", share(totals.finished, totals.started)),
        ("steps passed", share(totals.passed, totals.started * totals.steps)),
        ("steps skipped", share(totals.skipped, totals.started * totals.steps)),
        ("checks", f"{totals.checks:,}, of which {totals.failed:,} did not pass"),
        ("checks that failed through our fault", f"{totals.faults:,}"),
        ("hints shown", f"{totals.hints:,}"),
    ]
    if totals.median_finish_s is not None:
        took = f"{minutes(totals.median_finish_s)} ({totals.minutes:g} meant)"
        rows.append(("time to finish, median", took))
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows)


def _well(digest: Digest) -> str:
    totals, said = digest.totals, []
    if totals.finished:
        said.append(f"{people(totals.finished).capitalize()} of {totals.started} finished the workshop.")
    whole = [each for each in digest.sections if each.began and each.done == each.began == totals.started]
    if whole:
        said.append(f"Everybody got through {sections(whole)}.")
    easy = [each for each in digest.steps if each.passed >= FEW and each.checks >= FEW and not each.failed]
    if easy:
        said.append(f"At {len(easy)} checked {'step' if len(easy) == 1 else 'steps'} no check failed: {steps(easy)}.")
    caught = [each for each in digest.hard if each.learners >= FEW and each.through == each.learners]
    if caught:
        said.append(f"Everybody who met these got past them: {'; '.join(code(each.title) for each in caught[:MOST])}.")
    return _bullets(said) or "Nobody has finished yet, and nothing stands out in the figures."


def _stuck(digest: Digest) -> str:
    if not digest.hard:
        return "No check failed for anybody."
    return _bullets([_hard(each, digest.totals.started) for each in digest.hard[:MOST]])


def _hard(each: Hard, started: int) -> str:
    codes = ", ".join(f"{code(name)} {count}×" for name, count in each.codes[:4])
    left = each.learners - each.through
    still = f" {people(left).capitalize()} did not get past it." if left else ""
    took = f"; the step took them {minutes(each.median_s)} (median)" if each.median_s is not None else ""
    times = "once" if each.checks == 1 else f"{each.checks} times"
    return (
        f"**{plain(each.title)}** ({each.ref}): failed {times} for {people(each.learners)} of {started}, with {codes}. "
        f"{each.hints} hints were shown there{took}.{still}"
    )


def _sections(figures: Sequence[SectionFigures]) -> str:
    head = "| section | began | got through | passed every step |\n|---|--:|--:|--:|\n"
    rows = (f"| {each.id} {plain(each.title)} | {each.began} | {each.done} | {each.proved} |" for each in figures)
    return head + "\n".join(rows)


def _longer(figures: Sequence[StepFigures]) -> str:
    """Name the steps whose median is more than twice what their author thinks."""
    slow = [(middle(each.times_s) / 60 / each.minutes, each) for each in figures if len(each.times_s) >= FEW]
    slow = sorted((pair for pair in slow if pair[0] > 2), key=lambda pair: -pair[0])
    said = [
        f"**{plain(each.title)}** ({each.ref}): {minutes(middle(each.times_s))} (median), {each.minutes:g} meant."
        for _, each in slow[:MOST]
    ]
    return _bullets(said) or f"No step that at least {FEW} people passed took more than twice the time meant for it."


def _bullets(said: Sequence[str]) -> str:
    return "\n".join(f"- {each}" for each in said)


def people(count: int) -> str:
    """Return a number of people in words."""
    return "nobody" if not count else "one person" if count == 1 else f"{count} people"


def share(part: int, whole: int) -> str:
    """Return a part of a whole, with its percentage."""
    return f"{part:,} of {whole:,} ({part / whole:.0%})" if whole else f"{part:,}"


def minutes(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 60:
        return "under a minute"
    if seconds < 7_200:
        whole = round(seconds / 60)
        return f"{whole} minute{'' if whole == 1 else 's'}"
    return f"{seconds / 3600:.1f} hours"


def middle(values: Sequence[float]) -> float:
    """Return the median of values in order, at least one."""
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def sections(figures: Sequence[SectionFigures]) -> str:
    """Return sections by name."""
    return ", ".join(f"{each.id} {plain(each.title)}" for each in figures)


def steps(figures: Sequence[StepFigures]) -> str:
    """Return steps by name, at most `MOST`."""
    shown = ", ".join(f"{plain(each.title)} ({each.ref})" for each in figures[:MOST])
    return f"{shown} and {len(figures) - MOST} more" if len(figures) > MOST else shown
