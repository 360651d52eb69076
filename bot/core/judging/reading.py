"""Read a Dockerfile as far as a verdict needs: does every line start with an instruction, and what is FROM?

Whether it may be built is the policy's question, and whether it builds is the engine's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

#: Source: Dockerfile reference, "Overview" (MAINTAINER is deprecated but still read)
INSTRUCTIONS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `problem` is '' when every line is understood; `wanted` says what would be."""

    base: str = ""  #: image of the first FROM
    first: str = ""  #: the first instruction that is not ARG
    instructions: int = 0
    problem: str = ""  #: e.g. `line 3: WORKDIRR`
    wanted: str = ""  #: e.g. `WORKDIR`


def read(text: str) -> Reading:
    """Return the reading of a Dockerfile's text; stops at the first line that is not understood."""
    base, first, count = "", "", 0
    args: dict[str, str] = {}
    for number, line in _logical(text):
        word, _, rest = line.partition(" ")
        name = word.upper()
        if name not in INSTRUCTIONS:
            return Reading(base, first, count, f"line {number}: {word[:40]}", _nearest(name))
        if not rest.strip():
            return Reading(base, first, count, f"line {number}: {name} alone", f"something after {name}")
        count += 1
        if name == "ARG" and not first:
            key, _, value = rest.strip().partition("=")
            args[key] = value.strip("\"'")
        else:
            first = first or name
        if name == "FROM" and first == "FROM" and not base:
            base = _image(rest, args)
    return Reading(base, first, count)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, instruction on one line): continuations joined, comments and heredoc bodies dropped."""
    held, start, closing = "", 0, ""
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = raw.strip()
        if closing:
            closing = "" if line == closing else closing
            continue
        if not line or line.startswith("#"):
            continue
        start = start if held else number
        joined = f"{held} {line}".strip()
        if joined.endswith(("\\", "`")) and not joined.startswith("`"):
            held = joined[:-1].strip()
            continue
        held = ""
        heredoc = HEREDOC.search(joined) if joined[:4].upper() in {"RUN ", "COPY", "ADD "} else None
        closing = heredoc.group(2) if heredoc else ""
        yield start, re.sub(r"\s+", " ", joined)
    if held:
        yield start, held


def _image(rest: str, args: dict[str, str]) -> str:
    words = [word for word in rest.split() if not word.startswith("--")]
    image = words[0] if words else ""
    for key, value in args.items():
        image = image.replace(f"${{{key}}}", value).replace(f"${key}", value)
    return image


def _nearest(word: str) -> str:
    near = get_close_matches(word, INSTRUCTIONS, n=1, cutoff=0.6)
    return near[0] if near else "an instruction such as FROM, COPY or RUN"


def looks_like_dockerfile(text: str) -> bool:
    """Tell whether a plain message is a pasted Dockerfile: several lines, all instructions, FROM among them."""
    recipe = read(text)
    return recipe.instructions >= 2 and not recipe.problem and bool(recipe.base)


def file_warning(path: str, text: str) -> str:
    """Return one kind sentence about a file as it was kept, '' when nothing stands out (for `FileSaved.warning`)."""
    name = path.rpartition("/")[2]
    if name != "Dockerfile" and re.fullmatch(r"dockerfile(\.(txt|md|docx?|rtf))?", name, re.IGNORECASE):
        return f"Docker looks for a file called `Dockerfile`, with a capital D and no ending. This one is `{name}`."
    if name != "Dockerfile":
        return ""
    if not text.strip():
        return "The file is empty."
    if re.search(r"[\u201c\u201d\u2018\u2019]", text):
        return 'There are curly quotes in it. Docker only knows straight ones: "like this".'
    recipe = read(text)
    return f"I cannot read {recipe.problem}. Docker would expect {recipe.wanted}." if recipe.problem else ""
