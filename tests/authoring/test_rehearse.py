"""What a rehearsal does before it plays a section."""

from __future__ import annotations

from bot.authoring.load import load_workshop
from bot.authoring.rehearse import earlier_sections
from bot.authoring.stage import printed
from bot.core.workshop import Section, Workshop
from bot.settings import shipped

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")


def section(name: str, *, acts: bool, builds_on: tuple[str, ...] | None = None) -> Section:
    solve = [{"say": "docker ps"}] if acts else [{"answer": {}}]
    step = {"id": "s", "title": "S", "minutes": 1, "say": "x", "solve": solve}
    return Section.model_validate(
        {"id": name, "title": name, "minutes": 1, "objectives": [], "steps": [step], "builds_on": builds_on}
    )


def before(sections: list[Section]) -> list[str]:
    workshop: Workshop = WORKSHOP.model_copy(update={"sections": tuple(sections)})
    return [each.id for each in earlier_sections(workshop, sections[-1])]


def test_sections_that_leave_something_in_the_sandbox_are_done_first_in_their_order() -> None:
    quiz, one, two = section("01", acts=False), section("02", acts=True), section("03", acts=True)
    assert before([quiz, one, two, section("04", acts=True)]) == ["02", "03"]
    assert before([quiz, one, two, section("04", acts=True, builds_on=("02",))]) == ["02"]
    assert before([quiz, one, two, section("04", acts=True, builds_on=())]) == []
    assert before([quiz]) == []


def test_what_is_waited_for_is_the_last_command_or_the_saved_file() -> None:
    assert printed("ls\ncat a.b") == r"^\$ cat\ a\.b|I stopped here"
    assert printed("replace `a` with `b` in c") == "Saved|Updated"
