"""A compose file → the plan of all its containers, volumes and networks, or the first problem in Compose's words.

Source: github.com/compose-spec/compose-go `loader/validate.go`, `loader/normalize.go`, `graph/cycle.go`,
`cli/options.go`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

from bot.handin.compose.around import Around
from bot.handin.compose.events import Listing, Mapping, Node, Scalar, read_tree
from bot.handin.compose.fault import Broken, broken
from bot.handin.compose.interpolation import Filler, Unfilled, read_env
from bot.handin.compose.keys import SERVICE, TOP, UNUSED_TOP, judge_keys
from bot.handin.compose.notes import notes
from bot.handin.compose.plan import ComposePlan, ComposeProblem, ServicePlan
from bot.handin.compose.service import read_service
from bot.handin.compose.things import COMPOSE_VERSION, TAKEN, read_networks, read_volumes
from bot.handin.compose.values import Place, text
from bot.handin.paths import HOME
from bot.handin.plan import VolumeMount
from bot.handin.project import near_names
from bot.handin.reference import normalise

__all__ = ["FILE_NAMES", "ComposePlan", "ComposeProblem", "find_compose", "project_name", "read_compose"]

#: the names that Compose looks for, in its order
FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
MOST_SERVICES = 10

_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def read_compose(
    content: bytes | str, *, project: str, env_file: bytes | None = None, file: str = "compose.yaml", name: str = ""
) -> ComposePlan | ComposeProblem:
    """Return the plan, or the first problem.

    `project` names the folder; `env_file` is the project's `.env` or None; `file` is the compose file's name, for
    Compose's words; `name` is what the command says, and wins over all others.
    """
    try:
        place = Place("", f"{HOME}/{file}")
        if name:
            _judge_name(name, Scalar(0, name), place)
        return _read(content, project_name(project), name, env_file, place)
    except Broken as wrong:
        if wrong.problem.code == "DUPLICATE_KEY":
            return replace(wrong.problem, words=f"failed to parse {HOME}/{file}: {wrong.problem.words}")
        return wrong.problem


def project_name(folder: str) -> str:
    """Return what Compose makes of a folder's name: small letters, digits, `-` and `_`."""
    return re.sub(r"[^a-z0-9_-]", "", folder.lower()).lstrip("_-")[:63] or "project"


def find_compose(files: Iterable[str]) -> str | ComposeProblem:
    """Return the file that `docker compose` would take of a project, or the problem that there is none."""
    names = set(files)
    if found := next((name for name in FILE_NAMES if name in names), ""):
        return found
    say = "there is no `compose.yaml` in your project. `edit compose.yaml` makes one."
    if near := next((other for name in FILE_NAMES for other in near_names(name, sorted(names))), ""):
        say = f"Compose looks for `compose.yaml`; your project has `{near}`. Save it as `compose.yaml`."
    return ComposeProblem(0, say[0].upper() + say[1:], "no configuration file provided: not found", "NO_FILE", near)


def _read(content: bytes | str, project: str, name: str, env_file: bytes | None, place: Place) -> ComposePlan:
    tree = read_tree(content)
    given = read_env(env_file)
    project = name or _called(tree.get("name"), given, project, place.at("name"))
    filler = Filler({"PWD": ".", **given, "COMPOSE_PROJECT_NAME": project})
    tree = Mapping(tree.line, tuple((key, _filled(value, key.text, filler)) for key, value in tree.entries))
    judge_keys(tree, "", TOP, UNUSED_TOP, place.file)
    if tree.get("version"):
        place.warnings.append(
            f"{place.file}: the attribute `version` is obsolete, it will be ignored, "
            "please remove it to avoid potential confusion"
        )
    place.warnings.extend(
        f'The "{each}" variable is not set. Defaulting to a blank string.' for each in dict.fromkeys(filler.unset)
    )
    volumes = read_volumes(tree, project, place.at("volumes"))
    networks = read_networks(tree, project, place.at("networks"))
    keys = {volume.key: volume.name for volume in volumes}, {network.key: network.name for network in networks}
    services = _services(tree, Around(project, *keys, given, env_file is not None), place.at("services"))
    place.notes.extend(notes(services))
    used = {use.network for service in services for use in service.networks}
    mounted = {mount.source for service in services for mount in service.mounts if isinstance(mount, VolumeMount)}
    return ComposePlan(
        project,
        tuple(_labelled(service, project, place.file) for service in services),
        tuple(volume for volume in volumes if volume.name in mounted),
        tuple(network for network in networks if network.name in used),
        tuple(dict.fromkeys(place.warnings)),
        tuple(dict.fromkeys(place.notes)),
    )


def _filled(node: Node, path: str, filler: Filler) -> Node:
    """Return the tree with every value filled in; depth and size were bounded when it was read."""
    if isinstance(node, Mapping):
        return Mapping(
            node.line, tuple((key, _filled(value, f"{path}.{key.text}", filler)) for key, value in node.entries)
        )
    if isinstance(node, Listing):
        return Listing(node.line, tuple(_filled(item, f"{path}.[]", filler) for item in node.items))
    if "$" not in node.text:
        return node
    try:
        return Scalar(node.line, filler.fill(node.text))
    except Unfilled as wrong:
        raise _unfilled(node, path, str(wrong)) from None


def _unfilled(node: Scalar, path: str, words: str) -> Broken:
    shown = node.text[:60]
    if not words:
        return broken(node.line, "INTERPOLATION", f"`{shown}` becomes too long, or is nested too deeply.", seen=shown)
    if words.startswith("required"):
        missing = words.split()[2]
        say = f"`{missing}` has no value. Write `{missing}=…` into the file `.env` of your project."
        return broken(node.line, "INTERPOLATION", say, f"error while interpolating {path[:200]}: {words}", shown)
    say = f"`{shown}`: after a `$` Compose expects a variable, as in `${{NAME}}`. For a plain dollar sign write `$$`."
    if "$(pwd)" in node.text.lower():
        say = f"`{shown}`: `$(pwd)` is for a shell, and Compose has none. Write `./` for the folder of your project."
    words = f"invalid interpolation format for {path[:200]}.\nYou may need to escape any $ with another $."
    words += f"\n{node.text[:200]}"
    return broken(node.line, "INTERPOLATION", say, words, shown)


def _called(node: Node | None, given: dict[str, str], folder: str, place: Place) -> str:
    """Return the project's name: from `.env`, from the file, from the folder. Raises `Broken`."""
    if name := given.get("COMPOSE_PROJECT_NAME"):
        return _judge_name(name, Scalar(0, name), place)
    if node is None:
        return folder
    return _judge_name(project_name(text(_filled(node, "name", Filler(given)), place, strict=True)), node, place)


def _judge_name(name: str, node: Node, place: Place) -> str:
    if not _PROJECT.fullmatch(name) or TAKEN.fullmatch(name):
        say = f"`{name[:60]}` cannot be a project's name: small letters, digits, `-` and `_` are fine."
        rest = "must consist only of lowercase alphanumeric characters, hyphens, and underscores "
        rest += "as well as start with a letter or number"
        raise place.wrong(node, say, f'invalid project name "{name[:100]}": {rest}', "BAD_NAME")
    return name


def _services(tree: Mapping, around: Around, place: Place) -> tuple[ServicePlan, ...]:
    node = tree.get("services")
    if node is None:
        say = "There is no `services:` in the file. What shall run stands below it, each with a name and an `image`."
        raise broken(0, "NO_SERVICES", say, "no service selected")
    if not isinstance(node, Mapping):
        raise place.must_be(node, "mapping", "app:", "services must be a mapping")
    if len(node.entries) > MOST_SERVICES:
        raise place.wrong(
            node, f"I see {len(node.entries)} services; up to {MOST_SERVICES} are fine here.", code="TOO_MANY"
        )
    _judge_shape(node, place)
    found: dict[str, ServicePlan] = {}
    for key, value in node.entries:
        if key.kind != "string":
            say = f"`{key.text[:40]}` is read as a {key.kind}. Put the name in quotes."
            raise broken(key.line, "YAML_KEY", say, f"non-string key in services: {key.text[:40]}", key.text)
        found[key.text] = _complete(read_service(key, value, around, place.at(key.text)), around)
    return _in_order({name: _judge_needs(service, found) for name, service in found.items()})


def _judge_shape(node: Mapping, place: Place) -> None:
    """Raise about a service that is none, first where a key of a service stands in its place."""
    flat = [(key, value) for key, value in node.entries if key.kind == "string" and not isinstance(value, Mapping)]
    for key, _ in flat:
        if key.text in SERVICE:
            say = f"`{key.text}` stands where a service's name belongs. Move it in by two blanks, below its service."
            raise broken(key.line, "WRONG_KIND", say, f"{place.path}.{key.text} must be a mapping", key.text)
    for key, value in flat:
        if not key.text.startswith("x-"):
            empty = isinstance(value, Scalar) and value.kind == "null"
            words = "" if empty else f"{place.path}.{key.text} must be a mapping"
            raise place.at(key.text).must_be(value, "mapping", "image: node:24-alpine", words)


def _complete(service: ServicePlan, around: Around) -> ServicePlan:
    if not service.image and not service.build:
        say = f"the service `{service.name}` needs an `image:` or a `build:`. Is it moved in by four blanks?"
        words = f'service "{service.name}" has neither an image nor a build context specified: invalid compose project'
        raise broken(service.line, "NO_IMAGE", say, words, service.name)
    return (
        service
        if service.image
        else replace(service, image=normalise(f"{around.project}-{service.name}".lower()).removesuffix(":latest"))
    )


def _judge_needs(service: ServicePlan, known: dict[str, ServicePlan]) -> ServicePlan:
    """Return the service without what it can do without and is not there. Raises `Broken`."""
    for need in service.depends_on:
        if need.service not in known and need.required:
            say = f"`{service.name}` waits for `{need.service[:60]}`, and there is no service of that name."
            words = (
                f'service "{service.name}" depends on undefined service "{need.service[:100]}": invalid compose project'
            )
            raise broken(service.line, "UNDEFINED_SERVICE", say, words, need.service)
    return replace(service, depends_on=tuple(need for need in service.depends_on if need.service in known))


def _in_order(services: dict[str, ServicePlan]) -> tuple[ServicePlan, ...]:
    """Return the services so that each stands behind what it needs. Raises `Broken` about a circle."""
    done: dict[str, ServicePlan] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            say = f"these services wait for each other in a circle: {circle}. Take out one `depends_on`."
            raise broken(services[name].line, "CYCLE", say, f"dependency cycle detected: {circle}", name)
        if name not in done:
            for need in services[name].depends_on:
                visit(need.service, (*path, name))
            done[name] = services[name]

    for name in services:
        visit(name, ())
    return tuple(done.values())


def _labelled(service: ServicePlan, project: str, file: str) -> ServicePlan:
    """Return the service with Compose's own labels behind the learner's."""
    bare = replace(service, line=0, build=None, depends_on=())
    needs = ",".join(f"{n.service}:{n.condition}:false" for n in service.depends_on)
    made = {
        "config-hash": hashlib.sha256(repr(bare).encode()).hexdigest(),
        "container-number": "1",
        "depends_on": needs,
        "oneoff": "False",
        "project": project,
        "project.config_files": file,
        "project.working_dir": HOME,
        "service": service.name,
        "version": COMPOSE_VERSION,
    }
    return replace(
        service, labels=(*service.labels, *((f"com.docker.compose.{key}", value) for key, value in made.items()))
    )
