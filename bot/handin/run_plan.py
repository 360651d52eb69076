"""`docker run` and `docker exec`: the options and words → a plan; what a container may be given is decided here."""

from __future__ import annotations

import re

from bot.handin.docker_verbs import Verb
from bot.handin.env_files import env_paths
from bot.handin.flags import Parsed
from bot.handin.names import existing
from bot.handin.paths import of_the_kernel, tidy
from bot.handin.places import mounts, networks
from bot.handin.plan import ExecPlan, Plan, PublishedPort, RunPlan
from bot.handin.publish import parse_publish
from bot.handin.reference import parse_reference
from bot.handin.stopped import Stopped, docker_stop, stop
from bot.handin.words import join

CONTAINER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}")
_HOSTNAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}(?::[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31})?")
_VARIABLE = re.compile(r"[^=\s\x00]{1,128}")
_IMAGE_ID = re.compile(r"[0-9a-f]{64}")

#: a container is given at most so many of each; its command is bounded by the length of a line
MOST_SETTINGS = 64


def plan_run(verb: Verb, parsed: Parsed) -> Plan:
    """Return the plan of `docker run`. Raises `Stopped`."""
    seen, made_folders = mounts(verb, parsed)
    joined, aliases = networks(verb, parsed)
    ports = _ports(verb, parsed)
    image, *command = parsed.rest
    reference = parse_reference(image)
    if isinstance(reference, str) and not _IMAGE_ID.fullmatch(image):
        raise _bad_image(verb, parsed, image, reference)
    return RunPlan(
        image=image,
        command=tuple(command),
        name=_container_name(verb, parsed),
        detach=parsed.on("detach"),
        remove=parsed.on("rm"),
        ports=ports,
        env=settings(parsed, "env"),
        workdir=_workdir(verb, parsed),
        entrypoint=parsed.last("entrypoint"),
        user=_user(verb, parsed),
        hostname=_hostname(verb, parsed),
        labels=settings(parsed, "label", bare=True),
        init=parsed.on("init"),
        mounts=seen,
        made_folders=made_folders,
        env_files=env_paths(verb, parsed),
        networks=joined,
        aliases=aliases,
        interactive=parsed.on("interactive"),
        tty=parsed.on("tty"),
    )


def plan_exec(verb: Verb, parsed: Parsed) -> Plan:
    """Return the plan of `docker exec`. Raises `Stopped`."""
    name, *command = parsed.rest
    return ExecPlan(
        name=existing((name,))[0],
        command=tuple(command),
        detach=parsed.on("detach"),
        env=settings(parsed, "env"),
        workdir=_workdir(verb, parsed),
        user=_user(verb, parsed),
        env_files=env_paths(verb, parsed),
        interactive=parsed.on("interactive"),
        tty=parsed.on("tty"),
    )


def _ports(verb: Verb, parsed: Parsed) -> tuple[PublishedPort, ...]:
    ports: list[PublishedPort] = []
    for value in parsed.every("publish"):
        read = parse_publish(value)
        if isinstance(read, str):
            say = f"`-p {value[:60]}` cannot be read. It is HOST:CONTAINER, as in `-p 127.0.0.1:3000:3000`."
            raise docker_stop("BAD_PORT", say, read[:300], value, verb.path)
        ports.extend(read)
    if len(ports) > MOST_SETTINGS:
        raise _too_many("ports", len(ports))
    return tuple(dict.fromkeys(ports))


def _bad_image(verb: Verb, parsed: Parsed, image: str, words: str) -> Stopped:
    code, say, instead = "BAD_IMAGE_NAME", f"`{image[:60]}` stands where the image's name belongs, but it is none.", ""
    if words.endswith("must be lowercase"):
        code, say = "UPPERCASE_IMAGE_NAME", "Image names are written in small letters."
        options = parsed.words_without()[: -len(parsed.rest)]
        instead = join([*verb.path.split(), *options, image.lower(), *parsed.rest[1:]])
    elif " " in image or image in {".", ".."}:
        say += " Options come first, then the name, then (if you like) a command."
    return docker_stop(code, say, words[:300], image, verb.path, instead)


def _too_many(what: str, count: int) -> Stopped:
    return stop("TOO_MANY", f"I see {count} {what}; up to {MOST_SETTINGS} are fine here.", str(count))


def settings(parsed: Parsed, option: str, *, bare: bool = False) -> tuple[tuple[str, str], ...]:
    """Return `NAME=value` pairs, the last of a name counts; a bare name means the caller's own: there is none."""
    found: dict[str, str] = {}
    given = parsed.every(option)
    if len(given) > MOST_SETTINGS:
        raise _too_many(f"`--{option}` settings", len(given))
    for pair in given:
        name, equals, value = pair.partition("=")
        if not _VARIABLE.fullmatch(name):
            say = f"`{pair[:60]}` has no name before the `=`. Write `NAME=value`."
            raise stop("BAD_SETTING", say, pair[:200])
        if equals or bare:
            found[name] = value
    return tuple(found.items())


def _container_name(verb: Verb, parsed: Parsed) -> str:
    name = parsed.last("name")
    if name and not CONTAINER_NAME.fullmatch(name):
        say = f"`{name[:60]}` cannot be a container's name: letters, digits, `_`, `.` and `-` are fine."
        words = f"Invalid container name ({name[:200]}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        raise docker_stop("BAD_NAME", say, f"Error response from daemon: {words}", name, verb.path)
    return name


def _workdir(verb: Verb, parsed: Parsed) -> str:
    folder = parsed.last("workdir")
    if folder and not folder.startswith("/"):
        say = f"The folder for `-w` must start with a slash: `/{folder[:60]}`."
        words = f"the working directory '{folder[:200]}' is invalid, it needs to be an absolute path"
        raise docker_stop("BAD_WORKDIR", say, f"Error response from daemon: {words}", folder, verb.path)
    if of_the_kernel(folder):
        raise stop(
            "BAD_WORKDIR", f"`{folder[:60]}` belongs to the kernel; choose a folder such as `/app`.", folder[:200]
        )
    return tidy(folder) if folder else ""


def _user(verb: Verb, parsed: Parsed) -> str:
    user = parsed.last("user")
    if user and not _USER.fullmatch(user):
        raise stop("BAD_USER", f"`{user[:60]}` is no user: write a name or a number, as in `-u node`.", user[:200])
    return user


def _hostname(verb: Verb, parsed: Parsed) -> str:
    name = parsed.last("hostname")
    if name and not _HOSTNAME.fullmatch(name):
        raise stop("BAD_NAME", f"`{name[:60]}` cannot be a host's name; letters, digits and `-` are fine.", name[:200])
    return name
