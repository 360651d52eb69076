from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.authoring.load import load_workshop
from bot.core.cohorts.broadcast import ALL, UNSTARTED, Broadcast, Fate, audiences, preview, progress, recipients, words
from bot.core.learner import Learner

WORKSHOP = load_workshop(Path(__file__).parents[3] / "lessons" / "docker-workshop")
REFS = WORKSHOP.order
users = st.sampled_from([f"U{n}" for n in range(8)])
classes = st.dictionaries(users, st.none() | st.sampled_from(REFS))


@given(st.sets(users), classes, st.sampled_from([value for value, _ in audiences(WORKSHOP)]))
def test_only_those_in_the_course_get_it_each_once(seated: set[str], at: dict[str, object], audience: str) -> None:
    learners = {user: Learner(user, user, at=ref) for user, ref in at.items()}  # type: ignore[arg-type]
    got = recipients(WORKSHOP, audience, seated, learners)
    assert len(got) == len(set(got))
    assert set(got) <= seated
    if audience == ALL:
        assert set(got) == seated


def test_who_is_meant() -> None:
    first, second = (next(ref for ref in REFS if ref.section == each.id) for each in WORKSHOP.sections[:2])
    learners = {
        "U1": Learner("U1", "new"),
        "U2": Learner("U2", "first", at=first),
        "U3": Learner("U3", "second", at=second),
        "U4": Learner("U4", "over", at=first, skipped=frozenset(REFS)),
    }
    seated = {*learners, "U0"}  # of U0 nothing is known yet
    section = f"upto:{first.section}"
    assert recipients(WORKSHOP, UNSTARTED, seated, learners) == ["U0", "U1"]
    assert recipients(WORKSHOP, section, seated, learners) == ["U0", "U1", "U2"]
    assert recipients(WORKSHOP, "upto:99", seated, learners) == ["U0", "U1"]


def test_nothing_can_be_sent_to_nobody_and_what_is_shown_is_what_they_read() -> None:
    draft = Broadcast(7, 1, "UB", "Barbara", "Lunch <!channel>", ALL)
    assert [press.label for press in preview(draft, "March", 0, 5).presses] == ["Change it"]
    shown = preview(draft, "March", 4, 5)
    assert shown.presses[0].label == "Send to 4"
    assert set(words(draft, "March").rows) <= set(shown.rows)


def test_its_author_reads_what_came_of_it() -> None:
    panel = progress("March", {Fate.SENT: 3, Fate.LEFT: 1, Fate.UNSURE: 1})
    assert "3 of 5 have it" in panel.text
    assert [row.text for row in panel.rows[1:]] == [
        "1 left the course before, and got none",
        "1 may or may not have it: I was restarted in that moment",
    ]
    assert "is on its way" in progress("March", {Fate.WAITING: 1}).text
