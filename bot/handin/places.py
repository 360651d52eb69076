"""Where a container of `docker run` belongs: the mounts it sees and the networks it joins."""

from __future__ import annotations

import re

from bot.handin.docker_flags import HOST_NAMESPACE, HOST_NETWORK, NETWORK_SETTING
from bot.handin.docker_verbs import Verb
from bot.handin.flags import Given, Lesson, Parsed, go_quoted
from bot.handin.mounts import Wrong, parse_mount, parse_volume
from bot.handin.plan import BindMount, Mount, Refusal
from bot.handin.stopped import Stopped, docker_stop, stop
from bot.handin.words import join

NETWORK_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,59}")
ALIAS = re.compile(r"[a-zA-Z0-9_]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9_])?")
MOST_MOUNTS = 20
MOST_JOINED = 5
MOST_ALIASES = 10


def mounts(verb: Verb, parsed: Parsed) -> tuple[tuple[Mount, ...], tuple[str, ...]]:
    """Return what the container sees, and the folders that `-v` makes where they are missing. Raises `Stopped`."""
    found: list[Mount] = []
    made: list[str] = []
    for given in parsed.given:
        if given.flag.long not in {"volume", "mount"}:
            continue
        short = given.flag.long == "volume"
        read = parse_volume(given.value) if short else parse_mount(given.value)
        if isinstance(read, Lesson):
            raise _lesson(read, join(given.words()), verb, parsed, "volume", "mount")
        if isinstance(read, Wrong):
            raise _wrong(read, given, verb)
        if read.target in {each.target for each in found}:
            words = f"Error response from daemon: Duplicate mount point: {read.target}"
            say = f"Two mounts want to be seen at `{read.target}`; a folder shows one thing only."
            raise docker_stop("DUPLICATE_MOUNT", say, words, given.value, verb.path)
        found.append(read)
        if short and isinstance(read, BindMount):
            made.append(read.source)
    if len(found) > MOST_MOUNTS:
        raise stop("TOO_MANY", f"I see {len(found)} mounts; up to {MOST_MOUNTS} are fine here.", str(len(found)))
    return tuple(found), tuple(dict.fromkeys(made))


def _wrong(wrong: Wrong, given: Given, verb: Verb) -> Stopped:
    if not wrong.flag:
        return docker_stop("BAD_MOUNT", wrong.say, wrong.words, given.value, verb.path)
    words = (
        f'invalid argument {go_quoted(given.value[:200])} for "{given.flag.title}" flag: {wrong.words}\n\n'
        f"Usage:  {verb.path} {verb.usage}\n\nRun '{verb.path} --help' for more information"
    )
    return Stopped(Refusal("BAD_MOUNT", wrong.say, given.value[:200], docker=True, words=words))


def networks(verb: Verb, parsed: Parsed) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the networks to join, () for the default one, and the names to be found by. Raises `Stopped`."""
    joined: list[str] = []
    aliases: list[tuple[str, str]] = []
    for given in parsed.given:
        if given.flag.long not in {"network", "net"}:
            continue
        name, own = _network(given, verb, parsed)
        joined.append(name)
        aliases += [(name, alias) for alias in own]
    joined = [*dict.fromkeys("bridge" if name == "default" else name for name in joined)]
    given_aliases = (*parsed.every("network-alias"), *parsed.every("net-alias"))
    if given_aliases and (not joined or joined[0] in {"bridge", "none"}):
        say = (
            "Only networks of your own know such names: add `--network NAME` (`docker network create NAME` makes one)."
        )
        words = "network-scoped aliases are only supported for user-defined networks"
        raise docker_stop("ALIAS_NEEDS_NETWORK", say, words, given_aliases[0], verb.path)
    aliases = [*dict.fromkeys([*aliases, *((joined[0], alias) for alias in given_aliases)])]
    if len(joined) > MOST_JOINED or len(aliases) > MOST_ALIASES:
        say = f"Up to {MOST_JOINED} networks and {MOST_ALIASES} names are fine for one container."
        raise stop("TOO_MANY", say, str(len(joined)))
    if "none" in joined and len(joined) > 1:
        words = "conflicting options: cannot attach both user-defined and non-user-defined network-modes"
        raise docker_stop("NETWORK_CONFLICT", "`none` means no network at all: leave out the others.", words, "none",
                          verb.path)  # fmt: skip
    for _, alias in aliases:
        if not ALIAS.fullmatch(alias):
            raise stop("BAD_NAME", f"`{alias[:60]}` cannot be a host's name; letters, digits and `-` are fine.", alias)
    return (() if joined == ["bridge"] else tuple(joined)), tuple(aliases)


def _network(given: Given, verb: Verb, parsed: Parsed) -> tuple[str, list[str]]:
    """Return the name of one `--network` and the aliases of its long form, `name=todo-app,alias=mysql`."""
    fields = [part.partition("=") for part in given.value.split(",")]
    name, aliases = given.value, []
    if any(equals for _, equals, _ in fields):
        name = "".join(value for key, _, value in fields if key == "name")
        aliases = [value for key, _, value in fields if key == "alias"]
        if any(key not in {"name", "alias"} for key, _, _ in fields):
            raise _lesson(NETWORK_SETTING, join(given.words()), verb, parsed, "network", "net")
    if name == "host":
        raise _lesson(HOST_NETWORK, join(given.words()), verb, parsed, *_NETWORK_FLAGS)
    if name.startswith("container:"):
        raise _lesson(HOST_NAMESPACE, join(given.words()), verb, parsed, *_NETWORK_FLAGS)
    if not NETWORK_NAME.fullmatch(name):
        words = f"Error response from daemon: network {name[:200]} not found"
        say = f"No network can be called `{name[:60]}`. `docker network ls` shows the names."
        raise docker_stop("NO_SUCH_NETWORK", say, words, name, verb.path, "docker network ls")
    return name, aliases


_NETWORK_FLAGS = ("network", "net", "network-alias", "net-alias")


def _lesson(lesson: Lesson, option: str, verb: Verb, parsed: Parsed, *without: str) -> Stopped:
    words = join([*verb.path.split(), *parsed.words_without(*without)])
    return stop(lesson.code, lesson.say.format(option=option[:80]), option, words)
