"""Judge what runs of a compose file: are its services up and together, and do they survive being taken down?"""

from __future__ import annotations

from bot.core.evidence import ServiceSeen, ServicesSeen, StaysSeen
from bot.core.judging.containers import ended
from bot.core.judging.images import listed
from bot.core.judging.sayings import SIGN_CODES, database_failure
from bot.core.results import Failed, NotYet, Passed, Result
from bot.core.specs import ServicesSpec, StaysSpec

#: how a container that does not run has ended
ENDED = frozenset({"NEVER_RAN", "EXITED", "STOPPED", "OUT_OF_MEMORY"}) | SIGN_CODES
CODES = ENDED | {
    "FILE_UNREAD",
    "NO_SERVICE",
    "NOT_UP",
    "BY_HAND",
    "SERVICE_MISSING",
    "OUTDATED",
    "FALLS_OVER",
    "UNHEALTHY",
    "APART",
}
STAYS_CODES = frozenset(
    {"NOT_UP", "NO_VOLUME", "DATA_GONE", "NOT_REPLACED", "NO_ANSWER", "NOT_SAVED", "NOT_UP_AGAIN", "NOT_KEPT"}
)


def judge(spec: ServicesSpec, seen: ServicesSeen, *, last: bool = False) -> Result:
    """Return whether all services run as the file says now, on a network that they share."""
    wanted = " and ".join(spec.services)
    if seen.problem:
        return Failed("FILE_UNREAD", "a compose file that can be read", seen.problem.replace("`", "'"))
    if unknown := next((each.name for each in seen.services if not each.known), ""):
        known = listed((each.name for each in seen.services if each.known), "none of them")
        return Failed("NO_SERVICE", f"a service called {unknown}", known)
    if not any(each.container for each in seen.services):
        if seen.by_hand:
            return Failed("BY_HAND", f"{wanted}, started by Compose", f"{listed(seen.by_hand, '')}, started one by one")
        return Failed("NOT_UP", f"{wanted} up", "no container of this project")
    for each in seen.services:
        if result := _service(each, last):
            return result
    shared = set.intersection(*(set(each.networks) for each in seen.services))
    if not shared:
        apart = "; ".join(f"{each.name} on {listed(each.networks, 'none')}" for each in seen.services)
        return Failed("APART", f"{wanted} on one network", apart)
    return Passed(f"{wanted} run on {min(shared)}")


def _service(seen: ServiceSeen, last: bool) -> Failed | NotYet | None:
    c = seen.container
    if c is None:
        return Failed("SERVICE_MISSING", f"{seen.name} up", f"no container of {seen.name}")
    if not seen.current:
        return Failed("OUTDATED", f"{seen.name} as the file says now", f"{c.name}, made before the last change")
    if c.state == "restarting" or c.restarts > 1:
        return Failed("FALLS_OVER", f"{seen.name} to keep running", f"{c.restarts} starts again", detail=c.log)
    if c.state != "running":
        return database_failure(c.log) or ended(c)
    if seen.health == "starting" and not last:
        return NotYet(f"{c.name} is not healthy yet")
    if seen.health in {"starting", "unhealthy"}:
        return Failed("UNHEALTHY", f"{seen.name} to be healthy", f"{c.name} is {seen.health}", detail=c.log)
    return None


def judge_stays(spec: StaysSpec, seen: StaysSeen) -> Result:
    """Return whether the data was there after the learner's `down` and `up`, and after ours."""
    if seen.state == "down":
        return Failed("NOT_UP", f"{spec.app} and {spec.database} up", seen.observed)
    if not seen.volume:
        return Failed("NO_VOLUME", f"a volume for {spec.database}", "no volume with a name")
    if seen.state == "silent" and seen.at == "first":
        return Failed("NO_ANSWER", f"an answer on port {spec.port}", seen.observed or "no answer", detail=seen.log)
    if not seen.older:
        if not seen.items:
            return Failed("DATA_GONE", "a volume from before the last up", f"{seen.volume} is new, and the list empty")
        observed = "everything as it was at the first up"
        return Failed("NOT_REPLACED", "the project taken down and up again", observed)
    if seen.state == "silent":
        observed = f"{seen.observed or 'no answer'} after down and up"
        return Failed("NO_ANSWER", f"an answer on port {spec.port}", observed, detail=seen.log)
    if seen.state == "not_saved":
        return Failed("NOT_SAVED", "the item saved", seen.observed or "no answer", detail=seen.log)
    if seen.state == "not_up":
        return Failed("NOT_UP_AGAIN", "the project to come up again", seen.observed)
    if not seen.kept:
        return Failed("NOT_KEPT", "the item after down and up", "a list without it", detail=seen.log)
    return Passed("an item was still there after down and up")
