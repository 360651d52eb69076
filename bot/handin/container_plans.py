"""The options and words of a command about containers → its plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed, go_quoted
from bot.handin.listing import listing
from bot.handin.names import existing
from bot.handin.plan import (
    KillContainers,
    ListContainers,
    PauseContainers,
    Plan,
    ReadLogs,
    Refusal,
    RemoveContainers,
    RenameContainer,
    StartContainers,
    StopContainers,
    WaitContainers,
)
from bot.handin.run_plan import CONTAINER_NAME, plan_exec, plan_run
from bot.handin.stopped import Stopped, stop

_LONGEST_GRACE_S = 30
#: a span of Go's, or seconds of 1970. Source: moby `timetypes.GetTimestamp`
_SPAN = re.compile(r"(?:\d{1,6}(?:\.\d{1,3})?(?:h|m|s|ms))+|\d{1,10}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z?)?")
#: Source: moby `signal.ParseSignal`, the signals of Linux
_SIGNAL = re.compile(
    r"(?:SIG)?(?:ABRT|ALRM|CHLD|CONT|FPE|HUP|ILL|INT|KILL|PIPE|QUIT|SEGV|STOP|TERM|TRAP|TSTP|TTIN|TTOU|USR[12]|WINCH)"
    r"|[1-9]|[12]\d|3[01]",
    re.IGNORECASE,
)


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
        shown=listing(verb, parsed),
    )


def _stop(verb: Verb, parsed: Parsed) -> Plan:
    return StopContainers(existing(parsed.rest), _grace_s(parsed))


def _grace_s(parsed: Parsed) -> int:
    grace_s = int(parsed.last("timeout") or parsed.last("time") or "10")
    return _LONGEST_GRACE_S if grace_s < 0 else min(grace_s, _LONGEST_GRACE_S)


def _start(verb: Verb, parsed: Parsed) -> Plan:
    attach = parsed.on("attach") or parsed.on("interactive")
    if attach and len(parsed.rest) > 1:
        say = "A conversation is with one program at a time: name one container."
        words = "you cannot start and attach multiple containers at once"
        raise Stopped(Refusal("TOO_MANY_WORDS", say, "-a", docker=True, exit_code=1, words=words))
    restart = verb.does == "restart"
    return StartContainers(existing(parsed.rest), restart, attach, grace_s=_grace_s(parsed) if restart else 10)


def _kill(_verb: Verb, parsed: Parsed) -> Plan:
    signal = parsed.last("signal", "KILL")
    if not _SIGNAL.fullmatch(signal):
        say = f"`{signal[:40]}` is no signal. Try `docker kill` without it, or with `-s TERM`."
        words = f"Error response from daemon: Invalid signal: {signal[:200]}"
        raise Stopped(Refusal("BAD_OPTION_VALUE", say, signal[:200], docker=True, exit_code=1, words=words))
    return KillContainers(existing(parsed.rest), signal)


def _pause(verb: Verb, parsed: Parsed) -> Plan:
    return PauseContainers(existing(parsed.rest), resume=verb.does == "unpause")


def _wait(_verb: Verb, parsed: Parsed) -> Plan:
    return WaitContainers(existing(parsed.rest))


def _rename(_verb: Verb, parsed: Parsed) -> Plan:
    name, to = parsed.rest
    (known,) = existing((name,))
    to = to.removeprefix("/")
    if not CONTAINER_NAME.fullmatch(to):
        say = f"`{to[:60]}` cannot be a container's name: letters, digits, `_`, `.` and `-` are fine."
        words = (
            f"Error response from daemon: Error when allocating new name: Invalid container name (/{to[:200]}), only "
            f"[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed\nError: failed to rename container named {known}"
        )
        raise Stopped(Refusal("BAD_NAME", say, to[:200], docker=True, exit_code=1, words=words))
    return RenameContainer(known, to)


def _rm(verb: Verb, parsed: Parsed) -> Plan:
    return RemoveContainers(existing(parsed.rest), force=parsed.on("force"), volumes=parsed.on("volumes"))


def _is_moment(text: str) -> bool:
    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.removesuffix("Z")[:19])
    except ValueError:
        return False
    return True


def _logs(verb: Verb, parsed: Parsed) -> Plan:
    tail = parsed.last("tail", "all")
    if tail != "all" and not (tail.isascii() and tail.isdigit() and len(tail) < 7):
        raise stop("BAD_OPTION_VALUE", f"`{tail[:60]}` is no number of lines. Try `--tail 20`.", tail[:200])
    since = parsed.last("since")
    if since and not (_SPAN.fullmatch(since) or _is_moment(since)):
        say = "`--since` takes a span, such as `10m`, or a moment, such as `2026-11-23T13:30:00`."
        words = f'invalid value for "since": failed to parse value as time or duration: {go_quoted(since[:200])}'
        raise Stopped(Refusal("BAD_OPTION_VALUE", say, since[:200], docker=True, exit_code=1, words=words))
    return ReadLogs(
        name=existing(parsed.rest)[0],
        tail=None if tail == "all" else int(tail),
        timestamps=parsed.on("timestamps"),
        follow=parsed.on("follow"),
        since=since,
    )


_MAKERS: dict[str, Callable[[Verb, Parsed], Plan]] = {
    "run": plan_run,
    "exec": plan_exec,
    "ps": _ps,
    "stop": _stop,
    "kill": _kill,
    "pause": _pause,
    "unpause": _pause,
    "wait": _wait,
    "rename": _rename,
    "start": _start,
    "restart": _start,
    "rm": _rm,
    "logs": _logs,
}
