from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.authoring.load import load_workshop
from bot.core.learner import Learner
from bot.core.standing import (
    Standing,
    StandingContainer,
    StandingImage,
    State,
    deeds,
    left_to_author,
    newest,
)
from bot.core.workshop import StepRef
from bot.handin.plan import (
    BuildPlan,
    ConnectNetwork,
    CreateNetwork,
    CreateVolume,
    PublishedPort,
    RunPlan,
    StopContainers,
    TagImage,
)
from bot.settings import shipped

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")
THEN = datetime(2026, 11, 23, 9, tzinfo=UTC)
APP = StandingImage("sha256:a", ("getting-started:latest",))
OLD = StandingImage("sha256:o")
BUILD = BuildPlan(("getting-started:latest",))
PORT = (PublishedPort(3000, 3000, "127.0.0.1"),)
WEB = StandingContainer("brave_curie", RunPlan("getting-started", ports=PORT), APP.id, State.RUNNING)

names = st.sampled_from([f"c{number}" for number in range(6)])
images = st.lists(
    st.builds(
        StandingImage,
        st.sampled_from([f"sha256:{number}" for number in range(5)]),
        st.lists(st.sampled_from([f"i{number}:latest" for number in range(5)]), max_size=2, unique=True).map(tuple),
    ),
    max_size=4,
    unique_by=lambda image: image.id,
)
containers = st.lists(
    st.builds(
        StandingContainer,
        names,
        st.builds(RunPlan, st.just("x")),
        st.sampled_from([f"sha256:{number}" for number in range(5)]),
        st.sampled_from(State),
        st.lists(st.sampled_from(["n1", "n2"]), unique=True).map(tuple),
    ),
    max_size=6,
    unique_by=lambda container: container.name,
)
standings = st.builds(
    Standing,
    volumes=st.lists(st.builds(CreateVolume, names), max_size=3).map(tuple),
    networks=st.lists(st.builds(CreateNetwork, names), max_size=3).map(tuple),
    images=images.map(tuple),
    containers=containers.map(tuple),
)


@given(standing=standings, known=st.sets(st.integers(0, 4)), there=st.sets(st.integers(0, 4)))
def test_everything_comes_back_once_or_is_named_as_lost(standing: Standing, known: set[int], there: set[int]) -> None:
    builds = {f"sha256:{number}": BuildPlan(("i:latest",)) for number in known}
    todo, lost = deeds(standing, builds, {f"sha256:{number}" for number in there})
    ran = [deed.plan.name for deed in todo if isinstance(deed.plan, RunPlan)]
    assert sorted(ran) == sorted(container.name for container in standing.containers)
    built = [deed.image for deed in todo if isinstance(deed.plan, BuildPlan)]
    assert len(built) == len(set(built))
    missing = [
        image
        for image in standing.images
        if image.id not in builds and f"{image.id}" not in {f"sha256:{number}" for number in there}
    ]
    assert len(lost) == len(missing)
    given_names = [tag for deed in todo for tag in _names(deed.plan)]
    wanted = [tag for image in standing.images if image not in missing for tag in image.tags]
    assert sorted(given_names) == sorted(wanted)


def _names(plan: object) -> tuple[str, ...]:
    return plan.tags if isinstance(plan, BuildPlan) else (plan.target,) if isinstance(plan, TagImage) else ()


@given(standing=standings)
def test_things_come_back_before_what_needs_them(standing: Standing) -> None:
    todo, _ = deeds(standing, {f"sha256:{number}": BUILD for number in range(5)}, ())
    order = (CreateVolume, CreateNetwork, BuildPlan, RunPlan)
    first = [order.index(type(deed.plan)) for deed in todo if isinstance(deed.plan, order)]
    assert first == sorted(first)
    seen: set[str] = set()
    for deed in todo:
        if isinstance(deed.plan, RunPlan):
            seen.add(deed.plan.name)
        if isinstance(deed.plan, ConnectNetwork):
            assert deed.plan.container in seen
        if isinstance(deed.plan, StopContainers):
            assert set(deed.plan.names) <= seen


def test_a_container_without_a_name_gets_the_one_that_docker_had_made_up() -> None:
    todo, lost = deeds(Standing(images=(APP,), containers=(WEB,)), {APP.id: BUILD}, ())
    assert [deed.plan for deed in todo] == [
        BUILD,
        RunPlan("getting-started", name="brave_curie", detach=True, ports=PORT),
    ]
    assert [deed.what for deed in todo] == ["the image getting-started", "the container brave_curie"]
    assert not lost


def test_an_image_that_is_still_there_only_gets_its_names_back() -> None:
    todo, _ = deeds(Standing(images=(APP,)), {APP.id: BUILD}, {APP.id})
    assert [deed.plan for deed in todo] == [TagImage(APP.id, "getting-started:latest")]


def test_the_old_image_of_a_container_is_built_first_and_takes_no_name() -> None:
    old = StandingContainer("todo", RunPlan("getting-started"), OLD.id, State.RUNNING)
    todo, _ = deeds(Standing(images=(APP, OLD), containers=(old,)), {APP.id: BUILD, OLD.id: BUILD}, ())
    assert [(type(deed.plan), _names(deed.plan), deed.image) for deed in todo] == [
        (BuildPlan, (), OLD.id),
        (BuildPlan, ("getting-started:latest",), APP.id),
        (RunPlan, (), OLD.id),
    ]


def test_a_container_that_found_its_port_taken_comes_last_and_may_fail_again() -> None:
    never = StandingContainer("late", RunPlan("getting-started", ports=PORT), APP.id, State.CREATED)
    ended = StandingContainer("early", RunPlan("getting-started", ports=PORT), APP.id, State.ENDED)
    todo, _ = deeds(Standing(images=(APP,), containers=(never, WEB, ended)), {}, {APP.id})
    ran = [deed for deed in todo if isinstance(deed.plan, RunPlan | StopContainers)]
    assert [(type(deed.plan), deed.what.split()[-1], deed.may_fail) for deed in ran] == [
        (RunPlan, "early", False),
        (StopContainers, "early", False),
        (RunPlan, "brave_curie", False),
        (RunPlan, "late", True),
        (StopContainers, "late", False),
    ]


def test_a_build_is_done_again_with_its_cache_and_all_its_names() -> None:
    image = StandingImage("sha256:a", ("getting-started:latest", "mine:1"))
    todo, _ = deeds(Standing(images=(image,)), {image.id: BuildPlan(("x:1",), no_cache=True, target="final")}, ())
    assert todo[0].plan == BuildPlan(image.tags, target="final")


def learner(*done: str, skipped: tuple[str, ...] = ()) -> Learner:
    passed = {StepRef.parse(each): THEN for each in done}
    return Learner("U1", "Ada", passed=passed, skipped=frozenset(map(StepRef.parse, skipped)))


def test_the_newest_standing_of_a_step_that_is_still_passed_counts() -> None:
    taken = [StepRef("03", "rebuild"), StepRef("02", "run")]
    assert newest(learner("02/run", "03/rebuild"), taken) == taken[0]
    assert newest(learner("02/run"), taken) == taken[1]
    assert newest(learner(), taken) is None


REFS = st.sets(st.sampled_from(WORKSHOP.order))


@given(passed=REFS, skipped=REFS, taken=REFS)
def test_only_steps_that_are_done_are_left_to_the_author(
    passed: set[StepRef], skipped: set[StepRef], taken: set[StepRef]
) -> None:
    ada = Learner("U1", "Ada", passed=dict.fromkeys(passed, THEN), skipped=frozenset(skipped))
    left = left_to_author(WORKSHOP, ada, taken)
    refs = [ref for ref, _ in left]
    assert refs == sorted(refs, key=WORKSHOP.order.index)
    own = [WORKSHOP.order.index(ref) for ref in taken if ada.done(ref)]
    for ref, act in left:
        assert ada.done(ref)
        assert act.say
        assert WORKSHOP.order.index(ref) > max(own, default=-1)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [((), ["docker build -t getting-started ."]), (("02/build",), [])],
)
def test_a_skipped_step_of_which_nothing_is_kept_is_done_as_its_author_would(
    taken: tuple[str, ...], expected: list[str]
) -> None:
    ada = learner(skipped=("02/dockerfile", "02/build"))
    assert [act.say for _, act in left_to_author(WORKSHOP, ada, map(StepRef.parse, taken))] == expected
