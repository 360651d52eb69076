"""Reports through real Bolt: asked for by an instructor, refused to others, sent once when a course is over."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.cohorts.reporting import due, read_wish
from bot.core.panels import Mistakes
from bot.errors import HostError
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.ports import Keepsake, Part, Wish
from bot.progress.results import SqlResults
from bot.reports.printer import Printer
from bot.slack.panels import DUTY
from bot.staffroom.authority import Authority
from bot.staffroom.reports import Reporting
from tests.slack.lobby import LESSONS, WORKSHOP, Lobby, open_lobby, press, until

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ENDED = date(2026, 11, 22)


@dataclass(slots=True)
class Notebook:
    """Reports of one file; what was wished for is kept. `down` is what goes wrong."""

    wishes: list[Wish] = field(default_factory=list)
    down: str = ""

    async def make(self, wish: Wish) -> Sequence[Keepsake]:
        self.wishes.append(wish)
        if self.down:
            raise HostError(self.down)
        names = "with names" if wish.names else "without names"
        picture = Keepsake("map.png", b"\x89PNG", "who is where")
        return [Keepsake("summary.md", names.encode(), say=f"Course {wish.cohort}."), picture]


def reporting_of(lobby: Lobby, reports: Notebook | Printer) -> Reporting:
    authority, results = Authority(lobby.roles, lobby.cohorts), SqlResults(lobby.store)
    room = lobby.people.room
    return Reporting(authority, lobby.roles, results, reports, lobby.store, lobby.chat, room, lambda: NOW)


@dataclass(slots=True)
class Course:
    lobby: Lobby
    notebook: Notebook
    reporting: Reporting
    cohort: Cohort

    def files(self, user: str = "U0BARBARA", channel: str = "") -> list[str]:
        """Return the names of the files that somebody got, oldest first."""
        world = self.lobby.space.premises.world
        return [world.files[each].name for m in self.lobby.said(user, channel) for each in m.files]

    async def send(self, user: str, **filled: str) -> None:
        """Send the form as somebody, whether they were ever shown it or not."""
        elements: dict[str, Any] = {
            "cohort": {"type": "static_select", "selected_option": {"value": filled.get("cohort", "1")}},
            "parts": {"type": "checkboxes", "selected_options": [{"value": filled.get("parts", "md")}]},
            "names": {"type": "static_select", "selected_option": {"value": filled.get("names", "with")}},
        }
        values = {name: {name: element} for name, element in elements.items()}
        view = {
            "type": "modal",
            "id": f"V{secrets.token_hex(4)}",
            "callback_id": f"{DUTY}report.make",
            "private_metadata": "forged",
        }
        view |= {"state": {"values": values}, "private_metadata": "forged"}
        body = press(user, "x", "y") | {"type": "view_submission", "view": view}
        await self.lobby.deliver("interactive", body)


@pytest.fixture
async def course(tmp_path: Path) -> AsyncIterator[Course]:
    notebook, reporting = Notebook(), None

    def wire(lobby: Lobby) -> None:
        nonlocal reporting
        reporting = reporting_of(lobby, notebook)
        lobby.duties.append(reporting.duty())

    async with open_lobby(tmp_path, wire=wire) as lobby:
        assert reporting is not None
        cohort = Cohort(NEW, "November", CLASS, WORKSHOP.id, frozenset({"U0BARBARA"}))
        yield Course(lobby, notebook, reporting, await lobby.cohorts.keep(cohort))


async def test_an_instructor_asks_for_a_report_and_gets_its_files(course: Course) -> None:
    barbara = await course.lobby.enter("barbara")
    await barbara.go("#docker-workshop")
    await barbara.say("/docent report")
    await barbara.choose("Names", "Without names")
    assert await barbara.submit() == {}
    await until(lambda: course.files() == ["summary.md", "map.png"])
    assert course.notebook.wishes == [Wish(course.cohort.id, frozenset({Part.SUMMARY, Part.PICTURES}), names=False)]
    assert "Course 1." in [m.text for m in course.lobby.said("U0BARBARA")]


async def test_a_report_is_made_of_what_is_kept_by_a_process_of_its_own(tmp_path: Path) -> None:
    printer = Printer(tmp_path, LESSONS)

    def wire(lobby: Lobby) -> None:
        lobby.duties.append(reporting_of(lobby, printer).duty())

    async with open_lobby(tmp_path, wire=wire) as lobby:
        cohort = Cohort(NEW, "November", CLASS, WORKSHOP.id, frozenset({"U0BARBARA"}))
        made = await lobby.cohorts.keep(cohort)
        await lobby.at("U0ADA", WORKSHOP.order[3])
        await lobby.cohorts.seat(Seat(made.id, "U0ADA", SeatState.TAKEN, NOW))
        files = await printer.make(Wish(made.id, frozenset({Part.SUMMARY, Part.EVENTS, Part.TABLES})))
        assert files[0].say == "November: 0 of 1 finished."
        assert b"U0ADA" in next(each.content for each in files if each.name == "learners.csv")
        with pytest.raises(HostError, match="could not be made"):
            await printer.make(Wish(99))


async def test_somebody_who_leads_nothing_gets_no_report_whatever_they_send(course: Course) -> None:
    ada = await course.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("report")
    await until(lambda: any("That is for instructors" in m.text for m in course.lobby.said()))
    for cohort in ("1", "0", "99", "-1", "²", ""):
        await course.send("U0ADA", cohort=cohort)
    await until(lambda: sum("Only the instructors" in m.text for m in course.lobby.said()) == 3)
    assert course.notebook.wishes == []


async def test_who_leads_one_course_is_not_shown_everybody(course: Course) -> None:
    await course.send("U0BARBARA", cohort="0")
    await until(lambda: any("Only the instructors" in m.text for m in course.lobby.said("U0BARBARA")))
    assert course.notebook.wishes == []
    await course.lobby.roles.appoint("U0BARBARA")
    await course.send("U0BARBARA", cohort="0")
    await until(lambda: course.notebook.wishes == [Wish(0, frozenset({Part.SUMMARY}))])


async def test_a_report_that_cannot_be_made_is_told_as_our_fault(course: Course) -> None:
    course.notebook.down = "The report could not be made."
    await course.send("U0BARBARA")
    await until(lambda: any("The report could not be made." in m.text for m in course.lobby.said("U0BARBARA")))
    course.notebook.down = ""
    await course.send("U0BARBARA")
    await until(lambda: course.files() == ["summary.md", "map.png"])


async def test_the_report_of_a_course_that_is_over_comes_by_itself_once(course: Course) -> None:
    await course.reporting.look()
    assert course.files() == []
    await course.lobby.cohorts.keep(replace(course.cohort, ends=ENDED))
    await course.reporting.look()
    assert course.files() == ["summary.md", "map.png"]
    again = reporting_of(course.lobby, course.notebook)  # as after a restart
    await again.look()
    assert course.files() == ["summary.md", "map.png"]


async def test_it_goes_to_the_instructors_channel_where_there_is_one(course: Course) -> None:
    await course.lobby.cohorts.keep(replace(course.cohort, ends=ENDED, staff_channel=INSTRUCTORS))
    await course.reporting.look()
    assert course.files(channel=INSTRUCTORS) == ["summary.md", "map.png"]
    assert course.files() == []


async def test_a_report_that_fails_or_an_instructor_who_is_gone_keeps_it_from_nobody_else(course: Course) -> None:
    both = frozenset({"U0BARBARA", "U0NOBODY"})
    await course.lobby.cohorts.keep(replace(course.cohort, ends=ENDED, instructors=both))
    course.notebook.down = "Out of paper."
    await course.reporting.look()
    course.notebook.down = ""
    for _ in range(2):
        await course.reporting.look()
    assert course.files() == ["summary.md", "map.png"]


@pytest.mark.parametrize(
    ("ends", "ended_at", "over"),
    [
        (None, None, False),
        (date(2026, 11, 24), None, False),
        (date(2026, 11, 23), None, False),  # it is still the 23rd in Baker Island
        (date(2026, 11, 22), None, True),
        (date(2026, 11, 1), None, False),  # long ago
        (None, NOW, True),
        (date(2026, 12, 24), NOW - timedelta(days=1), True),
        (None, NOW - timedelta(days=15), False),
    ],
)
def test_a_report_is_due_once_the_last_day_is_over_everywhere(
    ends: date | None, ended_at: datetime | None, over: bool
) -> None:
    assert due(Cohort(1, "x", "C", "w", frozenset(), ends=ends, ended_at=ended_at), NOW) is over


def test_a_form_without_a_part_stays_open() -> None:
    for parts in ("", "exe", "\n"):
        assert isinstance(read_wish({"cohort": "1", "parts": parts}, {"md"}), Mistakes)
    assert read_wish({"cohort": "1", "parts": "md\nexe", "names": "without"}, {"md"}) == (1, frozenset({"md"}), False)
