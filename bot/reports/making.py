"""Make the files of a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.cohorts.digest import digest
from bot.core.cohorts.figures import Record
from bot.core.workshop import Workshop
from bot.ports import Keepsake, Part, Wish
from bot.reports.export import conditions_csv, events_jsonl, learners_csv, steps_csv
from bot.reports.summary import headline, summary


def made(workshop: Workshop, record: Record, wish: Wish, now: datetime) -> Sequence[Keepsake]:
    """Return the files, the summary first. It may take seconds."""
    figures = digest(workshop, record, now, names=wish.names)
    files: list[Keepsake] = []
    if Part.PICTURES in wish.parts:
        from bot.reports.charts import pictures  # only here: it brings matplotlib along

        files += [Keepsake(name, picture, alt) for name, picture, alt in pictures(figures)]
    if Part.SUMMARY in wish.parts:
        text = summary(figures, {each.name: each.alt for each in files})
        files.insert(0, Keepsake("summary.md", text.encode(), say=headline(figures)))
    if Part.TABLES in wish.parts:
        tables = {"learners": learners_csv, "steps": steps_csv, "conditions": conditions_csv}
        # the mark tells spreadsheets that it is UTF-8
        files += [Keepsake(f"{name}.csv", b"\xef\xbb\xbf" + write(figures).encode()) for name, write in tables.items()]
    if Part.EVENTS in wish.parts:
        files.append(Keepsake("events.jsonl", events_jsonl(workshop, record, names=wish.names).encode()))
    return files
