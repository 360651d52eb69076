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
from bot.handin.compose.commands import Compose, Source, Up
from bot.handin.plan import (
    BuildPlan,
    ConnectNetwork,
    CreateNetwork,
    CreateVolume,
    PublishedPort,
    PullImage,
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
        st.builds(RunPlan, st.sampled_from(["x", "i1", "i2:latest"])),
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
    present = {f"sha256:{number}" for number in there}
    todo, lost = deeds(standing, builds, present)
    ran = [deed.plan.name for deed in todo if isinstance(deed.plan, RunPlan)]
    assert sorted(ran) == sorted(container.name for container in standing.containers)
    built = [deed.image for deed in todo if isinstance(deed.plan, BuildPlan)]
    assert len(built) == len(set(built))
    assert not present & set(built)
    unknown = [each for each in standing.images if not each.tags and each.id not in {*builds, *present}]
    assert len(lost) == len(unknown)
    for image in standing.images:
        for tag in image.tags:
            # whoever had the name for a while, at the end its own image has it
            last = [deed for deed in todo if tag in _names(deed.plan)][-1]
            assert last.image == image.id or isinstance(last.plan, PullImage) or shared(tag, standing)


def shared(tag: str, standing: Standing) -> bool:
    return sum(tag in image.tags for image in standing.images) > 1  # which no engine has


def _names(plan: object) -> tuple[str, ...]:
    if isinstance(plan, PullImage):
        return (f"{plan.image}:latest",)
    return plan.tags if isinstance(plan, BuildPlan) else (plan.target,) if isinstance(plan, TagImage) else ()


@given(standing=standings)
def test_things_come_back_before_what_needs_them(standing: Standing) -> None:
    todo, _ = deeds(standing, {f"sha256:{number}": BUILD for number in range(5)}, ())
    kept = [isinstance(deed.plan, CreateVolume | CreateNetwork) for deed in todo]
    assert kept == sorted(kept, reverse=True)
    images = {container.name: container.image for container in standing.containers}
    own = {image.id for image in standing.images}
    built, ran = set(), set()
    for deed in todo:
        if isinstance(deed.plan, BuildPlan):
            built.add(deed.image)
        if isinstance(deed.plan, RunPlan):
            assert images[deed.plan.name] in built | (set(images.values()) - own)
            ran.add(deed.plan.name)
        if isinstance(deed.plan, ConnectNetwork):
            assert deed.plan.container in ran
        if isinstance(deed.plan, StopContainers):
            assert set(deed.plan.names) <= ran


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


def test_an_older_image_has_its_name_once_more_until_its_container_runs() -> None:
    old = StandingContainer("todo", RunPlan("getting-started"), OLD.id, State.RUNNING)
    todo, _ = deeds(Standing(images=(APP, OLD), containers=(old, WEB)), {APP.id: BUILD, OLD.id: BUILD}, ())
    assert [(type(deed.plan), _names(deed.plan), deed.what) for deed in todo] == [
        (BuildPlan, ("getting-started:latest",), "an older image"),
        (RunPlan, (), "the container todo"),
        (BuildPlan, ("getting-started:latest",), "the image getting-started"),
        (RunPlan, (), "the container brave_curie"),
    ]


def test_a_container_whose_image_was_named_by_id_gets_the_image_that_is_built_anew() -> None:
    by_id = StandingContainer("todo", RunPlan("0f0f"), "sha256:0f0f0f", State.RUNNING)
    todo, _ = deeds(Standing(images=(StandingImage("sha256:0f0f0f"),), containers=(by_id,)), {}, {"sha256:0f0f0f"})
    assert [(type(deed.plan), deed.image) for deed in todo] == [(RunPlan, "sha256:0f0f0f")]


def test_a_compose_project_comes_back_by_its_file_after_all_else() -> None:
    project = Source("compose.yaml", "shop")
    app = StandingContainer("shop-app-1", RunPlan("x"), "i", State.RUNNING, (), "app", project)
    db = StandingContainer("shop-db-1", RunPlan("y"), "j", State.ENDED, (), "db", project)
    todo, lost = deeds(Standing(containers=(app, WEB, db)), {}, ())
    assert [(deed.plan, deed.image) for deed in todo[1:]] == [
        (Compose(Up(("app", "db"), detach=True, alone=True), project), "compose:shop"),
        (StopContainers(("shop-db-1",), 1), ""),
    ]
    assert not lost


def test_an_image_that_was_pulled_is_pulled_again() -> None:
    todo, lost = deeds(Standing(images=(StandingImage("sha256:p", ("ada/getting-started:latest",)),)), {}, ())
    assert ([deed.plan for deed in todo], lost) == ([PullImage("ada/getting-started", quiet=True)], ())


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
