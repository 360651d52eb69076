"""The options and words of a command about volumes and networks, and of `prune` → its plan."""

from __future__ import annotations

from collections.abc import Callable

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed
from bot.handin.listing import listing
from bot.handin.mounts import bad_volume_name
from bot.handin.names import enough, existing
from bot.handin.places import ALIAS, MOST_ALIASES, NETWORK_NAME
from bot.handin.plan import (
    ConnectNetwork,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    ListNetworks,
    ListVolumes,
    Plan,
    Prune,
    Refusal,
    RemoveNetworks,
    RemoveVolumes,
)
from bot.handin.run_plan import settings
from bot.handin.stopped import Stopped, stop
from bot.handin.words import join

PREDEFINED = frozenset({"bridge", "host", "none"})


def plan_kept_command(verb: Verb, parsed: Parsed) -> Plan | None:
    """Return the plan, or None when the command is none of these. Raises `Stopped`."""
    maker = _MAKERS.get(verb.does)
    return maker(verb, parsed) if maker else None


def _refused(code: str, say: str, words: str, seen: str) -> Stopped:
    refusal = Refusal(code, say, seen[:200], docker=True, exit_code=1, words=f"Error response from daemon: {words}")
    return Stopped(refusal)


def _driver(verb: Verb, parsed: Parsed, only: str) -> None:
    driver = parsed.last("driver")
    if driver not in {"", only}:
        without = join([*verb.path.split(), *parsed.words_without("driver")])
        say = f"The driver `{driver[:40]}` is not here; on this host it is always `{only}`. Leave it out."
        raise stop("NOT_OFFERED", say, driver, without)


def _create_volume(verb: Verb, parsed: Parsed) -> Plan:
    _driver(verb, parsed, "local")
    name = "".join(parsed.rest)
    if name and (wrong := bad_volume_name(name)):
        say = f"`{name[:60]}` cannot be a volume's name: letters, digits, `-`, `_` and `.` are fine."
        raise _refused("BAD_NAME", say, wrong, name)
    return CreateVolume(name, settings(parsed, "label", bare=True))


def _list_volumes(verb: Verb, parsed: Parsed) -> Plan:
    return ListVolumes(quiet=parsed.on("quiet"), shown=listing(verb, parsed))


def _remove_volumes(_verb: Verb, parsed: Parsed) -> Plan:
    return RemoveVolumes(enough(parsed.rest), force=parsed.on("force"))


def _create_network(verb: Verb, parsed: Parsed) -> Plan:
    _driver(verb, parsed, "bridge")
    (name,) = parsed.rest
    if name in PREDEFINED:
        say = f"`{name}` is there already; choose a name of your own, such as `todo-app`."
        raise _refused("PREDEFINED", say, f"operation is not permitted on predefined {name} network", name)
    if not NETWORK_NAME.fullmatch(name):
        say = f"`{name[:60]}` cannot be a network's name: letters, digits, `-`, `_` and `.` are fine."
        raise _refused("BAD_NAME", say, f"invalid network name: {name[:200]}", name)
    return CreateNetwork(name, settings(parsed, "label", bare=True))


def _list_networks(verb: Verb, parsed: Parsed) -> Plan:
    return ListNetworks(quiet=parsed.on("quiet"), no_trunc=parsed.on("no-trunc"), shown=listing(verb, parsed))


def _remove_networks(_verb: Verb, parsed: Parsed) -> Plan:
    return RemoveNetworks(enough(parsed.rest), force=parsed.on("force"))


def _connect(_verb: Verb, parsed: Parsed) -> Plan:
    network, container = parsed.rest
    aliases = tuple(dict.fromkeys(parsed.every("alias")))
    for alias in aliases:
        if not ALIAS.fullmatch(alias):
            raise stop("BAD_NAME", f"`{alias[:60]}` cannot be a host's name; letters, digits and `-` are fine.", alias)
    if len(aliases) > MOST_ALIASES:
        raise stop("TOO_MANY", f"I see {len(aliases)} names; up to {MOST_ALIASES} are fine.", str(len(aliases)))
    return ConnectNetwork(enough((network,))[0], existing((container,))[0], aliases)


def _disconnect(_verb: Verb, parsed: Parsed) -> Plan:
    network, container = parsed.rest
    return DisconnectNetwork(enough((network,))[0], existing((container,))[0], force=parsed.on("force"))


_WARNING = {
    "container": "all your stopped containers",
    "image": "your images without a name",
    "volume": "your nameless volumes that no container uses",
    "network": "your networks that no container uses",
}


def _prune(verb: Verb, parsed: Parsed) -> Plan:
    what = verb.path.split()[1]
    if not parsed.on("force"):
        say = f"This removes {_WARNING[what]}. Docker asks first; here you say yes by adding `-f`."
        raise stop("CONFIRM", say, verb.path, join([*verb.path.split(), "-f", *parsed.words_without("force")]))
    return Prune(what, all=parsed.on("all"))


_MAKERS: dict[str, Callable[[Verb, Parsed], Plan]] = {
    "volume create": _create_volume,
    "volume ls": _list_volumes,
    "volume rm": _remove_volumes,
    "network create": _create_network,
    "network ls": _list_networks,
    "network rm": _remove_networks,
    "connect": _connect,
    "disconnect": _disconnect,
    "prune": _prune,
}
