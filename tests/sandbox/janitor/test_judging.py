"""What becomes of each thing that is found on a host."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.ports import Entry, Stage
from bot.sandbox.janitor.judging import Fate, Scene, Thing, absent, judge
from bot.sandbox.janitor.seal import Seal, What
from bot.sandbox.names import interpreter_volume

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
START = NOW - timedelta(hours=1)
LONG_AGO, LATELY = START - timedelta(minutes=10), NOW - timedelta(seconds=20)
SEAL = Seal(b"ours")
VERIFIER = "sha256:" + "5" * 64
LAYERS_ID = "sha256:" + "7" * 64


def labels(kind: str, attempt: int = 0) -> dict[str, str]:
    made = {"docent.instance": "main", "docent.learner": "u1", "docent.kind": kind}
    return made | {"docent.attempt": str(attempt) if attempt else ""}


def thing(name: str, kind: str, what: What = What.CONTAINER, attempt: int = 0, state: str = "running") -> Thing:
    return Thing(what, f"id of {name}", name, SEAL.sealed(what, name, labels(kind, attempt)), state, VERIFIER)


def entry(each: Thing, at: datetime = LATELY, stage: Stage = Stage.THERE, until: datetime | None = None) -> Entry:
    return Entry(each.what, each.name, stage, at, each.labels.get("docent.kind", ""), engine_id=each.id, until=until)


def scene(*entries: Entry, **more: object) -> Scene:
    kept = {(What(each.what), each.name): each for each in entries}
    made = Scene("main", SEAL, kept, NOW, START, frozenset({7}), VERIFIER)
    return replace(made, **more)  # type: ignore[arg-type]


def fate(each: Thing, among: Scene) -> Fate | None:
    found = judge(each, among)
    return None if found is None else found.fate


WEB = thing("docent-main-u1-web", "learner")
WANTED = [
    ("a learner's container", WEB, LONG_AGO),
    ("one that ended", replace(WEB, state="exited"), LONG_AGO),
    ("one that was made and not started", replace(WEB, state="created"), LONG_AGO),
    ("a probe of an open attempt", thing("docentprobe-main-u1-7", "probe", attempt=7), LONG_AGO),
    ("a writer at work", thing("docentwriter-main-u1", "writer"), LATELY),
    ("a verifier from before", thing("docentverifier-main-u1", "verifier"), LONG_AGO),
    ("the registry", thing("docentregistry-main", "registry"), LONG_AGO),
    ("a network", thing("docent-main-u1", "network", What.NETWORK), LONG_AGO),
    ("a volume", thing("docent-main-u1-db", "volume", What.VOLUME), LONG_AGO),
    ("the verifier's volume", thing(interpreter_volume("main", VERIFIER), "verifier", What.VOLUME), LONG_AGO),
]


@pytest.mark.parametrize(("each", "at"), [row[1:] for row in WANTED], ids=[row[0] for row in WANTED])
def test_what_is_wanted_is_kept(each: Thing, at: datetime) -> None:
    assert fate(each, scene(entry(each, at))) is Fate.KEEP


UNWANTED = [
    ("a probe of a closed attempt", thing("docentprobe-main-u1-6", "probe", attempt=6), LATELY),
    ("a network of a closed attempt", thing("docent-main-u1-n", "probe", What.NETWORK, 6), LATELY),
    ("a volume of a closed attempt", thing("docent-main-u1-v", "probe", What.VOLUME, 6), LATELY),
    ("a writer from before", thing("docentwriter-main-u1", "writer"), LONG_AGO),
    ("a filler from before", thing("docentfiller-main", "filler"), LONG_AGO),
    ("a browser from before", thing("docentbrowser-main-1", "browser"), LONG_AGO),
    ("a keeper from before", thing("docentkeeper-main-u1", "keeper"), LONG_AGO),
    ("a look from before", thing("docentcopier-main-u1", "probe"), LONG_AGO),
    ("an ended verifier", thing("docentverifier-main-u1", "verifier", state="exited"), LONG_AGO),
    ("an old verifier", replace(thing("docentverifier-main-u1", "verifier"), image_id="sha256:0"), LATELY),
    ("F09 dead", replace(WEB, state="dead"), LATELY),
    ("F09 removal under way", replace(WEB, state="removing"), LATELY),
    ("an old verifier's volume", thing("docent-main-verifier-000", "verifier", What.VOLUME), LONG_AGO),
]


@pytest.mark.parametrize(("each", "at"), [row[1:] for row in UNWANTED], ids=[row[0] for row in UNWANTED])
def test_what_nobody_wants_is_removed(each: Thing, at: datetime) -> None:
    assert fate(each, scene(entry(each, at))) is Fate.REMOVE


def test_what_the_books_do_not_know_any_more_is_removed() -> None:
    for each in (WEB, thing("docent-main-u1", "network", What.NETWORK), thing("docent-main-u1-v", "v", What.VOLUME)):
        assert fate(each, scene()) is Fate.REMOVE


def test_a_lease_that_ended_ends_the_thing() -> None:
    each = thing("docentwriter-main-u1", "writer")
    assert fate(each, scene(entry(each, until=NOW + timedelta(seconds=1)))) is Fate.KEEP
    assert fate(each, scene(entry(each, until=NOW - timedelta(seconds=1)))) is Fate.REMOVE


def test_f01_a_creation_that_a_crash_cut_off_is_undone_before_its_start_and_noted_after() -> None:
    cut = scene(entry(WEB, LONG_AGO, Stage.INTENDED))
    assert fate(replace(WEB, state="created"), cut) is Fate.REMOVE
    assert fate(WEB, cut) is Fate.CONFIRM
    net = thing("docent-main-u1", "network", What.NETWORK)
    assert fate(net, scene(entry(net, LONG_AGO, Stage.INTENDED))) is Fate.CONFIRM


def test_what_is_being_made_now_is_left_alone() -> None:
    half = replace(WEB, state="created")
    assert fate(half, scene(entry(WEB, LATELY, Stage.INTENDED))) is Fate.KEEP
    assert fate(half, scene(making=frozenset({(What.CONTAINER, WEB.name)}))) is Fate.KEEP
    given_up = entry(WEB, NOW - timedelta(minutes=5), Stage.INTENDED)
    assert fate(half, scene(given_up)) is Fate.REMOVE


def test_what_nobody_waits_with_any_more_is_removed() -> None:
    verifier, keeper = thing("docentverifier-main-u1", "verifier"), thing("docentkeeper-main-u1", "keeper")
    for each in (verifier, keeper):
        at = NOW - timedelta(minutes=10)
        assert fate(each, scene(entry(each, at), warm=frozenset({each.name}))) is Fate.KEEP
        assert fate(each, scene(entry(each, at), warm=frozenset())) is Fate.REMOVE
        assert fate(each, scene(entry(each, LATELY), warm=frozenset())) is Fate.KEEP, "it may be about to be"


def test_a_renamed_container_is_kept() -> None:
    renamed = replace(WEB, name="docent-main-u1-old")
    known = replace(entry(WEB, LONG_AGO), name=renamed.name)
    assert fate(renamed, scene(known)) is Fate.KEEP
    assert fate(replace(renamed, id="another"), scene(known)) is Fate.ALARM, "a copy of its labels"


STRANGERS = [
    ("no labels, no name of ours", Thing(What.CONTAINER, "1", "postgres"), None),
    ("a name like ours", Thing(What.CONTAINER, "1", "docent-main-u1-web"), Fate.KEEP),
    ("a network with a name like ours", Thing(What.NETWORK, "1", "docent-main-u1-net"), Fate.KEEP),
    ("a volume with a name like ours", Thing(What.VOLUME, "1", "docent-main-u1-db"), Fate.KEEP),
    ("an image with a name like ours", Thing(What.IMAGE, "1", "docent-main/u1/app:latest"), None),
    (
        "another Docent's",
        replace(WEB, name="docent-other-u1-web", labels=WEB.labels | {"docent.instance": "other"}),
        None,
    ),
    ("labels without a seal", Thing(What.CONTAINER, "1", "db", labels("learner")), Fate.ALARM),
    ("labels with a bad seal", replace(WEB, labels=WEB.labels | {"docent.sig": "0" * 32}), Fate.ALARM),
    ("labels copied from ours", replace(WEB, name="db"), Fate.ALARM),
    ("labels of ours on a volume", Thing(What.VOLUME, "1", "db", WEB.labels), Fate.ALARM),
    ("labels of ours on a network", Thing(What.NETWORK, "1", "db", WEB.labels), Fate.ALARM),
    ("labels of ours on an image", Thing(What.IMAGE, "1", "db:1", WEB.labels), Fate.ALARM),
    (
        "made from a learner's image",
        Thing(What.CONTAINER, "1", "db", SEAL.sealed(What.IMAGE, "", {"docent.instance": "main"})),
        Fate.KEEP,
    ),
]


@pytest.mark.parametrize(("each", "expected"), [row[1:] for row in STRANGERS], ids=[row[0] for row in STRANGERS])
@pytest.mark.parametrize("alive", [True, False])
def test_f32_what_is_not_ours_is_never_removed(each: Thing, expected: Fate | None, *, alive: bool) -> None:
    assert fate(each, scene(alive=alive)) is expected
    elsewhere = entry(WEB, LONG_AGO)  # that ours is known, too, makes no difference
    assert fate(replace(each, id="1"), scene(elsewhere, alive=alive)) is expected


def test_the_step_of_a_build_is_known_by_its_group() -> None:
    step = Thing(What.CONTAINER, "1", "quirky_turing", group="/docent-build/main-u1", made_at=LATELY)
    assert fate(step, scene()) is Fate.KEEP
    assert fate(replace(step, made_at=NOW - timedelta(minutes=6)), scene()) is Fate.REMOVE
    assert fate(replace(step, made_at=LONG_AGO), scene()) is Fate.REMOVE
    assert fate(step, scene(alive=False)) is Fate.REMOVE
    began = START + timedelta(microseconds=400_000)
    early = scene(since=began, now=began + timedelta(seconds=30))
    assert fate(replace(step, made_at=START), early) is Fate.KEEP, "made in the second of the start"
    assert fate(replace(step, group="/docent-build/main2-u1", made_at=LONG_AGO), scene()) is None
    assert fate(replace(step, group="", made_at=LONG_AGO), scene()) is None


def test_the_step_of_a_build_may_have_the_labels_of_the_image_that_is_being_made() -> None:
    labels = {"docent.instance": "main", "docent.layer": "true"}
    step = Thing(What.CONTAINER, "0" * 64, "quirky_turing", labels, "created", group="/docent-build/main-u1")
    assert fate(replace(step, made_at=LATELY), scene()) is Fate.KEEP
    assert fate(replace(step, made_at=LONG_AGO), scene()) is Fate.REMOVE
    assert fate(replace(step, group="", made_at=LONG_AGO), scene()) is Fate.KEEP, "a stranger's of our image"


@pytest.mark.parametrize("alive", [True, False])
def test_a_step_in_the_group_of_all_docents_goes_when_no_build_can_be_so_old(*, alive: bool) -> None:
    step = Thing(What.CONTAINER, "0" * 64, "quirky_turing", group="docent-build.slice", made_at=LATELY)
    assert fate(step, scene(alive=alive)) is Fate.KEEP, "it may be another Docent's"
    assert fate(replace(step, made_at=NOW - timedelta(minutes=6)), scene(alive=alive)) is Fate.REMOVE


def test_a_name_that_an_image_had_for_one_look_goes_with_it() -> None:
    look = Thing(What.IMAGE, LAYERS_ID, "docentcopier-main-u1:latest", WEB.labels)
    later = NOW + timedelta(minutes=5)
    assert fate(look, scene(entry(look, LATELY, until=later))) is Fate.KEEP
    assert fate(look, scene(entry(look, LONG_AGO, until=later))) is Fate.REMOVE
    assert fate(look, scene(entry(look, LATELY, until=NOW - timedelta(1)))) is Fate.REMOVE


def test_without_its_bot_only_learners_own_things_are_kept() -> None:
    dead = {"alive": False}
    kept = {"a learner's container", "one that ended", "one that was made and not started", "the registry"}
    kept |= {"a network", "a volume", "the verifier's volume"}
    for name, each, at in WANTED:
        expected = Fate.KEEP if name in kept else Fate.REMOVE
        assert fate(each, scene(entry(each, at), **dead)) is expected, name


def test_f26_what_a_reboot_took_is_struck_from_the_books() -> None:
    known = scene(entry(WEB, LONG_AGO))
    assert [each.name for each in absent(known, frozenset(), frozenset(), NOW)] == [WEB.name]
    assert not absent(known, frozenset({(What.CONTAINER, WEB.name)}), frozenset(), NOW)
    assert not absent(known, frozenset(), frozenset({WEB.id}), NOW), "it was renamed"
    assert not absent(scene(entry(WEB, NOW)), frozenset(), frozenset(), LATELY), "made after we looked"
    assert not absent(scene(entry(WEB, LATELY, Stage.INTENDED)), frozenset(), frozenset(), NOW), "about to be made"
