"""An uploaded project comes: what it changes in the learner's project, and what is said about that."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.cards import one_line
from bot.handin.compose.read import FILE_NAMES
from bot.handin.plan import Refusal
from bot.handin.project import judge_file

#: one of these at the top makes it a whole project, which takes the place of the one before
_WHOLE = ("package.json", "Dockerfile", *FILE_NAMES)
#: what learners write in the workshop; it is kept when the new project has none of its kind
_OURS = (("Dockerfile",), (".dockerignore",), FILE_NAMES)
_SHOWN = 12  #: entries of the top folder
_REFUSED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an uploaded project does. `files` is what is written, None where a file goes."""

    files: Mapping[str, bytes | None]
    came: tuple[str, ...]  #: paths of the upload that are kept
    whole: bool  #: it takes the place of what was there
    stays: tuple[str, ...] = ()  #: the learner's own files that it brings none of
    refused: tuple[str, ...] = ()  #: one sentence for each file that does not fit beside the others


def arrive(files: Iterable[tuple[str, bytes]], project: Mapping[str, bytes]) -> Arrival:
    """Return what these files do to a project: a whole project takes its place, anything else is added."""
    coming = dict(files)
    if any(name in coming for name in _WHOLE):
        stays = tuple(name for kind in _OURS if not any(n in coming for n in kind) for name in kind if name in project)
        stays = tuple(name for name in stays if not isinstance(judge_file(name, project[name], coming), Refusal))
        goes = [path for path in project if path not in coming and path not in stays]
        return Arrival(dict.fromkeys(goes) | coming, tuple(coming), True, stays)
    after, refused = dict(project), []
    for path, content in coming.items():
        judged = judge_file(path, content, after)
        if isinstance(judged, Refusal):
            refused.append(judged.say)
        else:
            after[path] = content
    kept = {path: content for path, content in coming.items() if after.get(path) == content}
    return Arrival(kept, tuple(kept), False, (), tuple(refused))


def arrived(
    name: str,
    arrival: Arrival,
    before: Mapping[str, bytes],
    left_out: Sequence[str],
    expected: Collection[str],
    at_hand: Mapping[str, str] | None = None,
) -> str:
    """Return what is said, as Markdown. `expected` are the files that the workshop's checks look into, `at_hand` the
    libraries that a build without internet can install, with their versions."""
    shown = f"`{one_line(name, 60)}`"
    changed = {path: content for path, content in arrival.files.items() if before.get(path) != content}
    if not arrival.came:
        return "\n\n".join([f"Nothing of {shown} could be kept.", _said((*arrival.refused, *left_out))])
    if not changed:
        return "\n\n".join(filter(None, [f"Everything in {shown} is here already, just as it is.", _said(left_out)]))
    size = sum(len(arrival.files[path] or b"") for path in arrival.came)
    what = f"{_files(len(arrival.came))}, {size / 1024:,.0f} KB"
    if arrival.whole:
        first = f"{shown} is your project now: {what}." + (" It took the place of what was here." if before else "")
    else:
        same = len(arrival.came) - len(changed)
        first = f"{shown} is added to your project: {what}{f', {same} of them as before' if same else ''}."
    after = {path: content for path, content in {**before, **arrival.files}.items() if content is not None}
    parts = [
        f"{first} Say **undo** and everything is as it was.",
        _top(arrival.came),
        _build(after, arrival),
        _strange(arrival, after, expected),
        _libraries(arrival.files.get("package.json"), at_hand) if at_hand else "",
        _said((*arrival.refused[:_REFUSED_SHOWN], *left_out)),
    ]
    return "\n\n".join(filter(None, parts))


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _top(paths: Iterable[str]) -> str:
    """Return the entries of the top folder in one line, folders with the number of their files."""
    folders: dict[str, int] = {}
    for path in sorted(paths):
        first, slash, _ = path.partition("/")
        folders[first + slash] = folders.get(first + slash, 0) + 1
    entries = [f"`{name}` ({_files(count)})" if name.endswith("/") else f"`{name}`" for name, count in folders.items()]
    more = [f"and {len(entries) - _SHOWN} more"] if len(entries) > _SHOWN else []
    return "In it: " + ", ".join([*entries[:_SHOWN], *more]) + "."


def _build(after: Mapping[str, bytes], arrival: Arrival) -> str:
    """Return what Docker will find in the project: a Dockerfile, a compose file, or neither."""
    found = [name for name in ("Dockerfile", *FILE_NAMES) if name in after and name not in arrival.stays]
    said = [f"Docker finds {' and '.join(f'`{name}`' for name in found)}." if found else ""]
    if arrival.stays:
        kept = " and ".join(f"`{name}`" for name in arrival.stays)
        said.append(f"It brings no {kept} of its own, so yours stays; `rm {arrival.stays[0]}` takes it away.")
    if "Dockerfile" not in after:
        said.append("There is no `Dockerfile` yet: say `edit Dockerfile` to write one.")
    return " ".join(filter(None, said))


def _strange(arrival: Arrival, after: Mapping[str, bytes], expected: Collection[str]) -> str:
    """Return a word about a project that the workshop's checks are not made for."""
    tops = {path.partition("/")[0] for path in arrival.came if "/" in path}
    if {"client", "backend"} <= tops:
        return (
            "This looks like `getting-started-todo-app`, another example of Docker's, in two parts. The checks here "
            "are for the app of this workshop."
        )
    missing = [path for path in sorted(expected) if path not in after]
    if not missing or not arrival.whole:
        return ""
    named = ", ".join(f"`{path}`" for path in missing[:3])
    return f"The checks of some steps look at {named}, which is not in it. **undo** brings the workshop's app back."


def libraries(package: bytes | None) -> Mapping[str, str]:
    """Return the libraries that a package.json asks for, with the versions it asks for; {} when it cannot be read."""
    try:
        read = json.loads(package or b"{}")
        found = {**read.get("dependencies", {}), **read.get("devDependencies", {})}
    except (ValueError, RecursionError, AttributeError, TypeError):
        return {}
    return {str(name): str(wanted) for name, wanted in found.items()}


def _libraries(package: bytes | None, at_hand: Mapping[str, str]) -> str:
    """Return a word about libraries that a build here could not fetch."""
    missing = [
        f"`{one_line(name, 40)} {one_line(wanted, 20)}`"
        for name, wanted in libraries(package).items()
        if name not in at_hand or _major(wanted) not in ("", _major(at_hand[name]))
    ]
    if not missing:
        return ""
    named = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    have = ", ".join(f"`{name}`" for name in at_hand)
    return f"Builds here have no internet, and `package.json` asks for {named}. At hand are {have}."


def _major(wanted: str) -> str:
    """Return the first number of a version or a range, '' when any will do."""
    digits = re.search(r"\d+", wanted)
    return digits[0] if digits else ""


def _said(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
