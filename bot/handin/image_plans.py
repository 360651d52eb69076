"""The options and words of a command about images (and `inspect`, `version`) → its plan."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed
from bot.handin.listing import listing
from bot.handin.names import MOST_NAMES, enough
from bot.handin.paths import inside
from bot.handin.plan import BuildPlan, Inspect, ListImages, Plan, Refusal, RemoveImages, ShowVersion, TagImage
from bot.handin.reference import Reference, parse_reference
from bot.handin.run_plan import MOST_SETTINGS
from bot.handin.stopped import Stopped, stop
from bot.handin.template import read_template
from bot.handin.words import join

_REMOTE = re.compile(r"(?:https?|git|ssh|oci-layout|docker-image)://|git@|github\.com/", re.IGNORECASE)
_STAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_ARG = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
#: build arguments that Docker itself acts upon
_PROXIES = frozenset({"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"})
_MOST_TAGS = 10
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{1,64}")
_KINDS = frozenset({"image", "container", "volume", "network"})


def plan_image_command(verb: Verb, parsed: Parsed) -> Plan | None:
    """Return the plan, or None when the command is none of these. Raises `Stopped`."""
    maker = _MAKERS.get(verb.does)
    return maker(verb, parsed) if maker else None


def _build(verb: Verb, parsed: Parsed) -> Plan:
    tags = tuple(dict.fromkeys(_tag(verb, parsed, tag) for tag in parsed.every("tag")))
    if len(tags) > _MOST_TAGS:
        raise stop("TOO_MANY", f"I see {len(tags)} names; up to {_MOST_TAGS} are fine.", str(len(tags)))
    target = parsed.last("target")
    if target and not _STAGE.fullmatch(target):
        say = f"`{target[:60]}` is no name of a stage; it is the word after `AS` in your Dockerfile."
        raise stop("BAD_NAME", say, target)
    return BuildPlan(
        tags=tags,
        context=_context(verb, parsed),
        dockerfile=_dockerfile_path(verb, parsed),
        target=target,
        build_args=_build_args(parsed),
        no_cache=parsed.on("no-cache"),
        quiet=parsed.on("quiet"),
    )


def _tag(verb: Verb, parsed: Parsed, tag: str) -> str:
    """Return `name:tag`, or why it cannot be one, in Buildx's words."""
    reference = parse_reference(tag)
    if not isinstance(reference, str) and not reference.digest:
        return reference.tagged
    fault = reference if isinstance(reference, str) else "refusing to create a tag with a digest reference"
    code, say, instead = (
        "BAD_IMAGE_NAME",
        f"`{tag[:60]}` cannot be an image's name: small letters, digits, `-`, `_`, `.`.",
        "",
    )
    if fault.endswith("must be lowercase"):
        code, say = "UPPERCASE_IMAGE_NAME", "Image names are written in small letters."
        words = [word.lower() if word == tag else word for word in parsed.words_without()]
        instead = join([*verb.path.split(), *words])
    if code == "UPPERCASE_IMAGE_NAME":
        fault = "repository name must be lowercase"
    elif not tag:
        fault = "repository name must have at least one component"
    named = "" if "64-byte" in fault else f'invalid tag "{tag[:200]}": '
    printed = f"ERROR: failed to build: {named or 'failed to solve: '}{fault[:300]}"
    raise Stopped(Refusal(code, say, tag[:200], instead[:2000], docker=True, exit_code=1, words=printed))


def _context(verb: Verb, parsed: Parsed) -> str:
    """Return the folder to build; it is always the project or a folder in it."""
    given = parsed.rest[0]
    here = join([*verb.path.split(), *parsed.words_without()[:-1], "."])
    if given == "-":
        raise stop(
            "OUTSIDE_PROJECT",
            "`-` reads the recipe from a shell's input. Here the project is the input: a dot.",
            "-",
            here,
        )
    if _REMOTE.match(given):
        say = f"`{given[:60]}` lies on the internet, and builds here use your own project: put a dot there."
        raise stop("OUTSIDE_PROJECT", say, given, here)
    where = inside(given)
    if where is None:
        say = (
            f"`{given[:60]}` is outside your project. A dot means the project's folder, and that is what you can build."
        )
        raise stop("OUTSIDE_PROJECT", say, given, here)
    if where.rpartition("/")[2].lower() == "dockerfile":
        say = f"The last word is the folder to send, and `{given[:60]}` is a file: put a dot there."
        raise stop("CONTEXT_IS_FILE", say, given, here)
    return where


def _dockerfile_path(verb: Verb, parsed: Parsed) -> str:
    given = parsed.last("file")
    if not given:
        context = inside(parsed.rest[0])
        return "Dockerfile" if context in {".", None} else f"{context}/Dockerfile"
    path = inside(given) if given != "-" else None
    if path is None or path == ".":
        without = join([*verb.path.split(), *parsed.words_without("file")])
        raise stop("OUTSIDE_PROJECT", f"`-f {given[:60]}` is no file of your project.", given, without)
    return path


def _build_args(parsed: Parsed) -> tuple[tuple[str, str], ...]:
    """Return the build arguments that have a value; a bare name means the caller's own, and there is none."""
    found: dict[str, str] = {}
    given = parsed.every("build-arg")
    if len(given) > MOST_SETTINGS:
        raise stop("TOO_MANY", f"I see {len(given)} build arguments; up to {MOST_SETTINGS} are fine.", str(len(given)))
    for pair in given:
        name, equals, value = pair.partition("=")
        if name.lower() in _PROXIES or name.upper().startswith("BUILDKIT_"):
            say = (
                f"`--build-arg {name[:60]}` steers the builder itself; that is fixed on this shared host. Leave it out."
            )
            raise stop("BUILDER_ARGUMENT", say, pair)
        if not _ARG.fullmatch(name):
            raise stop("BAD_SETTING", f"`{pair[:60]}` is no build argument. Write `NAME=value`.", pair)
        if equals:
            found[name] = value
    return tuple(found.items())


def _images(verb: Verb, parsed: Parsed) -> Plan:
    return ListImages(
        repository="".join(parsed.rest)[:300],
        all=parsed.on("all"),
        quiet=parsed.on("quiet"),
        no_trunc=parsed.on("no-trunc"),
        digests=parsed.on("digests"),
        shown=listing(verb, parsed),
    )


def _inspect(verb: Verb, parsed: Parsed) -> Plan:
    template = parsed.last("format")
    if read_template(template) is None:
        say = (
            "I can show plain fields here, such as `{{.State.Status}}` or `{{json .Config.Cmd}}`, and go through a "
            "list: `{{range .Mounts}}{{.Destination}} {{end}}`."
        )
        raise stop("FORMAT", say, template, join([*verb.path.split(), *parsed.words_without("format")]))
    group = verb.path.split()[1]
    kind = group if group in _KINDS else "any"
    asked = parsed.last("type")
    if asked in _KINDS:
        kind = asked
    elif asked:
        say = f"`--type {asked[:60]}` is not known here; `image`, `container`, `volume` and `network` are."
        raise stop("NOT_OFFERED", say, asked)
    names = enough(parsed.rest) if kind in {"volume", "network"} else _image_names(parsed.rest)
    return Inspect(names, kind=kind, format=template)


def _rmi(_verb: Verb, parsed: Parsed) -> Plan:
    return RemoveImages(_image_names(parsed.rest), force=parsed.on("force"))


def _image_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of images, containers or the start of an ID; what can be none is answered as unknown."""
    if len(names) > MOST_NAMES:
        raise stop("TOO_MANY", f"I see {len(names)} names; up to {MOST_NAMES} at a time are fine.", str(len(names)))
    for name in names:
        if _ID.fullmatch(name) or isinstance(parse_reference(name.removeprefix("/").lower()), Reference):
            continue
        say = f"`{name[:60]}` cannot be the name of anything. `docker images` and `docker ps -a` show the names."
        words = f"Error: No such object: {name[:200]}"
        raise Stopped(
            Refusal("NO_SUCH_OBJECT", say, name[:200], "docker images", docker=True, exit_code=1, words=words)
        )
    return names


def _tag_image(verb: Verb, parsed: Parsed) -> Plan:
    source, target = parsed.rest
    reference = parse_reference(target)
    if isinstance(reference, str) or reference.digest:
        fault = reference if isinstance(reference, str) else "refusing to create a tag with a digest reference"
        say, nearest = f"`{target[:60]}` cannot be an image's name: small letters, digits, `-`, `_`, `.`.", ""
        if fault.endswith("must be lowercase"):
            say, nearest = (
                "Image names are written in small letters.",
                join([*verb.path.split(), source, target.lower()]),
            )
        words = f'Error parsing reference: "{target[:200]}" is not a valid repository/tag: {fault[:300]}'
        raise Stopped(
            Refusal("BAD_IMAGE_NAME", say, target[:200], nearest[:2000], docker=True, exit_code=1, words=words)
        )
    return TagImage(_image_names((source,))[0], reference.tagged)


def _version(_verb: Verb, _parsed: Parsed) -> Plan:
    return ShowVersion()


_MAKERS: dict[str, Callable[[Verb, Parsed], Plan]] = {
    "build": _build,
    "images": _images,
    "inspect": _inspect,
    "rmi": _rmi,
    "tag": _tag_image,
    "version": _version,
}
