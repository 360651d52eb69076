"""Preparing the base images, with small recipes and an engine in memory; and the same contract on a real engine."""

from __future__ import annotations

import io
import secrets
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.sandbox.catalogue import BROWSER, CATALOGUE, needed_for, registry_of
from bot.sandbox.contexts import Recipe
from bot.sandbox.engine_images import EngineImages
from bot.sandbox.image_engine import BuildFailed, ImageEngine, LocalImage, NoRegistry, Ran
from bot.sandbox.images import RECIPE_LABEL, STANDIN_LABEL, PreparedImage, Stage, Step, list_images, prepare

ALPINE, NODE = "alpine:latest", "node:24-alpine"
ROOT = Path(__file__).parents[2]
STAT = "stat: can't stat 'greeting.txt': No such file or directory\n"


class MemoryEngine:
    """An engine in memory. A build fails at a `RUN false`; a container prints what `prints` says for its program."""

    def __init__(self) -> None:
        self.images: dict[str, LocalImage] = {}
        self.names: dict[str, str] = {}
        self.registry: set[str] = set()
        self.prints = {"stat": STAT, "node": "v24.1.0\n", "sh": "hello\n"}
        self.built: list[str] = []  #: the Dockerfiles of all builds
        self.asked: list[str] = []  #: what registries were asked for
        self.triggers: dict[str, tuple[str, ...]] = {}  #: name in a registry → its ONBUILD

    def ping(self) -> None:
        return

    def find(self, ref: str) -> LocalImage | None:
        return self.images.get(self.names.get(ref, ref))

    def pull(self, ref: str, said: Callable[[str, float | None], None]) -> LocalImage:
        self.asked.append(ref)
        if ref not in self.registry:
            raise NoRegistry(f"No registry answers for {ref} from here.")
        said("Downloading", 0.5)
        return self._add(ref, {}, self.triggers.get(ref, ()))

    def build(
        self, context: Path, tag: str, labels: Mapping[str, str], said: Callable[[str], None], deadline_s: float
    ) -> LocalImage:
        with tarfile.open(context) as tar:
            member = tar.extractfile("Dockerfile")
            assert member is not None
            dockerfile = member.read().decode()
        self.built.append(dockerfile)
        if "RUN false" in dockerfile:
            raise BuildFailed("RUN false returned 1")
        said("Step 1/1")
        return self._add(tag, labels)

    def tag(self, image_id: str, ref: str) -> None:
        self.names[ref] = image_id

    def remove(self, ref: str) -> None:
        image_id = self.names.pop(ref, ref)
        self.names = {name: at for name, at in self.names.items() if at != image_id or ref != image_id}
        if image_id not in self.names.values():
            self.images.pop(image_id, None)

    def run_once(self, image_id: str, command: Sequence[str], *, entrypoint: str, deadline_s: float) -> Ran:
        return Ran(0, self.prints.get(entrypoint, ""))

    def _add(self, ref: str, labels: Mapping[str, str], triggers: tuple[str, ...] = ()) -> LocalImage:
        made = LocalImage(f"sha256:{secrets.token_hex(32)}", dict(labels), triggers)
        self.images[made.id] = made
        self.names[ref] = made.id
        return made


class MemoryPins:
    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, bool]] = {}

    def get(self) -> Mapping[str, str]:
        return {name: image_id for name, (image_id, _) in self.kept.items()}

    def put(self, name: str, image_id: str, standin: bool) -> None:
        self.kept[name] = (image_id, standin)


class Desk:
    """A folder with small recipes, an engine and pins, and one call to prepare."""

    def __init__(self, root: Path) -> None:
        self.root, self.engine, self.pins = root, MemoryEngine(), MemoryPins()
        self.steps: list[Step] = []
        self.cache = root / "cache"
        (root / "deploy" / "images").mkdir(parents=True)
        (root / "deploy" / "images" / "lib.sh").touch()
        for row in CATALOGUE:
            self.recipe(row.recipe.folder, 'printf "FROM %s\\n" "${DOCENT_BASE:-scratch}" > "$1/Dockerfile"\n')

    def recipe(self, folder: str, script: str) -> None:
        path = self.root / "deploy" / "images" / folder
        path.mkdir(exist_ok=True)
        (path / "context.sh").write_text(script)

    def prepare(self, *only: str, refresh: bool = False) -> list[PreparedImage]:
        return prepare(
            self.engine,
            self.pins,
            self.steps.append,
            root=self.root,
            cache=self.cache,
            only=only,
            refresh=refresh,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_registrys_image_is_served_where_there_is_one(desk: Desk) -> None:
    desk.engine.registry = {ALPINE}
    (image,) = desk.prepare(ALPINE)
    assert (image.standin, image.fresh, desk.engine.built) == (False, True, [])
    assert desk.pins.kept == {ALPINE: (image.id, False)}
    assert desk.engine.names["docent/alpine:latest"] == image.id


def test_a_stand_in_is_made_where_no_registry_answers(desk: Desk) -> None:
    (image,) = desk.prepare(ALPINE)
    assert image.standin
    assert desk.pins.kept == {ALPINE: (image.id, True)}
    assert desk.engine.names == {"docent/alpine:latest": image.id, ALPINE: image.id}
    assert desk.engine.images[image.id].labels[STANDIN_LABEL] == "true"
    said = {step.stage: step.say for step in desk.steps}
    assert said[Stage.PULLING] == "No registry answers for alpine:latest from here."
    assert said[Stage.READY] == "stand-in made from packages"


def test_what_is_ready_is_left_alone(desk: Desk) -> None:
    first = desk.prepare(ALPINE, NODE)
    builds, asked = len(desk.engine.built), len(desk.engine.asked)
    second = desk.prepare(ALPINE, NODE)
    assert [image.id for image in second] == [image.id for image in first]
    assert not any(image.fresh for image in second)
    assert (len(desk.engine.built), len(desk.engine.asked)) == (builds, asked)


def test_a_changed_recipe_makes_the_image_anew_and_the_old_one_goes(desk: Desk) -> None:
    (old,) = desk.prepare(ALPINE)
    desk.recipe("alpine", 'echo "FROM scratch" > "$1/Dockerfile"; echo changed\n')
    assert [listed.current for listed in list_images(desk.engine, desk.root) if listed.name == ALPINE] == [False]
    (new,) = desk.prepare(ALPINE)
    assert new.id != old.id
    assert desk.pins.get() == {ALPINE: new.id}
    assert list(desk.engine.images) == [new.id]
    assert desk.engine.names == {"docent/alpine:latest": new.id, ALPINE: new.id}


def test_npms_cache_goes_on_top_of_the_real_node_image(desk: Desk) -> None:
    desk.engine.registry = {NODE}
    (image,) = desk.prepare(NODE)
    real = desk.engine.names[NODE]
    assert desk.engine.built[0] == f"FROM {real}\n"
    assert (image.id != real, image.standin) == (True, False)
    # the usual name stays with the real image, and the offline install was tried on ours
    assert f"FROM {image.id}" in desk.engine.built[1]
    assert "npm install --omit=dev" in desk.engine.built[1]
    assert desk.engine.find(f"docent/smoke:{image.id[7:19]}") is None


def test_settings_go_on_top_of_the_real_database(desk: Desk) -> None:
    desk.engine.registry.add("mysql:8.0")
    desk.engine.prints["mysqld"] = "mysqld  Ver 8.0.39 for Linux on x86_64\n"
    for name in ("mysql/context.sh", "mysql/small.cnf", "mysql/Dockerfile", "lib.sh"):
        shutil.copy(ROOT / "deploy" / "images" / name, desk.root / "deploy" / "images" / name)
    (image,) = desk.prepare("mysql:8.0")
    real = desk.engine.names["mysql:8.0"]
    assert (image.standin, image.id != real) == (False, True)
    assert desk.engine.built == [f"FROM {real}\nADD rootfs.tar /\n"]


def test_asking_again_replaces_a_stand_in_once_a_registry_answers(desk: Desk) -> None:
    (standin,) = desk.prepare(ALPINE)
    assert desk.prepare(ALPINE, refresh=True)[0].id == standin.id
    desk.engine.registry = {ALPINE}
    (real,) = desk.prepare(ALPINE, refresh=True)
    assert (real.standin, real.id != standin.id) == (False, True)
    assert desk.engine.names["docent/alpine:latest"] == real.id == desk.pins.get()[ALPINE]


def test_lost_pins_are_found_again_without_a_build(desk: Desk) -> None:
    (image,) = desk.prepare(ALPINE)
    desk.pins.kept.clear()
    builds = len(desk.engine.built)
    desk.prepare(ALPINE)
    assert desk.pins.get() == {ALPINE: image.id}
    assert len(desk.engine.built) == builds


def test_an_image_that_does_not_work_is_not_pinned_and_the_others_are(desk: Desk) -> None:
    desk.engine.prints["stat"] = "exec format error"
    with pytest.raises(OperatorError, match=r"alpine:latest does not work: stat greeting\.txt printed 'exec format"):
        desk.prepare(ALPINE, NODE)
    assert list(desk.pins.kept) == [NODE]
    assert Stage.FAILED in {step.stage for step in desk.steps if step.name == ALPINE}


@pytest.mark.parametrize("name", [ALPINE, NODE])
def test_d14_a_base_that_acts_in_the_builds_on_it_is_not_served(desk: Desk, name: str) -> None:
    desk.engine.registry = {name}
    desk.engine.triggers[name] = ("ADD http://169.254.169.254/ /x",)
    with pytest.raises(OperatorError, match=f"{name} has ONBUILD instructions"):
        desk.prepare(name)
    assert desk.pins.kept == {}
    assert desk.engine.built == []


def test_an_image_that_the_workshop_can_do_without_stops_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for row in CATALOGUE if row.name in {ALPINE, BROWSER}]
    monkeypatch.setattr("bot.sandbox.images.CATALOGUE", rows)
    desk.recipe("browser", "echo no such package >&2; exit 1\n")
    prepared = prepare(desk.engine, desk.pins, desk.steps.append, root=desk.root, cache=desk.cache)
    assert [image.name for image in prepared] == [ALPINE]
    assert [(step.name, step.stage) for step in desk.steps if step.stage is Stage.FAILED] == [(BROWSER, Stage.FAILED)]
    with pytest.raises(OperatorError, match="no such package"):
        desk.prepare(BROWSER)


def test_a_folder_for_downloads_may_be_relative(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.recipe("alpine", 'cd / && test -d "$2" && echo "FROM scratch" > "$1/Dockerfile"\n')
    monkeypatch.chdir(desk.root)
    desk.cache = Path("downloads")
    assert desk.prepare(ALPINE)[0].fresh


def test_a_recipe_that_stops_is_named_with_its_last_words(desk: Desk) -> None:
    desk.recipe("alpine", "echo E: no space left on device >&2; exit 3\n")
    with pytest.raises(OperatorError, match=r"alpine/context\.sh stopped: E: no space left"):
        desk.prepare(ALPINE)


def test_a_build_that_stops_is_named_with_its_line(desk: Desk) -> None:
    desk.recipe("alpine", 'echo "RUN false" > "$1/Dockerfile"\n')
    with pytest.raises(OperatorError, match="RUN false returned 1"):
        desk.prepare(ALPINE)


def test_an_unknown_image_is_said_to_be_unknown(desk: Desk) -> None:
    with pytest.raises(OperatorError, match="no image called windows"):
        desk.prepare("windows")


def test_the_hash_of_a_recipe_follows_its_files_and_inputs_and_not_its_readme(tmp_path: Path) -> None:
    folder = tmp_path / "deploy" / "images" / "x"
    folder.mkdir(parents=True)
    (tmp_path / "deploy" / "images" / "lib.sh").touch()
    recipe, seen = Recipe("x", ("app/*.json",)), []
    for name, text in [
        ("deploy/images/x/context.sh", "a"),
        ("deploy/images/x/context.sh", "b"),
        ("app/package.json", "{}"),
        ("deploy/images/lib.sh", "c"),
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        seen.append(recipe.digest(tmp_path))
    assert len(set(seen)) == len(seen)
    (folder / "README.md").write_text("words")
    (tmp_path / "app" / "other.txt").write_text("words")
    assert recipe.digest(tmp_path) == seen[-1]


@pytest.mark.parametrize(
    ("sections", "names"),
    [
        ([], ()),
        ([1], ("docent-verifier",)),
        ([1, 2], ("docent-verifier", NODE)),
        ([4], ("docent-verifier", NODE, "registry:2")),
        ([5], ("docent-verifier", NODE, "registry:2", ALPINE)),
        (range(1, 11), tuple(row.name for row in CATALOGUE if not row.optional)),
    ],
)
def test_sections_need_the_images_of_all_sections_before(sections: Sequence[int], names: tuple[str, ...]) -> None:
    assert needed_for(sections) == names


@pytest.mark.parametrize(
    ("ref", "registry"),
    [
        ("alpine", "docker.io"),
        ("nicolaka/netshoot:latest", "docker.io"),
        ("gcr.io/distroless/x", "gcr.io"),
        ("localhost:5000/a", "localhost:5000"),
        ("localhost/a", "localhost"),
    ],
)
def test_a_reference_names_its_registry(ref: str, registry: str) -> None:
    assert registry_of(ref) == registry


def test_every_recipe_of_the_catalogue_is_there() -> None:
    for row in CATALOGUE:
        assert (ROOT / "deploy" / "images" / row.recipe.folder / "context.sh").is_file()
        for pattern in row.recipe.inputs:
            assert list(ROOT.glob(pattern)), pattern


# --- the contract of an engine, on both


@pytest.fixture(params=["memory", pytest.param("docker", marks=pytest.mark.engine)])
def engine(request: pytest.FixtureRequest) -> Iterator[ImageEngine]:
    if request.param == "memory":
        memory = MemoryEngine()
        memory.tag(memory._add(ALPINE, {}).id, ALPINE)
        yield memory
        return
    real = EngineImages()
    real.ping()
    assert real.find(ALPINE) is not None, "no alpine:latest: run `docent images prepare`"
    yield real


@pytest.fixture
def built(engine: ImageEngine, tmp_path: Path) -> Iterator[tuple[str, LocalImage]]:
    tag = f"docenttest-{secrets.token_hex(4)}:latest"
    yield tag, engine.build(context(tmp_path, f"FROM {ALPINE}\nRUN true\n"), tag, {"a": "b"}, lambda _: None, 60)
    engine.remove(tag)


def context(folder: Path, dockerfile: str) -> Path:
    (folder / "Dockerfile").write_text(dockerfile)
    with tarfile.open(folder / "context.tar", "w") as tar:
        tar.add(folder / "Dockerfile", "Dockerfile")
    return folder / "context.tar"


def test_what_was_built_is_found_by_tag_and_by_id(engine: ImageEngine, built: tuple[str, LocalImage]) -> None:
    tag, made = built
    for ref in (tag, made.id):
        found = engine.find(ref)
        assert found is not None
        assert (found.id, found.labels["a"]) == (made.id, "b")


@pytest.mark.engine
def test_d14_the_engine_tells_what_a_base_does_to_builds(tmp_path: Path) -> None:
    engine, tag = EngineImages(), f"docenttest-{secrets.token_hex(4)}:latest"
    text = "FROM scratch\nLABEL a=b\nONBUILD RUN true\n"
    try:
        assert engine.build(context(tmp_path, text), tag, {}, lambda _: None, 60).triggers == ("RUN true",)
    finally:
        engine.remove(tag)


def test_a_name_can_be_given_and_taken_away_twice(engine: ImageEngine, built: tuple[str, LocalImage]) -> None:
    tag, made = built
    other = tag.replace(":latest", ":other")
    engine.tag(made.id, other)
    assert engine.find(other) == engine.find(tag)
    engine.remove(other)
    engine.remove(other)
    assert (engine.find(other), engine.find(tag) is None) == (None, False)


def test_a_build_that_fails_says_where(engine: ImageEngine, tmp_path: Path) -> None:
    tag = f"docenttest-{secrets.token_hex(4)}:latest"
    with pytest.raises(BuildFailed, match="false"):
        engine.build(context(tmp_path, f"FROM {ALPINE}\nRUN false\n"), tag, {}, lambda _: None, 60)
    assert engine.find(tag) is None


def test_a_container_runs_once_and_its_output_comes_back(engine: ImageEngine, built: tuple[str, LocalImage]) -> None:
    ran = engine.run_once(built[1].id, ["-c", "echo hello"], entrypoint="sh", deadline_s=30)
    assert ran == Ran(0, "hello\n")


def test_a_registry_that_is_not_there_is_one_sentence(engine: ImageEngine) -> None:
    with pytest.raises(NoRegistry, match=r"^No registry answers for 127\.0\.0\.1:1/x:latest from here\.$"):
        engine.pull("127.0.0.1:1/x:latest", lambda *_: None)


@pytest.mark.engine
def test_the_prepared_images_are_there_and_current() -> None:
    listed = {image.name: image for image in list_images(EngineImages(), ROOT)}
    assert [name for name, image in listed.items() if not image.id or not image.current] == []


@pytest.mark.engine
def test_stand_ins_say_what_they_are() -> None:
    engine = EngineImages()
    for image in list_images(engine, ROOT):
        if image.standin:
            found = engine.find(image.id)
            assert found is not None
            assert found.labels[RECIPE_LABEL]
            assert "stand-in made by Docent" in file_of(engine, image.id, "/etc/os-release")


def file_of(engine: EngineImages, image_id: str, path: str) -> str:
    """Take a file out of an image without running anything of it: some hold no shell and no `cat`."""
    body = {"Image": image_id, "Cmd": ["never started"]}
    made = f"/containers/{engine._must('POST', '/containers/create', body=body).json['Id']}"
    try:
        packed = engine._must("GET", f"{made}/archive", {"path": path}).body
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            member = tar.extractfile(Path(path).name)
            assert member is not None
            return member.read().decode()
    finally:
        engine._must("DELETE", made, {"v": "1", "force": "1"})
