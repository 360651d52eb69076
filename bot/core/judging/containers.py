"""Judge containers: does one run from the image, detached and published as asked?"""

from __future__ import annotations

from bot.core.diagnosis import RUN_SIGNS, last_words, named
from bot.core.evidence import ContainersSeen, ContainerView
from bot.core.results import Failed, NotYet, Passed, Result
from bot.core.specs import ContainerSpec

ALIVE = frozenset({"NOT_STARTED", "NEVER_RAN", "EXITED", "STOPPED", "OUT_OF_MEMORY", "OLD_IMAGE", "NOT_DETACHED"})
CODES = (
    ALIVE
    | {sign.code for sign in RUN_SIGNS}
    | {"NOT_PUBLISHED", "WRONG_CONTAINER_PORT", "WRONG_HOST_PORT", "NOT_LOOPBACK", "NO_LOG_LINE", "LEFT_OVER"}
)
#: a container that was stopped on purpose, or whose program had nothing to do. 130, 137 and 143 are SIGINT, SIGKILL
#: and SIGTERM; `docker stop` ends in SIGKILL when the program is too young to listen (what memory killed is told apart)
STOPPED = (0, 130, 137, 143)


def codes_for(spec: ContainerSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    codes = ALIVE | {sign.code for sign in RUN_SIGNS}
    if spec.port is not None:
        codes |= {"NOT_PUBLISHED", "WRONG_CONTAINER_PORT"}
        codes |= {"WRONG_HOST_PORT"} if spec.host_port is not None else set()
        codes |= {"NOT_LOOPBACK"} if spec.address is not None else set()
    codes |= {"LEFT_OVER"} if spec.sole else set()
    return codes | ({"NO_LOG_LINE"} if spec.log else set())


def judge(spec: ContainerSpec, seen: ContainersSeen, *, last: bool = False) -> Result:
    """Return whether any container of the image is as asked; else what is amiss with the likeliest one."""
    running = [c for c in seen.containers if c.state in {"running", "restarting", "paused"} and not c.restarts]
    results = [_running(spec, seen, c, last) for c in running]
    good = next((r for r in results if isinstance(r, Passed)), None)
    if good:
        return (_left_over(seen) if spec.sole else None) or good
    if results:
        return results[0]
    if seen.containers:
        return ended(seen.containers[0])
    observed = "no image of that name" if not seen.image_id else _others(seen.others)
    return Failed("NOT_STARTED", expected=f"a container from {seen.name or spec.image}", observed=observed)


def _left_over(seen: ContainersSeen) -> Failed | None:
    """Return which container was not cleared away: one that never ran, has ended, or is of an older build."""
    why = {"created": "never ran", "exited": "has ended", "dead": "has ended"}
    for c in seen.containers:
        said = why.get(c.state) or ("runs an older image" if seen.image_id not in ("", c.image_id) else "")
        if said:
            return Failed("LEFT_OVER", expected="only the new container", observed=f"{c.name}, which {said}")
    return None


def _others(names: tuple[str, ...]) -> str:
    return f"only {', '.join(names[:3])}" if names else "no container"


def _running(spec: ContainerSpec, seen: ContainersSeen, c: ContainerView, last: bool) -> Result:
    if seen.image_id and c.image_id != seen.image_id:
        return Failed(
            "OLD_IMAGE", expected=f"a container of the newest {spec.image}", observed=f"{c.name} runs an older image"
        )
    if not c.detached:
        return Failed("NOT_DETACHED", expected="-d", observed="a run without -d")
    silent = spec.log is not None and spec.log not in c.log
    if silent and not last:
        # before its ports: one that is about to fall over has told nothing yet
        return NotYet(f"{c.name} is starting")
    published = _published(spec, c)
    if published:
        return published
    if silent:
        expected = spec.log or ""
        return Failed("NO_LOG_LINE", expected, last_words(c.log) or "an empty log", detail=c.log)
    return Passed(f"{c.name} is up" + (f", {_port(*c.ports[0])}" if c.ports else ""))


def _published(spec: ContainerSpec, c: ContainerView) -> Failed | None:
    if spec.port is None:
        return None
    wanted = f"{spec.address or '0.0.0.0'}:{spec.host_port or spec.port}->{spec.port}"  # noqa: S104 - words, no socket
    if not c.ports:
        return Failed("NOT_PUBLISHED", expected=wanted, observed="no published port")
    inner = [p for p in c.ports if p[2] == spec.port and p[3] == "tcp"]
    if not inner:
        return Failed("WRONG_CONTAINER_PORT", expected=wanted, observed=_port(*c.ports[0]))
    host = [p for p in inner if spec.host_port in (None, p[1])]
    if not host:
        return Failed("WRONG_HOST_PORT", expected=wanted, observed=_port(*inner[0]))
    if spec.address and not any(p[0] == spec.address for p in host):
        return Failed("NOT_LOOPBACK", expected=wanted, observed=_port(*host[0]))
    return None


def _port(address: str, host: int, container: int, protocol: str) -> str:
    return f"{address}:{host}->{container}" + ("" if protocol == "tcp" else f"/{protocol}")


def ended(c: ContainerView) -> Failed:
    """Return why a container does not run, by what it said last."""
    expected = "a container that keeps running"
    if c.oom_killed:
        return Failed("OUT_OF_MEMORY", expected, f"{c.name} was stopped", detail=c.log)
    found = named(RUN_SIGNS, c.log)
    if found:
        code, what = found
        wanted = "options before the image's name" if code == "OPTIONS_AFTER_IMAGE" else expected
        return Failed(code, wanted, what, detail=c.log)
    if c.exit_code == 127:
        return Failed("BAD_CMD", expected, last_words(c.log) or "an unknown program", detail=c.log)
    if c.state == "created":
        return Failed("NEVER_RAN", expected, f"{c.name} was made but never ran", detail=c.log)
    if c.exit_code in STOPPED:
        return Failed("STOPPED", expected, f"{c.name} has stopped (code {c.exit_code})", detail=c.log)
    return Failed("EXITED", expected, last_words(c.log) or f"exit code {c.exit_code}", detail=c.log)
