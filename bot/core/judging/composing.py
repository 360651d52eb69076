"""Judge a compose file: can Compose read it, and does it describe what the lesson asks for?"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from bot.core.evidence import ComposeSeen
from bot.core.judging.images import listed
from bot.core.results import Failed, Passed, Result
from bot.core.specs import ComposeSpec, ServiceWish
from bot.handin.compose.plan import ComposePlan, ComposeProblem, ServicePlan
from bot.handin.plan import BindMount, VolumeMount

READ = frozenset(
    {"MISSING_FILE", "WRONG_NAME", "EMPTY_FILE", "BAD_YAML", "UNKNOWN_KEY", "UNDECLARED", "NOT_ACCEPTED", "NO_SERVICE"}
)
CODES = READ | {
    "UNKNOWN_HOST",
    "OTHER_IMAGE",
    "NO_PORT",
    "OTHER_PORT",
    "NO_FOLDER",
    "OTHER_FOLDER",
    "NO_DATA",
    "NO_SETTING",
    "MISPLACED",
    "OTHER_VALUE",
}
#: what the reader of compose files calls it → what a lesson has words for
_PROBLEMS = {
    "EMPTY_FILE": "EMPTY_FILE",
    "UNKNOWN_KEY": "UNKNOWN_KEY",
    "UNDEFINED_VOLUME": "UNDECLARED",
    "UNDEFINED_NETWORK": "UNDECLARED",
    **dict.fromkeys(
        ("YAML_SYNTAX", "YAML_KEY", "YAML_ALIAS", "YAML_TAG", "YAML_MERGE", "DUPLICATE_KEY", "WRONG_KIND"), "BAD_YAML"
    ),
    **dict.fromkeys(
        ("NOT_A_MAPPING", "NO_SERVICES", "NO_IMAGE", "CURLY_QUOTES", "LIST_SIGN", "HIDDEN_SIGN", "TWO_DOCUMENTS"),
        "BAD_YAML",
    ),
}


def codes_for(spec: ComposeSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    codes = set(READ)
    for wish in spec.services:
        codes |= {"OTHER_IMAGE"} if wish.image else set()
        codes |= {"NO_PORT", "OTHER_PORT"} if wish.port else set()
        codes |= {"NO_FOLDER"} if wish.folder else set()
        codes |= {"OTHER_FOLDER"} if wish.workdir else set()
        codes |= {"NO_DATA"} if wish.data else set()
        codes |= {"NO_SETTING", "MISPLACED"} if wish.settings else set()
        codes |= {"UNKNOWN_HOST"} if "@" in wish.settings.values() else set()
        codes |= {"OTHER_VALUE"} if set(wish.settings.values()) - {"*", "@"} else set()
    return frozenset(codes)


def judge(spec: ComposeSpec, seen: ComposeSeen) -> Result:
    """Return whether the file is there, can be read and describes the services."""
    if seen.plan is None:
        return _unread(seen.problem or ComposeProblem(0, "no file", code="NO_FILE"))
    known = {service.name: service for service in seen.plan.services}
    for wish in spec.services:
        # a name that leads nowhere says more than a service that is missing
        if wish.name in known and (failed := _unknown_host(wish, known[wish.name], seen.plan)):
            return failed
    for wish in spec.services:
        if wish.name not in known:
            return Failed("NO_SERVICE", f"a service called {wish.name}", listed(known, "none"))
    for wish in spec.services:
        for rule in _RULES:
            if failed := rule(wish, known[wish.name], seen.plan):
                return failed
    return Passed(f"{seen.file}, {len(known)} services: {', '.join(known)}")


def _unread(problem: ComposeProblem) -> Failed:
    said = problem.say.replace("`", "'")
    if problem.code == "NO_FILE":
        if problem.seen:
            return Failed("WRONG_NAME", expected="compose.yaml", observed=problem.seen)
        return Failed("MISSING_FILE", expected="compose.yaml", observed="no such file")
    code = _PROBLEMS.get(problem.code, "NOT_ACCEPTED")
    return Failed(code, "a file that Compose can read", said, detail=problem.words)


def _names(plan: ComposePlan) -> set[str]:
    """Return every name under which something is found on the project's networks."""
    return {alias for service in plan.services for use in service.networks for alias in use.aliases}


def _unknown_host(wish: ServiceWish, service: ServicePlan, plan: ComposePlan) -> Failed | None:
    given = dict(service.environment)
    for name in (name for name, wanted in wish.settings.items() if wanted == "@"):
        if given.get(name) and given[name] not in _names(plan):
            expected = f"{name} to be the name of a service"
            others = listed((each.name for each in plan.services if each.name != service.name), "none")
            return Failed("UNKNOWN_HOST", expected, f"{name}: {given[name][:40]}, and these services: {others}")
    return None


def _image(wish: ServiceWish, service: ServicePlan, plan: ComposePlan) -> Failed | None:
    if wish.image is None or fnmatchcase(service.image.removeprefix("docker.io/").removeprefix("library/"), wish.image):
        return None
    built = " (built)" if service.build else ""
    return Failed("OTHER_IMAGE", f"{wish.name} to run {wish.image}", f"{service.image}{built}")


def _port(wish: ServiceWish, service: ServicePlan, plan: ComposePlan) -> Failed | None:
    if wish.port is None:
        return None
    wanted = f"{wish.address or '0.0.0.0'}:{wish.host_port or wish.port}:{wish.port}"  # noqa: S104 - words, no socket
    if not service.ports:
        other = next((each for each in plan.services if any(p.container == wish.port for p in each.ports)), None)
        observed = f"no ports, but {other.name} has {wish.port}" if other else "no ports"
        return Failed("NO_PORT", f"{wanted} below ports of {wish.name}", observed)
    for port in service.ports:
        same = port.container == wish.port and port.protocol == "tcp"
        if same and wish.host_port in (None, port.host) and wish.address in (None, port.address):
            return None
    first = service.ports[0]
    return Failed("OTHER_PORT", wanted, f"{first.address}:{first.host or 'any'}:{first.container}")


def _folder(wish: ServiceWish, service: ServicePlan, plan: ComposePlan) -> Failed | None:
    if wish.folder and not any(
        isinstance(mount, BindMount) and (mount.source, mount.target) == (".", wish.folder) for mount in service.mounts
    ):
        found = [f"{mount.source or 'no name'}:{mount.target}" for mount in service.mounts]
        return Failed("NO_FOLDER", f"./:{wish.folder} below volumes of {wish.name}", listed(found, "no volumes"))
    if wish.workdir and service.working_dir.rstrip("/") != wish.workdir:
        observed = service.working_dir or "no working_dir"
        return Failed("OTHER_FOLDER", f"working_dir: {wish.workdir} at {wish.name}", observed)
    return None


def _data(wish: ServiceWish, service: ServicePlan, plan: ComposePlan) -> Failed | None:
    if wish.data is None:
        return None
    for mount in service.mounts:
        if isinstance(mount, VolumeMount) and mount.source and mount.target == wish.data and not mount.read_only:
            return None
    found = [f"{mount.source or 'no name'}:{mount.target}" for mount in service.mounts]
    return Failed("NO_DATA", f"a volume with a name at {wish.data} of {wish.name}", listed(found, "no volumes"))


def _settings(wish: ServiceWish, service: ServicePlan, plan: ComposePlan) -> Failed | None:
    given = dict(service.environment)
    for name, wanted in wish.settings.items():
        if not given.get(name):
            other = next((each.name for each in plan.services if dict(each.environment).get(name)), "")
            if other:
                return Failed("MISPLACED", f"{name} at {wish.name}", f"{name} at {other}")
            return Failed("NO_SETTING", f"{name} below environment of {wish.name}", listed(given, "no settings"))
        if wanted not in {"*", "@", given[name]}:
            return Failed("OTHER_VALUE", f"{name}: {wanted} at {wish.name}", f"{name}: {given[name][:40]}")
    return None


_RULES: tuple[Callable[[ServiceWish, ServicePlan, ComposePlan], Failed | None], ...] = (
    _image,
    _settings,
    _port,
    _folder,
    _data,
)
