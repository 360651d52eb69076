"""What each stage of a Dockerfile is built on, and the Dockerfile written anew with those bases pinned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.handin.dockerfile import Dockerfile, Instruction
from bot.handin.expansion import expand
from bot.handin.reference import Reference, parse_reference


class Ground(Enum):
    """What a stage stands on."""

    IMAGE = "image"  #: an image with a name
    STAGE = "stage"  #: an earlier stage of the same file
    SCRATCH = "scratch"  #: nothing at all


@dataclass(frozen=True, slots=True)
class Base:
    """The base of one stage: `name` is `name:tag`, the earlier stage's name, or `scratch`; `seen` is as written."""

    ground: Ground
    name: str
    seen: str
    line: int
    fault: str = ""  #: Docker's words when the name cannot be read


def resolve_bases(dockerfile: Dockerfile, build_args: Sequence[tuple[str, str]] = ()) -> tuple[Base, ...]:
    """Return the base of every stage in order, with `ARG`s filled in."""
    values = _global_args(dockerfile, dict(build_args))
    known: set[str] = set()
    found: list[Base] = []
    for stage in dockerfile.stages:
        found.append(_resolve(stage.base, stage.line, values, known, dockerfile.escape))
        known |= {stage.name} - {""}
    return tuple(found)


def _resolve(seen: str, line: int, values: Mapping[str, str], known: set[str], escape: str) -> Base:
    try:
        name = expand(seen, values, escape).text
    except ValueError as wrong:
        return Base(Ground.IMAGE, "", seen, line, f"failed to process {json.dumps(seen[:100])}: {wrong}")
    if not name:
        return Base(Ground.IMAGE, "", seen, line, f"base name ({seen[:100]}) should not be blank")
    if name.lower() in known:
        return Base(Ground.STAGE, name.lower(), seen, line)
    if name == "scratch":
        return Base(Ground.SCRATCH, name, seen, line)
    reference = parse_reference(name)
    if isinstance(reference, Reference):
        return Base(Ground.IMAGE, reference.tagged, seen, line)
    return Base(Ground.IMAGE, "", seen, line, f"failed to parse stage name {json.dumps(name[:100])}: {reference}")


def _global_args(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the `ARG`s before the first `FROM`."""
    values: dict[str, str] = {}
    for made in dockerfile.instructions:
        if made.keyword == "FROM":
            break
        for word in made.words:
            name, equals, default = word.partition("=")
            if name in build_args:
                values[name] = build_args[name]
            elif equals:
                try:
                    values[name] = expand(default, values, dockerfile.escape).text
                except ValueError:
                    values.pop(name, None)
    return values


def emit(
    dockerfile: Dockerfile, bases: Mapping[str, str], build_args: Sequence[tuple[str, str]] = (), mark: str = ""
) -> str:
    """Return the Dockerfile as the engine shall read it: one line an instruction, at the line where it was typed.

    `bases` gives the pinned image ID for every `name:tag` that the policy accepted; `mark` is an instruction that is
    put right below every stage's base, and moves what follows where there is no free line. Comments, continuations and
    directives other than `escape` are gone, so the engine cannot read it otherwise than we did.

    Raises:
        KeyError: a base is not in `bases` (the policy was not asked).
    """
    out = [f"# escape={dockerfile.escape}"] if dockerfile.escape != "\\" else []
    grounds = iter(resolve_bases(dockerfile, build_args))
    for made in dockerfile.instructions:
        out.extend([""] * (made.line - 1 - len(out)))
        if made.keyword != "FROM":
            out.append(_line(made))
            continue
        base = next(grounds)
        out.append(_from(made, base, bases))
        if mark and base.ground is not Ground.STAGE:
            out.append(mark)
    return "\n".join(out) + "\n"


def _from(made: Instruction, base: Base, bases: Mapping[str, str]) -> str:
    name = bases[base.name] if base.ground is Ground.IMAGE else base.name
    return f"FROM {name} AS {made.words[2]}" if len(made.words) == 3 else f"FROM {name}"


def _line(made: Instruction) -> str:
    """Return the instruction as typed; a list that something follows is cut at its bracket, where Docker stops too."""
    if not made.json or made.args.endswith("]"):
        return made.text
    options = "".join(f"--{name}={value} " for name, value in made.options)
    return f"{made.keyword} {options}{json.dumps(list(made.words), ensure_ascii=False)}"
