"""Words of a command that only looks (`history`, `diff`, `port`, `top`, `stats`, `system df`) → its plan."""

from __future__ import annotations

from collections.abc import Callable

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed
from bot.handin.names import enough, existing
from bot.handin.plan import Plan, ShowChanges, ShowDisk, ShowHistory, ShowPorts, ShowProcesses, ShowStats
from bot.handin.stopped import stop
from bot.handin.words import join


def plan_look(verb: Verb, parsed: Parsed) -> Plan | None:
    """Return the plan, or None when the command is none of these. Raises `Stopped`."""
    maker = _MAKERS.get(verb.does)
    return maker(verb, parsed) if maker else None


def _history(_verb: Verb, parsed: Parsed) -> Plan:
    return ShowHistory(
        enough(parsed.rest)[0],
        no_trunc=parsed.on("no-trunc"),
        quiet=parsed.on("quiet"),
        human=parsed.last("human", "true") == "true",
    )


def _changes(_verb: Verb, parsed: Parsed) -> Plan:
    return ShowChanges(existing(parsed.rest)[0])


def _ports(_verb: Verb, parsed: Parsed) -> Plan:
    name, *port = parsed.rest
    return ShowPorts(existing((name,))[0], "".join(port)[:20])


def _processes(verb: Verb, parsed: Parsed) -> Plan:
    name, *options = parsed.rest
    if options:
        # the engine hands them to a program on the host
        say = "`docker top` shows its usual columns here; leave out the options of `ps`."
        raise stop("NOT_OFFERED", say, join(options), join([*verb.path.split(), name]))
    return ShowProcesses(existing((name,))[0])


def _stats(_verb: Verb, parsed: Parsed) -> Plan:
    return ShowStats(
        existing(parsed.rest),
        all=parsed.on("all"),
        no_trunc=parsed.on("no-trunc"),
        stream=not parsed.on("no-stream"),
    )


def _disk(_verb: Verb, _parsed: Parsed) -> Plan:
    return ShowDisk()


_MAKERS: dict[str, Callable[[Verb, Parsed], Plan]] = {
    "history": _history,
    "diff": _changes,
    "port": _ports,
    "top": _processes,
    "stats": _stats,
    "system df": _disk,
}
