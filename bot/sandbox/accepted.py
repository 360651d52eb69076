"""From a learner's Dockerfile to the text that the engine follows, if the policy lets it through. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.handin import dockerfile as dockerfiles
from bot.handin.bases import Ground, emit, resolve_bases
from bot.handin.decision import AcceptedDockerfile, Decision, decided, judge_dockerfile
from bot.handin.ignore import NAME as IGNORE
from bot.handin.ignore import read_patterns
from bot.handin.plan import BuildPlan, Refusal
from bot.sandbox.build_log import Instruction
from bot.sandbox.names import MARK


@dataclass(frozen=True, slots=True)
class Accepted:
    """A Dockerfile that the policy let through."""

    judged: AcceptedDockerfile
    instructions: tuple[Instruction, ...]
    text: str  #: for the engine: every base is a pinned image id with our mark on it
    bases: tuple[str, ...]  #: `name:tag` of the images it is built on, the last stage's last
    written_bytes: int
    path: str
    warnings: tuple[str, ...]  #: what Docker accepts and was probably not meant


def read(
    plan: BuildPlan, files: Mapping[str, bytes], bases: Mapping[str, str], own: Mapping[str, str]
) -> Accepted | Refusal:
    """Return what the Dockerfile asks for, or why it cannot be built here; both maps are `name:tag` → image id."""
    found = _text(plan, files)
    if isinstance(found, Refusal):
        return found
    path, data = found
    folder = "" if plan.context == "." else f"{plan.context}/"
    if isinstance(refusal := read_patterns(files.get(f"{folder}{IGNORE}", b"")), Refusal):
        return refusal
    judged = judge_dockerfile(data, plan, bases, own)
    if isinstance(judged, Refusal):
        return judged
    return Accepted(
        judged=judged,
        instructions=_instructions(judged.read, plan),
        # what is served to everybody is never shadowed by an image that a learner gave the same name
        text=emit(judged.read, {**own, **bases}, plan.build_args, MARK),
        bases=judged.bases,
        written_bytes=len(data),
        path=path,
        warnings=judged.read.warnings,
    )


def decision(plan: BuildPlan, files: Mapping[str, bytes], found: Accepted | Refusal) -> Decision | None:
    """Return what was decided about the Dockerfile, None where there is none to decide about."""
    given = _text(plan, files)
    if isinstance(given, Refusal):
        return None
    return decided("dockerfile", given[1], found if isinstance(found, Refusal) else found.judged)


def foreign_bases(plan: BuildPlan, files: Mapping[str, bytes], bases: Mapping[str, str]) -> bool:
    """Tell whether the Dockerfile names an image that is not served, so that the learner's own must be looked up."""
    found = _text(plan, files)
    parsed = None if isinstance(found, Refusal) else dockerfiles.parse_dockerfile(found[1])
    if not isinstance(parsed, dockerfiles.Dockerfile):
        return False
    grounds = resolve_bases(parsed, plan.build_args)
    return any(base.ground is Ground.IMAGE and base.name not in bases for base in grounds)


def _text(plan: BuildPlan, files: Mapping[str, bytes]) -> tuple[str, bytes] | Refusal:
    path = plan.dockerfile
    if plan.context != "." and path == "Dockerfile":
        path = f"{plan.context}/Dockerfile"  # without -f it lies in the context
    if plan.context != "." and not any(each.startswith(f"{plan.context}/") for each in files):
        words = f'ERROR: failed to build: unable to prepare context: path "{plan.context}" not found'
        say = f"There is no folder `{plan.context}` in your project; a single dot means the project itself."
        return Refusal("NO_CONTEXT", say, plan.context, "docker build .", docker=True, exit_code=1, words=words)
    if path not in files:
        fault = f"failed to read dockerfile: open {path}: no such file or directory"
        words = f"ERROR: failed to build: failed to solve: {fault}"
        say = f"There is no `{path}` in your project yet. `ls` shows what is there."
        return Refusal("NO_DOCKERFILE", say, path, docker=True, exit_code=1, words=words)
    return path, files[path]


def _instructions(parsed: dockerfiles.Dockerfile, plan: BuildPlan) -> tuple[Instruction, ...]:
    """Return what the engine takes one step for each; who stops at our mark has stopped at its `FROM`."""
    found = []
    stage, grounds = -1, resolve_bases(parsed, plan.build_args)
    for each in parsed.instructions:
        stage += each.keyword == "FROM"
        name = (parsed.stages[stage].name or f"stage-{stage}") if stage >= 0 else ""
        shown = name if len(parsed.stages) > 1 else ""
        found.append(Instruction(each.keyword, each.text, each.line, shown))
        if each.keyword == "FROM" and grounds[stage].ground is not Ground.STAGE:
            found.append(Instruction("LABEL", each.text, each.line, shown))
    return tuple(found)
