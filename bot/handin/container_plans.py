"""The options and words of a command about containers → its plan."""

from __future__ import annotations

from collections.abc import Callable

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed
from bot.handin.names import existing
from bot.handin.plan import (
    ListContainers,
    Plan,
    ReadLogs,
    Refusal,
    RemoveContainers,
    StartContainers,
    StopContainers,
)
from bot.handin.run_plan import plan_exec, plan_run
from bot.handin.stopped import Stopped, stop

_LONGEST_GRACE_S = 30


def plan_container_command(verb: Verb, parsed: Parsed) -> Plan | None:
    """Return the plan, or None when the command is not about containers. Raises `Stopped`."""
    maker = _MAKERS.get(verb.does)
    if maker is None:
        return None
    return maker(verb, parsed)


def _ps(verb: Verb, parsed: Parsed) -> Plan:
    last = int(parsed.last("last", "0"))
    return ListContainers(
        all=parsed.on("all"),
        quiet=parsed.on("quiet"),
        no_trunc=parsed.on("no-trunc"),
        last=1 if parsed.on("latest") else max(last, 0),
    )


def _stop(verb: Verb, parsed: Parsed) -> Plan:
    given = parsed.last("timeout") or parsed.last("time") or "10"
    grace_s = int(given)
    return StopContainers(existing(parsed.rest), _LONGEST_GRACE_S if grace_s < 0 else min(grace_s, _LONGEST_GRACE_S))


def _start(verb: Verb, parsed: Parsed) -> Plan:
    attach = parsed.on("attach") or parsed.on("interactive")
    if attach and len(parsed.rest) > 1:
        say = "A conversation is with one program at a time: name one container."
        words = "you cannot start and attach multiple containers at once"
        raise Stopped(Refusal("TOO_MANY_WORDS", say, "-a", docker=True, exit_code=1, words=words))
    return StartContainers(existing(parsed.rest), restart=verb.does == "restart", attach=attach)


def _rm(verb: Verb, parsed: Parsed) -> Plan:
    return RemoveContainers(existing(parsed.rest), force=parsed.on("force"), volumes=parsed.on("volumes"))


def _logs(verb: Verb, parsed: Parsed) -> Plan:
    tail = parsed.last("tail", "all")
    if tail != "all" and not (tail.isascii() and tail.isdigit() and len(tail) < 7):
        raise stop("BAD_OPTION_VALUE", f"`{tail[:60]}` is no number of lines. Try `--tail 20`.", tail[:200])
    return ReadLogs(
        name=existing(parsed.rest)[0],
        tail=None if tail == "all" else int(tail),
        timestamps=parsed.on("timestamps"),
        follow=parsed.on("follow"),
    )


_MAKERS: dict[str, Callable[[Verb, Parsed], Plan]] = {
    "run": plan_run,
    "exec": plan_exec,
    "ps": _ps,
    "stop": _stop,
    "start": _start,
    "restart": _start,
    "rm": _rm,
    "logs": _logs,
}
