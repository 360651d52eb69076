"""What attacks came to → whether a limit holds. Pure.

A rule is asked with everything that was seen at one place. What was not seen, or broke, is "could not tell": a gate
that cannot be tried is not a gate that holds.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class Place(enum.Enum):
    """Where a limit must hold."""

    #: in a learner's running container
    RUN = "run"
    #: in a RUN line of a learner's build
    BUILD = "build"
    #: in what the engine says of itself
    HOST = "host"


class Verdict(enum.Enum):
    """Whether a limit holds."""

    #: the attack was stopped as expected
    HELD = "held"
    #: it went through
    NOT_HELD = "not_held"
    #: it went through, but a weaker control that is named bounds the harm
    STAND_IN = "stand_in"
    #: the attack could not be made: our fault
    COULD_NOT_TELL = "could_not_tell"


#: From best to worst: of several attacks on one limit the worst counts.
ORDER = (Verdict.HELD, Verdict.STAND_IN, Verdict.COULD_NOT_TELL, Verdict.NOT_HELD)


@dataclass(frozen=True, slots=True)
class Saw:
    """What one attack came to. `got`: stopped, succeeded, silent (no answer came) or broken."""

    got: str
    why: str = ""  #: the errno or the signal that stopped it, or what was reached
    at: float = 0.0  #: how far it came
    more: Mapping[str, object] = field(default_factory=dict)


Seen = Mapping[str, Saw]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the requests under attack allow, and what else holds here."""

    pids: int
    mem_mb: int
    cpus: float
    files: int
    shm_mb: int
    output_mb: float
    capabilities: int  #: mask of those that are given
    closed: bool = True  #: whether the network has nothing but loopback


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one limit holds at one place. `seen`: what happened, in a few words; `by`: what stands in."""

    verdict: Verdict
    seen: str
    by: str = ""


Rule = Callable[[Seen, Bounds], Finding]

#: How the kernel and seccomp say no. ENOSYS and EAFNOSUPPORT: what would be attacked is not even there.
NO = frozenset({"EPERM", "EACCES", "ENOSYS", "EAFNOSUPPORT"})
#: …and how a file that may not be written says so.
READ_ONLY = NO | {"EROFS", "ENOENT"}
FULL = frozenset({"ENOSPC", "EDQUOT"})
#: How the kernel says that there is no way to an address.
NO_WAY = frozenset({"ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EPERM", "EACCES", "ENETDOWN"})


def held(seen: str) -> Finding:
    """Return that it holds."""
    return Finding(Verdict.HELD, seen)


def not_held(seen: str) -> Finding:
    """Return that it does not."""
    return Finding(Verdict.NOT_HELD, seen)


def unknown(why: str) -> Finding:
    """Return that it could not be tried."""
    return Finding(Verdict.COULD_NOT_TELL, why)


def worst(findings: list[Finding]) -> Finding:
    """Return the worst finding; the first of equals. Without any, it could not be told."""
    return max(findings, key=lambda each: ORDER.index(each.verdict), default=unknown("nothing was tried"))


def every(*rules: Rule) -> Rule:
    """Return a rule that holds when all do."""
    return lambda seen, bounds: worst([rule(seen, bounds) for rule in rules])


def stood_in(rule: Rule, by: str, where: Callable[[Seen, Bounds], bool] = lambda *_: True) -> Rule:
    """Return the rule, with a weaker control that bounds the harm where it does not hold and `where` is true."""

    def judged(seen: Seen, bounds: Bounds) -> Finding:
        found = rule(seen, bounds)
        if found.verdict is Verdict.NOT_HELD and where(seen, bounds):
            return Finding(Verdict.STAND_IN, found.seen, by)
        return found

    return judged


def _tried(seen: Seen, attack: str) -> Saw | Finding:
    saw = seen.get(attack)
    if saw is None:
        return unknown(f"the canary did not tell of {attack}")
    return unknown(f"{attack}: {saw.why}") if saw.got == "broken" else saw


def refused(*attacks: str, by: frozenset[str] = NO) -> Rule:
    """Return a rule: each attack is refused with one of these words; any other end came after the rights."""

    def one(seen: Seen, attack: str) -> Finding:
        saw = _tried(seen, attack)
        if isinstance(saw, Finding):
            return saw
        if saw.got == "stopped" and saw.why in by:
            return held(saw.why)
        return not_held(f"{attack}: {saw.why}")

    return lambda seen, _: worst([one(seen, attack) for attack in attacks])


def bounded(attack: str, most: Callable[[Bounds], float], unit: str, by: frozenset[str] | None = None) -> Rule:
    """Return a rule: the attack is stopped (in one of these ways), and before it came farther than allowed."""

    def judged(seen: Seen, bounds: Bounds) -> Finding:
        saw = _tried(seen, attack)
        if isinstance(saw, Finding):
            return saw
        far = f"{saw.at:g} {unit}".strip()
        if saw.got != "stopped":
            return not_held(f"{far} and no end")
        if by is not None and saw.why not in by:
            return unknown(f"{attack} ended with {saw.why} at {far}")
        return held(f"{saw.why} at {far}") if saw.at <= most(bounds) else not_held(f"{saw.why} only at {far}")

    return judged


def filled(attack: str, unit: str) -> Rule:
    """Return a rule: the disk says that there is no more, or who takes too much is ended for it."""

    def judged(seen: Seen, _: Bounds) -> Finding:
        saw = _tried(seen, attack)
        if isinstance(saw, Finding):
            return saw
        if saw.got == "stopped" and saw.why in FULL:
            return held(f"{saw.why} at {saw.at:g} {unit}")
        if saw.got == "stopped" and saw.why == "ended":
            return Finding(Verdict.STAND_IN, f"ended at {saw.at:g} {unit}", "a watch ends whoever takes too much")
        return not_held(f"{saw.at:g} {unit} and no end")

    return judged


def throttled(seen: Seen, bounds: Bounds) -> Finding:
    """Return whether the processor's limit holds: it was reached, and the kernel held it there."""
    saw = _tried(seen, "cpu")
    if isinstance(saw, Finding):
        return saw
    processors, times = saw.more.get("processors"), saw.more.get("throttled")
    used = f"{saw.at:.2f} CPUs"
    if saw.at > bounds.cpus * 1.2:
        return not_held(used)
    if isinstance(times, int) and times > 0:
        return held(f"{used}, held back {times} times")
    if isinstance(processors, int) and processors <= bounds.cpus:
        return held(f"{used}; the host has no more")
    quota, busy = saw.more.get("quota"), f"the host was too busy to reach the limit ({used})"
    if isinstance(quota, float | int) and quota <= bounds.cpus:
        return Finding(Verdict.STAND_IN, busy, f"the kernel has a limit of {quota:g} CPUs here")
    return unknown(busy)


def closed(*prefixes: str, wire: bool = False) -> Rule:
    """Return a rule: nothing whose name begins so was reached.

    Silence means that nobody was there where the address is on our own `wire`, or where there is no way out at all;
    else it means that a packet found a way and was lost on it.
    """

    def one(saw: Saw, quiet: bool) -> Finding:
        if saw.got == "broken":
            return unknown(saw.why)
        if saw.got == "succeeded":
            return not_held(saw.why)
        if saw.got == "silent" or saw.why in {"EHOSTUNREACH", "ETIMEDOUT"}:
            return held("silence") if quiet else not_held(f"{saw.why}: a packet had a way out, nothing came back")
        return held(saw.why) if saw.why in NO_WAY else not_held(f"ended with {saw.why}")

    def judged(seen: Seen, bounds: Bounds) -> Finding:
        quiet = wire or no_route(seen, bounds).verdict is Verdict.HELD
        return worst([one(saw, quiet) for name, saw in seen.items() if name.startswith(prefixes)])

    return judged


def no_route(seen: Seen, _: Bounds) -> Finding:
    """Return whether there is no way out: no route, or nobody who answers as its gateway."""
    saw = _tried(seen, "route")
    if isinstance(saw, Finding):
        return saw
    return held(saw.why) if saw.got == "stopped" else not_held(f"there is a way out {saw.why}")


def no_hits(seen: Seen, _: Bounds) -> Finding:
    """Return whether what listened on the host for a moment heard nobody."""
    saw = seen.get("hits")
    if saw is None:
        return held("not tried: the engine is elsewhere")
    return held("heard nobody") if saw.at == 0 else not_held(f"heard {saw.at:g} times, {saw.why}")


def unanswered(seen: Seen, bounds: Bounds) -> Finding:
    """Return whether no question for a foreign name leaves: it comes home to the container, or nobody passes it on."""
    saw = _tried(seen, "dns")
    if isinstance(saw, Finding):
        return saw
    if saw.got == "succeeded":
        return not_held(saw.why)
    if saw.more.get("came_home"):
        return held("the question came home")
    if saw.got == "stopped" and (saw.why in NO_WAY or saw.why == "no resolver"):
        return held(saw.why)
    return not_held(f"the question went somewhere ({saw.why or 'silence'})")


def rights(seen: Seen, bounds: Bounds) -> Finding:
    """Return whether no more capabilities are there than are given, in any of the kernel's sets."""
    saw = _tried(seen, "status")
    if isinstance(saw, Finding):
        return saw
    status = saw.more.get("status")
    if not isinstance(status, dict):
        return unknown("the kernel said nothing of our rights")
    sets = {name: int(str(status.get(name, "-1")), 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")}
    surplus = {name: value & ~bounds.capabilities for name, value in sets.items()}
    if any(value < 0 for value in sets.values()):
        return unknown("the kernel named no capabilities")
    over = [f"{name} has {value:x} too much" for name, value in surplus.items() if value]
    return not_held("; ".join(over)) if over else held(f"CapBnd {sets['CapBnd']:x}")


def flag(name: str, wanted: str, otherwise: str) -> Rule:
    """Return a rule: a line of the kernel's status says what it must."""

    def judged(seen: Seen, _: Bounds) -> Finding:
        saw = _tried(seen, "status")
        if isinstance(saw, Finding):
            return saw
        status = saw.more.get("status")
        said = status.get(name) if isinstance(status, dict) else None
        return held(f"{name} {said}") if said == wanted else not_held(otherwise)

    return judged


def remapped(seen: Seen, _: Bounds) -> Finding:
    """Return whether root inside is somebody else outside."""
    saw = _tried(seen, "status")
    if isinstance(saw, Finding):
        return saw
    return held("root is nobody outside") if saw.more.get("remapped") else not_held("root inside is root outside")
