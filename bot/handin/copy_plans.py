"""`docker cp` → its plan: from a container into the project, or from the project into a container.

Source: github.com/docker/cli 28 `cli/command/container/cp.go`.
"""

from __future__ import annotations

import re

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed
from bot.handin.names import existing
from bot.handin.paths import HOME, inside
from bot.handin.plan import CopyIn, CopyOut, Plan, Refusal
from bot.handin.stopped import Stopped, stop

LONGEST_INSIDE = 1_000  #: characters of a path in a container


def plan_copy(verb: Verb, parsed: Parsed) -> Plan | None:
    """Return the plan, or None when the command is another one. Raises `Stopped`."""
    if verb.does != "cp":
        return None
    source, target = parsed.rest
    if not (source and target):
        raise _docker("EMPTY_PATH", f"{'destination' if source else 'source'} can not be empty", "Both need a path.")
    from_name, from_path = _split(source)
    to_name, to_path = _split(target)
    if from_name and to_name:
        say = "Copy it into your project first, and from there into the other container."
        raise _docker("TWO_CONTAINERS", "copying between containers is not supported", say)
    if not (from_name or to_name):
        say = "A container's side is written `NAME:PATH`, as in `docker cp todo:/app/package.json .`"
        raise _docker("NO_CONTAINER", "must specify at least one container source", say)
    if "-" in (from_path, to_path):
        say = "`-` stands for an archive from or to another program. In a chat there is none: name a file."
        raise stop("STREAM", say, "-")
    quiet = parsed.on("quiet")
    if from_name:
        path, written = _local(to_path)
        folder = bool(_ENDS_IN_FOLDER.search(to_path))
        return CopyOut(
            existing((from_name,))[0], _inner(from_path), path, written, folder, parsed.on("follow-link"), quiet
        )
    path, written = _local(from_path)
    contents = bool(re.search(r"(?:^|[/\\])\.$", from_path)) and path != "."
    return CopyIn(path, written, existing((to_name,))[0], _inner(to_path), contents or _is_dot(from_path), quiet)


_DRIVE = re.compile(r"[A-Z]:|[a-z]:\\")  #: no container has a name of one letter, and no id a capital
_ENDS_IN_FOLDER = re.compile(r"(?:^|[/\\])\.?$|^\.\.?$")


def _is_dot(path: str) -> bool:
    """Tell whether what is in the project is meant, and not a folder called like it."""
    return inside(path) == "." and path.endswith(".")


def _split(argument: str) -> tuple[str, str]:
    """Return container ('' for none) and path, as Docker's client tells them apart."""
    if argument.startswith(("/", "~")) or _DRIVE.match(argument):
        return "", argument
    name, colon, path = argument.partition(":")
    return (name, path) if colon and not name.startswith(".") else ("", argument)


def _inner(path: str) -> str:
    """Return a path in a container; one that does not begin at the top is taken to. Raises `Stopped`."""
    if len(path) > LONGEST_INSIDE or not path.isprintable():
        raise stop("BAD_PATH", "That path in the container is too long, or holds signs that one cannot see.", path[:80])
    return path if path.startswith("/") else f"/{path}"


def _local(path: str) -> tuple[str, str]:
    """Return a path of the project, and how Docker's client would write it. Raises `Stopped`."""
    own = path.removeprefix(HOME).lstrip("/") or "." if path == HOME or path.startswith(f"{HOME}/") else path
    found = inside(own)
    if found is None:
        say = f"`{path[:80]}` is outside your project. Here, files are copied to and from your project (`.`) only."
        raise stop("HOST_PATH", say, path)
    whole = HOME if found == "." else f"{HOME}/{found}"
    dotted = re.search(r"(?:^|[/\\])\.$", path)
    return found, f"{whole}/." if dotted else f"{whole}/" if path.endswith(("/", "\\")) else whole


def _docker(code: str, words: str, say: str) -> Stopped:
    return Stopped(Refusal(code, say, docker=True, exit_code=1, words=words))
