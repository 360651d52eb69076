"""One decision about each hand-in: which bytes came, and which plan was accepted or why none was. Pure.

Only hashes and a code are in it, so it can be kept in a log, and the same bytes give the same decision again:
`docent judge` plays it. A plan is hashed as `written` writes it down, with image names and not with a host's ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from bot.handin.archive import Unpacked
from bot.handin.bases import Ground, emit, resolve_bases
from bot.handin.compose.plan import ComposePlan, ComposeProblem
from bot.handin.compose.policy import judge_compose
from bot.handin.dockerfile import Dockerfile, DockerfileProblem, parse_dockerfile
from bot.handin.plan import BuildPlan, Command, Login, Refusal, RunPlan
from bot.handin.policy import judge_build, judge_run
from bot.handin.secrets import HIDDEN
from bot.handin.written import KIND, written


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided. Exactly one of `plan` and `code` is set; hashes are SHA-256 in hexadecimal."""

    kind: str  #: dockerfile, compose, archive, command; image: whether the image of an accepted `docker run` is there
    input: str  #: of the bytes that were handed in; for an image, the plan of its command
    plan: str = ""  #: of the accepted plan
    code: str = ""  #: of the refusal


@dataclass(frozen=True, slots=True)
class AcceptedDockerfile:
    """A Dockerfile that may be built: `text` as it is written anew, with names where the engine is given ids."""

    read: Dockerfile
    text: str
    bases: tuple[str, ...]  #: `name:tag` of the images it is built on, the last stage's last


def decided(kind: str, given: bytes, found: Any) -> Decision:
    """Return the decision about these bytes, whose judges returned a plan or a refusal."""
    return _decision(kind, hashlib.sha256(given).hexdigest(), found)


def command_decided(command: Command) -> Decision:
    """Return the decision about one command; its line is hashed as it is shown, passwords hidden."""
    return decided("command", command.line.encode("utf-8", "surrogatepass"), command.plan)


def image_decided(plan: RunPlan, refusal: Refusal | None) -> Decision:
    """Return the decision about the image of a container; what was handed in is the plan of its command."""
    return _decision("image", plan_hash(plan), refusal or plan)


def judge_dockerfile(
    content: bytes, plan: BuildPlan, served: Collection[str], own: Collection[str] = ()
) -> AcceptedDockerfile | Refusal:
    """Return the Dockerfile that may be built by this plan, or the lesson. `served` and `own` hold `name:tag`s."""
    parsed = parse_dockerfile(content)
    if isinstance(parsed, DockerfileProblem):
        return Refusal(
            parsed.code, parsed.say, docker=bool(parsed.words), exit_code=1, words=parsed.words, seen=plan.dockerfile
        )
    if refusal := judge_build(parsed, plan, served, own):
        return refusal
    if plan.target and plan.target.lower() not in {stage.name for stage in parsed.stages}:
        words = f'ERROR: failed to build: failed to solve: target stage "{plan.target}" could not be found'
        say = "No stage of the Dockerfile has that name; it is the word after `AS`."
        return Refusal("UNKNOWN_STAGE", say, plan.target, docker=True, exit_code=1, words=words)
    grounds = resolve_bases(parsed, plan.build_args)
    bases = tuple(base.name for base in grounds if base.ground is Ground.IMAGE)
    return AcceptedDockerfile(parsed, emit(parsed, {name: name for name in bases}, plan.build_args), bases)


def judge_up(
    read: ComposePlan | ComposeProblem, served: Collection[str], own: Collection[str] = ()
) -> ComposePlan | Refusal:
    """Return what `docker compose up` would start of a file that was read, or the lesson."""
    if isinstance(read, ComposeProblem):
        return read.refusal()
    wanted = replace(read, services=read.enabled)
    return judge_compose(wanted, served, own) or wanted


def judge_command(
    command: Command, served: Collection[str], own: Collection[str] = ()
) -> tuple[Any, tuple[Decision, ...]]:
    """Return the plan of a command or its refusal, and the decisions that lead to it."""
    first = command_decided(command)
    if not isinstance(command.plan, RunPlan):
        return command.plan, (first,)
    refusal = judge_run(command.plan, served, own)
    return refusal or command.plan, (first, image_decided(command.plan, refusal))


def plan_written(found: Any) -> Any:
    """Return an accepted plan as JSON values: no password, and of files only their names, sizes and hashes."""
    if isinstance(found, Login):
        return written(replace(found, password=HIDDEN if found.password else ""))
    if isinstance(found, AcceptedDockerfile):
        return {KIND: "Dockerfile", "bases": list(found.bases), "text": found.text}
    if isinstance(found, Unpacked):
        files = [
            {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for path, data in found.files
        ]
        return {KIND: "Project", "files": files, "skipped": list(found.skipped)}
    return written(found)


def plan_hash(found: Any) -> str:
    """Return the hash of an accepted plan."""
    return hashlib.sha256(json.dumps(plan_written(found), sort_keys=True).encode()).hexdigest()


def _decision(kind: str, given: str, found: Any) -> Decision:
    if isinstance(found, Refusal):
        return Decision(kind, given, code=found.code)
    return Decision(kind, given, plan_hash(found))
