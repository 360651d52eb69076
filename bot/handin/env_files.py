"""`--env-file`: a project file of settings, read as Docker's client reads it.

Source: github.com/docker/cli `pkg/kvfile`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed
from bot.handin.paths import inside
from bot.handin.stopped import stop

_MOST_FILES = 10
_MOST_LINES = 500
_BOM = b"\xef\xbb\xbf"


def env_paths(verb: Verb, parsed: Parsed) -> tuple[str, ...]:
    """Return the project paths of all `--env-file`s. Raises `Stopped`."""
    given = parsed.every("env-file")
    if len(given) > _MOST_FILES:
        raise stop("TOO_MANY", f"I see {len(given)} files of settings; up to {_MOST_FILES} are fine.", str(len(given)))
    found = []
    for path in given:
        place = inside(path)
        if place is None or place == ".":
            say = f"`--env-file {path[:60]}` is no file of your project. `ls` shows what is in it."
            raise stop("OUTSIDE_PROJECT", say, path, "ls")
        found.append(place)
    return tuple(found)


def read_env(
    paths: tuple[str, ...], env: tuple[tuple[str, str], ...], files: Mapping[str, bytes]
) -> tuple[tuple[str, str], ...] | str:
    """Return the settings of the files and then the given ones, the last of a name counts; else Docker's words."""
    found: dict[str, str] = {}
    for path in paths:
        if path not in files:
            return f"open {path}: no such file or directory"
        read = _lines(path, files[path])
        if isinstance(read, str):
            return read
        found |= read
    return tuple((found | dict(env)).items())


def _lines(path: str, content: bytes) -> dict[str, str] | str:
    found: dict[str, str] = {}
    lines = content.removeprefix(_BOM).split(b"\n")
    if len(lines) > _MOST_LINES:
        return f"env file {path} has {len(lines)} lines; up to {_MOST_LINES} are fine here"
    for number, raw in enumerate(lines, start=1):
        try:
            line = raw.rstrip(b"\r").decode("utf-8").lstrip()
        except UnicodeDecodeError:
            seen = " ".join(map(str, raw[:60]))
            return f"invalid env file ({path}): invalid utf8 bytes at line {number}: [{seen}]"
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if wrong := _wrong(name, line):
            return f"invalid env file ({path}): {wrong}"
        if equals:  # a bare name means the caller's own, and there is none
            found[name] = value
    return found


def _wrong(name: str, line: str) -> str:
    if not name:
        return f"no variable name on line '{line[:60]}'"
    if any(sign.isspace() for sign in name):
        return f"variable '{name[:60]}' contains whitespaces"
    return f"variable '{name[:60]}' holds a character that no setting can hold" if "\0" in line else ""
