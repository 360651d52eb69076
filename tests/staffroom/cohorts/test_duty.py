"""Cohorts through real Bolt: made, joined, left and ended by several people."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.cohorts.cohort import SeatState
from bot.core.cohorts.invitation import CHANGE, END, INVITE, JOIN, LEAVE
from bot.core.cohorts.making import EDIT, MAKE
from bot.localslack.faults import Fault
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.localslack.values import Message
from bot.localslack.world import APP_ID, TEAM_ID, dm_of
from bot.slack.buttons import value_of
from bot.slack.panels import DUTY
from tests.slack.lobby import press, until
from tests.staffroom.cohorts.school import LEARNERS, School, open_school


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    async with open_school(tmp_path) as here:
        yield here


async def test_a_cohort_is_made_in_a_channel_its_members_are_invited_and_one_joins(school: School) -> None:
    barbara, ada = await school.lobby.enter("barbara"), await school.lobby.enter("ada")
    await barbara.go("#docker-workshop")
    await barbara.say("/docent cohort")
    await barbara.fill("Name", "Docker in March")
    assert await barbara.submit() == {}
    await until(lambda: school.posted("Join"))
    (cohort,) = await school.lobby.cohorts.open()
    assert (cohort.name, cohort.channel, cohort.instructors) == ("Docker in March", CLASS, {"U0BARBARA"})
    assert await school.states(cohort) == dict.fromkeys(LEARNERS, SeatState.INVITED)
    await until(lambda: school.told("U0BARBARA", "is made: 4 are invited"))
    await ada.go("#docker-workshop")
    await ada.press("Join")
    await until(lambda: school.told("U0ADA", "You take part in"))
    await until(lambda: school.posted("1 of 4 have joined"))
    assert await school.lobby.cohorts.of("U0ADA") == cohort
    await ada.go("dm")
    await ada.press("Start the workshop")
    learner = await school.lobby.store.learner("U0ADA")
    assert learner.course is not None
    assert learner.course.cohort == cohort.id


async def test_who_joins_before_they_ever_met_us_has_one_button_to_start(school: School) -> None:
    cohort = await school.cohort()
    await school.rosters.join(cohort, "U0GRACE")
    await until(lambda: school.told("U0GRACE", "You take part in"))
    await school.lobby.enter("grace")
    start, room = '"Start the workshop"', dm_of("U0GRACE")
    await until(lambda: school.told("U0GRACE", "Hello Grace"))
    assert json.dumps([m.blocks for m in school.lobby.said(channel=room)]).count(f'"text": {start}') == 1


async def test_the_shortcut_asks_for_the_channel_and_makes_a_cohort(school: School) -> None:
    barbara = await school.lobby.enter("barbara")
    assert (await barbara.shortcut("duty:cohort.new"))["outcome"] == "acked"
    await until(lambda: barbara.modal)
    await barbara.fill("Name", "Spring")
    await barbara.choose("Channel of the class", "docker-workshop")
    assert await barbara.submit() == {}
    await until(lambda: school.posted("Join"))


async def test_an_answer_reaches_somebody_in_a_channel_that_we_are_not_in(school: School) -> None:
    world, elsewhere = school.lobby.space.premises.world, school.channel("ELSEWHERE", "U0ADA")
    world.put_channel(replace(world.channels[elsewhere], members=frozenset({"U0ADA"})))
    ada = await school.lobby.enter("ada")
    await ada.go("#elsewhere")
    await ada.say("/docent join")
    await until(lambda: school.told("U0ADA", "I know of no course that you could join"))


# one course at a time


async def test_whoever_takes_another_course_waits_and_is_told_which_and_what_to_do(school: School) -> None:
    ada, other = await school.lobby.enter("ada"), school.channel("SECOND", "U0ADA", "U0BARBARA")
    first, second = await school.cohort(), await school.cohort(other, "Second")
    await ada.go("#docker-workshop")
    await ada.press("Join")
    await school.becomes(first, "U0ADA", SeatState.TAKEN)
    await ada.go("#second")
    await ada.press("Join")
    await school.becomes(second, "U0ADA", SeatState.WAITING)
    await until(lambda: school.whispered("U0ADA", "you still take “", other))
    await ada.go("dm")
    await ada.say("leave")
    await school.becomes(second, "U0ADA", SeatState.TAKEN)
    await until(lambda: school.told("U0ADA", "You do not take part in") and school.told("U0ADA", "is free now"))
    assert (await school.states(first))["U0ADA"] is SeatState.LEFT


async def test_when_a_course_ends_the_waiting_one_is_theirs_and_everybody_keeps_what_they_did(school: School) -> None:
    ada, other = await school.lobby.enter("ada"), school.channel("SECOND", "U0ADA", "U0BARBARA")
    first, second = await school.cohort(), await school.cohort(other, "Second")
    barbara = await school.lobby.enter("barbara")
    await school.rosters.join(first, "U0ADA")
    await school.rosters.join(second, "U0ADA")
    home = await barbara.open_home()
    assert home is not None
    assert "1 of 4 have joined" in home.text
    await barbara.press("End March")
    await until(lambda: barbara.home and "March" not in barbara.home.text)
    await school.becomes(second, "U0ADA", SeatState.TAKEN)
    assert (await school.states(first))["U0ADA"] is SeatState.OVER
    await until(lambda: school.told("U0ADA", "is free now"))
    await until(lambda: school.posted("has ended. Thank you"))
    await until(lambda: school.posted("has ended. 1 took part"))  # the invitation
    assert not school.posted("Join")
    await ada.go("#docker-workshop")
    await school.lobby.deliver("interactive", press("U0ADA", f"{DUTY}{JOIN}#0", value_of("", None, str(first.id))))
    await until(lambda: school.told("U0ADA", "You can learn on your own"))


async def test_a_list_in_which_a_cohort_is_ended_shows_it_no_more(school: School) -> None:
    await school.cohort()
    barbara = await school.lobby.enter("barbara")
    await barbara.go("dm")
    await barbara.say("cohort end")
    await barbara.press("End March")
    await until(lambda: any("You lead no cohort yet" in str(m.blocks) for m in school.lobby.said("U0BARBARA")))
    assert not any("End March" in str(m.blocks) for m in school.lobby.said("U0BARBARA"))


async def test_a_place_in_a_course_that_has_not_begun_is_kept_until_its_first_day(school: School) -> None:
    today = school.now().date()
    cohort = await school.cohort(starts=today + timedelta(days=3))
    ada = await school.lobby.enter("ada")
    await ada.go("#docker-workshop")
    await ada.press("Join")
    await until(lambda: school.whispered("U0ADA", "It begins on ") and school.told("U0ADA", "It begins on "))
    assert await school.lobby.cohorts.of("U0ADA") is None
    school.ahead = timedelta(days=3)
    school.caretaker.mark()
    await school.becomes(cohort, "U0ADA", SeatState.TAKEN)
    await until(lambda: school.told("U0ADA", "is free now"))


async def test_a_course_whose_last_day_is_over_is_ended(school: School) -> None:
    cohort = await school.cohort(ends=school.now().date())
    await school.rosters.join(cohort, "U0ADA")
    school.ahead = timedelta(days=1, hours=13)
    school.caretaker.mark()
    await school.becomes(cohort, "U0ADA", SeatState.OVER)
    await until(lambda: school.told("U0BARBARA", "Its last day was"))
    assert not await school.lobby.cohorts.open()


# the roster follows the channel


async def test_a_roster_of_two_thousand_costs_no_call_for_each_of_them(tmp_path: Path) -> None:
    async with open_school(tmp_path, more_learners=2_000) as school:
        calls = school.lobby.space.premises.calls.calls
        cohort = await school.cohort()
        assert len(await school.states(cohort)) == 2_004
        before = calls.copy()
        await school.rosters.follow(cohort)
        assert calls - before == {"conversations.members": 11}, "people are known for a while"
        assert before["users.list"] == 11
        assert before["users.info"] + before["conversations.open"] + before["chat.postEphemeral"] <= 1
        assert len(school.posted("0 of 2004 have joined")) == 1


async def test_an_invitation_is_edited_once_for_all_who_joined_meanwhile(tmp_path: Path) -> None:
    async with open_school(tmp_path, every_s=1, more_learners=30) as school:
        cohort, calls = await school.cohort(), school.lobby.space.premises.calls.calls
        for number in range(1, 31):
            await school.rosters.join(cohort, f"U0L{number:04d}")
        await until(lambda: school.posted("30 of 34 have joined"))
        assert calls["chat.update"] <= 3


async def test_where_many_join_at_once_all_are_written_to_and_the_channel_is_not_filled(school: School) -> None:
    cohort = await school.cohort()
    for user in LEARNERS:
        await forge(school, user, JOIN, str(cohort.id), school.posted("Join")[0])
    await until(lambda: all(school.told(user, "You take part in") for user in LEARNERS))
    await until(lambda: school.posted("4 of 4 have joined"))
    assert sum(school.whispered(user, "You are in") for user in LEARNERS) == 1


async def test_who_comes_into_the_channel_is_invited_and_who_goes_has_left(school: School) -> None:
    cohort, ada = await school.cohort(), await school.lobby.enter("ada")
    await ada.go("#docker-workshop")
    await ada.press("Join")
    await school.becomes(cohort, "U0ADA", SeatState.TAKEN)
    await ada.leave(CLASS)
    await school.becomes(cohort, "U0ADA", SeatState.LEFT)
    await until(lambda: school.told("U0ADA", "no longer in the channel"))
    await school.lobby.deliver("interactive", press("U0ADA", f"{DUTY}{JOIN}#0", value_of("", None, str(cohort.id))))
    await until(lambda: school.told("U0ADA", "I do not see you there"))
    school.ahead = timedelta(minutes=1)  # not so soon after the last one was greeted there
    await ada.join(CLASS)
    await school.becomes(cohort, "U0ADA", SeatState.INVITED)
    await until(lambda: school.whispered("U0ADA", "Here we take a course together"))
    await ada.go("#docker-workshop")
    await ada.say("/docent join")
    await school.becomes(cohort, "U0ADA", SeatState.TAKEN)


async def test_who_came_and_went_while_nobody_listened_is_seen_at_the_next_look(school: School) -> None:
    cohort = await school.cohort()
    await school.rosters.join(cohort, "U0ADA")
    world = school.lobby.space.premises.world
    channel = world.channels[CLASS]
    world.put_channel(replace(channel, members=channel.members - {"U0ADA", "U0GRACE"}))  # and no event of it
    school.caretaker.mark()
    await school.becomes(cohort, "U0ADA", SeatState.LEFT)
    assert (await school.states(cohort))["U0GRACE"] is SeatState.LEFT
    await until(lambda: school.told("U0ADA", "no longer in the channel"))
    assert not school.told("U0GRACE", "no longer in the channel"), "who never joined is left in peace"


async def test_a_channel_that_tells_nothing_sends_nobody_away(school: School) -> None:
    cohort = await school.cohort()
    await school.rosters.join(cohort, "U0ADA")
    before = await school.states(cohort)
    school.lobby.space.premises.faults.add(Fault("conversations.members", error="channel_not_found"))
    await school.rosters.follow(cohort)
    assert await school.states(cohort) == before


async def test_an_instructor_is_no_learner_unless_they_press_join(school: School) -> None:
    cohort, barbara = await school.cohort(), await school.lobby.enter("barbara")
    assert "U0BARBARA" not in await school.states(cohort)
    await barbara.go("#docker-workshop")
    await barbara.press("Join")
    await school.becomes(cohort, "U0BARBARA", SeatState.TAKEN)
    await school.rosters.follow(cohort)
    assert (await school.states(cohort))["U0BARBARA"] is SeatState.TAKEN


async def test_whoever_begins_by_themselves_is_seated_and_told_so(school: School) -> None:
    cohort, ada = await school.cohort(), await school.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("start")
    await school.becomes(cohort, "U0ADA", SeatState.TAKEN)
    await until(lambda: school.told("U0ADA", "so you take part in it"))


async def test_whoever_begins_in_two_channels_is_asked_which(school: School) -> None:
    ada, other = await school.lobby.enter("ada"), school.channel("SECOND", "U0ADA", "U0BARBARA")
    await school.cohort()
    second = await school.cohort(other, "Second")
    await ada.go("dm")
    await ada.say("start")
    await until(lambda: school.told("U0ADA", "There is more than one course"))
    await ada.say("join")
    await until(lambda: school.told("U0ADA", "There is more than one course") == 2)
    await ada.say("join second")
    await school.becomes(second, "U0ADA", SeatState.TAKEN)


async def test_outside_of_courses_one_learns_alone_as_ever(school: School) -> None:
    ada = await school.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("join")
    await until(lambda: school.told("U0ADA", "I know of no course that you could join"))
    await ada.say("leave")
    await until(lambda: school.told("U0ADA", "You take no such course at the moment"))
    await ada.say("start")
    await until(lambda: len(school.lobby.said()) >= 3)
    assert (await school.lobby.store.learner("U0ADA")).course is None


# channels come and go


async def test_s17_an_archived_channel_pauses_its_cohort_and_nobody_loses_their_place(school: School) -> None:
    cohort, barbara = await school.cohort(), await school.lobby.enter("barbara")
    await school.rosters.join(cohort, "U0ADA")
    await barbara.go("#docker-workshop")
    await barbara.say("/archive")
    await until(lambda: school.told("U0BARBARA", "is archived, so I pause the cohort"))
    school.caretaker.mark()
    await barbara.go("dm")
    await barbara.say("cohort list")
    await until(lambda: any("paused" in str(m.blocks) for m in school.lobby.said("U0BARBARA")))
    assert (await school.states(cohort))["U0ADA"] is SeatState.TAKEN
    await barbara.press("Invite to March again")
    await until(lambda: school.told("U0BARBARA", "I cannot write in its channel now"))
    await barbara.go("#docker-workshop")
    await barbara.say("/unarchive")
    await until(lambda: school.told("U0BARBARA", "goes on"))
    assert school.told("U0BARBARA", "I pause the cohort") == 1
    kept = await school.lobby.cohorts.cohort(cohort.id)
    assert kept is not None
    assert not kept.archived


async def test_a_bot_that_was_taken_out_says_so_and_comes_back_by_an_invitation(school: School) -> None:
    cohort, barbara = await school.cohort(), await school.lobby.enter("barbara")
    await barbara.go("#docker-workshop")
    await barbara.say("/remove @docent")
    await until(lambda: school.told("U0BARBARA", "I am no longer in the channel"))
    assert len(await school.states(cohort)) == len(LEARNERS)
    await barbara.say("/invite @docent")
    await until(lambda: school.told("U0BARBARA", "goes on"))


async def test_a_renamed_channel_changes_nothing_and_instructors_hear_of_it(school: School) -> None:
    await school.cohort()
    barbara = await school.lobby.enter("barbara")
    await barbara.go("#docker-workshop")
    await barbara.say("/rename whales")
    await until(lambda: school.told("U0BARBARA", "is called #whales now"))


async def test_where_the_instructors_channel_is_archived_each_of_them_is_told(school: School) -> None:
    await school.cohort(staff_channel=INSTRUCTORS)
    barbara = await school.lobby.enter("barbara")
    await barbara.go("#docker-workshop")
    await barbara.say("/rename whales")
    await until(lambda: school.posted("is called #whales now", INSTRUCTORS))
    assert not school.told("U0BARBARA", "is called")
    await barbara.go("#docent-instructors")
    await barbara.say("/archive")
    await barbara.go("#whales")
    await barbara.say("/archive")
    await until(lambda: school.told("U0BARBARA", "I pause the cohort"))


# who leads


async def test_a_cohort_of_somebody_dismissed_falls_to_the_instructors_of_all(school: School) -> None:
    cohort, barbara = await school.cohort(), await school.lobby.enter("barbara")
    await school.lobby.roles.appoint("U0MARGARET")
    await school.lobby.roles.dismiss("U0BARBARA")
    await barbara.go("dm")
    await barbara.say("cohort list")  # at once, before anybody looked after it
    await until(lambda: school.told("U0BARBARA", "That is for instructors"))
    await forge(school, "U0BARBARA", END, str(cohort.id))
    await until(lambda: school.told("U0BARBARA", "Only the instructors of this course"))
    school.caretaker.mark()
    await until(lambda: school.told("U0MARGARET", "it falls to you"))
    kept = await school.lobby.cohorts.cohort(cohort.id)
    assert kept is not None
    assert kept.instructors == {"U0MARGARET"}


async def test_who_left_the_workspace_leads_no_more_and_the_others_are_told(school: School) -> None:
    cohort = await school.cohort(instructors=frozenset({"U0BARBARA", "U0MARGARET"}))
    school.gone.add("U0BARBARA")
    await school.caretaker.look()
    assert school.told("U0MARGARET", "One instructor of") == 1
    kept = await school.lobby.cohorts.cohort(cohort.id)
    assert kept is not None
    assert kept.instructors == {"U0MARGARET"}
    await school.caretaker.look()
    assert school.told("U0MARGARET", "One instructor of") == 1


async def test_where_nobody_is_left_to_lead_the_next_instructor_does(school: School) -> None:
    cohort = await school.cohort()
    await school.lobby.roles.dismiss("U0BARBARA")
    await school.caretaker.look()
    await school.lobby.roles.appoint("U0MARGARET")
    await school.caretaker.look()
    kept = await school.lobby.cohorts.cohort(cohort.id)
    assert kept is not None
    assert kept.instructors == {"U0MARGARET"}
    assert school.told("U0MARGARET", "it falls to you") == 1


# bad input


async def made(school: School, user: str = "U0BARBARA", about: str = "", act: str = MAKE, **filled: str) -> Any:
    """Return what a form brings that somebody sent, or forged."""
    values = {
        "name": {"name": {"type": "plain_text_input", "value": filled.get("name", "March")}},
        "channel": {"channel": {"type": "conversations_select", "selected_conversation": filled.get("channel", CLASS)}},
        "people": {"people": {"type": "multi_users_select", "selected_users": filled.get("people", user).split()}},
        "staff": {"staff": {"type": "conversations_select", "selected_conversation": filled.get("staff")}},
        "starts": {"starts": {"type": "datepicker", "selected_date": filled.get("starts")}},
        "ends": {"ends": {"type": "datepicker", "selected_date": filled.get("ends")}},
    }
    view = {"id": "V9", "type": "modal", "callback_id": f"{DUTY}{act}", "private_metadata": about}
    body = {"type": "view_submission", "user": {"id": user, "name": user, "team_id": TEAM_ID}, "trigger_id": "t"}
    body |= {"team": {"id": TEAM_ID, "domain": "x"}, "api_app_id": APP_ID, "view": view | {"state": {"values": values}}}
    answer = await school.lobby.deliver("interactive", body | {"trigger_id": f"{len(str(filled))}.{filled}{user}{act}"})
    return (answer.payload or {}).get("errors", {})


@pytest.mark.parametrize(
    ("filled", "says"),
    [
        ({"channel": "C0NOWHERE", "ends": "2001-01-01"}, {"channel": "/invite @docent", "ends": "is over already"}),
        ({"channel": "D0BARBARA"}, {"channel": "that is a direct message"}),
        ({"people": "U0LINUS U0BARBARA"}, {"people": "an instructor no more"}),
        ({"people": "U0DOCENT U0BARBARA"}, {"people": "One of them is a program"}),
        ({"staff": CLASS}, {"staff": "Learners read that channel"}),
    ],
)
async def test_a_form_with_something_wrong_says_what_in_a_sentence(
    school: School, filled: dict[str, str], says: dict[str, str]
) -> None:
    await school.lobby.roles.appoint("U0LINUS")
    await school.lobby.roles.dismiss("U0LINUS")
    errors = await made(school, **filled)
    assert errors.keys() == says.keys()
    assert all(words in errors[field] for field, words in says.items())
    assert not await school.lobby.cohorts.open()


async def test_a_channel_that_is_archived_taken_or_none_of_theirs_makes_no_cohort(school: School) -> None:
    put_away, foreign = school.channel("OLD", "U0BARBARA"), school.channel("FOREIGN", "U0ADA")
    barbara = await school.lobby.enter("barbara")
    await barbara.go("#old")
    await barbara.say("/archive")
    assert "is archived" in (await made(school, channel=put_away))["channel"]
    assert "You are not in #foreign yourself" in (await made(school, channel=foreign))["channel"]
    await school.cohort()
    assert "has a cohort already" in (await made(school, channel=CLASS))["channel"]
    assert len(await school.lobby.cohorts.open()) == 1


NAMES = ["עברית מימין לשמאל " * 4, "a*b_c`d~ <!here> @channel " * 3, "👩‍👩‍👧‍👦" * 11]


@pytest.mark.parametrize(
    "name", [" ".join(each[:80].split()) for each in NAMES], ids=["right to left", "signs", "families"]
)
async def test_a_cohort_may_be_called_anything_in_any_script(school: School, name: str) -> None:
    assert await made(school, name=name) == {}
    await until(lambda: school.posted("Join"))
    (cohort,) = await school.lobby.cohorts.open()
    assert cohort.name == name
    ada = await school.lobby.enter("ada")
    await ada.go("#docker-workshop")
    await ada.press("Join")
    await until(lambda: school.told("U0ADA", "You take part in “"))
    barbara = await school.lobby.enter("barbara")
    await barbara.open_home()
    await until(lambda: barbara.home and "1 of 4 have joined" in barbara.home.text)
    assert not [p for p in school.lobby.space.premises.problems.all() if p.code != "not_acknowledged"]


async def test_s10_who_is_no_instructor_learns_how_to_become_one(school: School) -> None:
    ada = await school.lobby.enter("ada")
    await ada.go("#docker-workshop")
    await ada.say("/docent cohort")
    await until(lambda: school.whispered("U0ADA", "docent instructors add U0ADA"))
    assert ada.modal is None
    await ada.say("/docent cohort list")
    await until(lambda: school.whispered("U0ADA", "That is for instructors"))
    assert await made(school, "U0ADA") == {}
    await until(lambda: school.told("U0ADA", "docent instructors add U0ADA"))
    assert not await school.lobby.cohorts.open()


async def forge(school: School, user: str, act: str, about: str, message: Message | None = None) -> None:
    await school.lobby.deliver("interactive", press(user, f"{DUTY}{act}#0", value_of("", None, about), message))


@pytest.mark.parametrize("act", [END, CHANGE, INVITE])
async def test_s07_a_learner_who_presses_an_instructors_button_changes_nothing(school: School, act: str) -> None:
    cohort = await school.cohort()
    posted = len(school.posted("Join"))
    for about in (str(cohort.id), "999", "", "x", "1 or 1", "٣"):
        await forge(school, "U0ADA", act, about)
    await until(lambda: school.told("U0ADA", "Only the instructors of this course can do that") == 6)
    assert await school.lobby.cohorts.open() == [cohort]
    assert len(school.posted("Join")) == posted


async def test_an_instructor_of_one_cohort_can_do_nothing_with_another(school: School) -> None:
    other = school.channel("SECOND", "U0ADA", "U0BARBARA")
    await school.cohort(instructors=frozenset({"U0GRACE"}))
    foreign = await school.cohort(other, "Second")
    await forge(school, "U0GRACE", END, str(foreign.id))
    assert await made(school, "U0GRACE", str(foreign.id), EDIT, name="Mine") == {}
    await until(lambda: school.told("U0GRACE", "Only the instructors of this course") == 2)
    assert foreign in await school.lobby.cohorts.open()


async def test_joining_by_name_needs_the_channel_too(school: School) -> None:
    await school.cohort(school.channel("SECOND", "U0BARBARA"), "Second")
    ada = await school.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("join Second")
    await until(lambda: school.told("U0ADA", "I know of no course"))


async def test_s07_a_join_for_a_course_of_another_channel_takes_no_seat(school: School) -> None:
    other = school.channel("SECOND", "U0BARBARA")
    foreign = await school.cohort(other, "Second")
    await forge(school, "U0ADA", JOIN, str(foreign.id))
    await until(lambda: school.told("U0ADA", "I do not see you there"))
    await forge(school, "U0ADA", JOIN, "12345678901234567890123")
    await until(lambda: school.told("U0ADA", "I know of no course"))
    assert await school.states(foreign) == {}


async def test_a_form_about_a_cohort_that_has_ended_changes_nothing(school: School) -> None:
    cohort = await school.cohort()
    await school.caretaker.end(cohort, "It has ended.")
    assert await made(school, about=str(cohort.id), act=EDIT, name="Again") == {}
    await forge(school, "U0BARBARA", END, str(cohort.id))
    await forge(school, "U0BARBARA", CHANGE, str(cohort.id))
    await until(lambda: school.told("U0BARBARA", "That cohort has ended, so nothing was changed") == 3)
    kept = await school.lobby.cohorts.cohort(cohort.id)
    assert kept is not None
    assert kept.name == "March"


async def test_a_button_to_leave_a_course_that_is_behind_them_leaves_no_other(school: School) -> None:
    other = school.channel("SECOND", "U0ADA", "U0BARBARA")
    first, second = await school.cohort(), await school.cohort(other, "Second")
    await school.rosters.join(second, "U0ADA")
    await forge(school, "U0ADA", LEAVE, str(first.id))
    await until(lambda: school.told("U0ADA", "You take no such course"))
    assert await school.lobby.cohorts.of("U0ADA") == second


async def test_a_place_that_waits_is_given_up_by_its_name(school: School) -> None:
    ada, other = await school.lobby.enter("ada"), school.channel("SECOND", "U0ADA", "U0BARBARA")
    first, second = await school.cohort(), await school.cohort(other, "Second course")
    await school.rosters.join(first, "U0ADA")
    await school.rosters.join(second, "U0ADA")
    await ada.go("dm")
    await ada.say("leave second")
    await until(lambda: school.told("U0ADA", "You take no such course"))
    await ada.say("leave Second Course")
    await school.becomes(second, "U0ADA", SeatState.LEFT)
    assert await school.lobby.cohorts.of("U0ADA") == first


# changing


async def test_a_cohort_is_changed_and_keeps_what_the_form_does_not_ask(school: School) -> None:
    cohort, barbara = await school.cohort(), await school.lobby.enter("barbara")
    await school.lobby.cohorts.amend(cohort.id, lambda now: replace(now, board="C9/1.2"))
    await barbara.go("#docker-workshop")
    await barbara.say("/docent cohort edit")
    await barbara.fill("Name", "April")
    await barbara.choose("Also", "Figures only: instructors see no names and no work")
    assert await barbara.submit() == {}
    await until(lambda: school.posted("April"))
    kept = await school.lobby.cohorts.cohort(cohort.id)
    assert kept == replace(cohort, name="April", nameless=True, board="C9/1.2")
