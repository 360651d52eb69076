"""Judge evidence: what one condition's evidence means, and in which order conditions are looked at.

The result types are a contract and come from `bot.core.results`. `judge` has one row per probe; each row's
codes are in `CODES`, stable names that lessons give words to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.evidence import (
    AnswerSeen,
    BuildSeen,
    CacheSeen,
    ContainersSeen,
    ContextSeen,
    Evidence,
    FileSeen,
    HttpSeen,
    ImageSeen,
    ScenarioSeen,
    VolumeSeen,
)
from bot.core.judging import answers, builds, containers, files, images, keeping, pages, rebuilds
from bot.core.results import Blocked, Failed, Fault, NotYet, Passed, Result, TimedOut, Verdict
from bot.core.specs import (
    AnswerSpec,
    BuildSpec,
    CacheSpec,
    ContainerSpec,
    ContextSpec,
    FileSpec,
    HttpSpec,
    ImageSpec,
    ProbeSpec,
    ScenarioSpec,
    VolumeSpec,
)
from bot.core.workshop import Condition, Step

__all__ = [
    "CODES",
    "Blocked",
    "Failed",
    "Fault",
    "NotYet",
    "Passed",
    "Result",
    "TimedOut",
    "Verdict",
    "answer_seen",
    "blocked",
    "codes_for",
    "judge",
    "plan_order",
]

#: probe → every code that it can fail with
CODES: Mapping[str, frozenset[str]] = {
    "answer": answers.CODES,
    "file": files.CODES,
    "build": builds.CODES,
    "image": images.CODES,
    "container": containers.CODES,
    "http": pages.CODES,
    "cache": rebuilds.CACHE_CODES,
    "context": rebuilds.CONTEXT_CODES,
    "volume": keeping.VOLUME_CODES,
    "scenario": keeping.SCENARIO_CODES,
}


def judge(condition: Condition, evidence: Evidence, *, last: bool = False) -> Result:
    """Return what the evidence means for the condition.

    `last` says that nobody will look again: what would be `NotYet` is then a failure with a code.
    Raises: TypeError when the evidence is of another probe (a bug of ours).
    """
    match condition.with_, evidence:
        case AnswerSpec(), AnswerSeen() as seen:
            return answers.judge(seen)
        case FileSpec() as file, FileSeen() as seen:
            return files.judge(file, seen)
        case BuildSpec() as build, BuildSeen() as seen:
            return builds.judge(build, seen)
        case ImageSpec() as image, ImageSeen() as seen:
            return images.judge(image, seen)
        case ContainerSpec() as container, ContainersSeen() as seen:
            return containers.judge(container, seen, last=last)
        case HttpSpec() as asks, HttpSeen() as seen:
            return pages.judge(asks, seen, last=last)
        case CacheSpec() as cache, CacheSeen() as seen:
            return rebuilds.judge_cache(cache, seen)
        case ContextSpec() as context, ContextSeen() as seen:
            return rebuilds.judge_context(context, seen)
        case VolumeSpec() as volume, VolumeSeen() as seen:
            return keeping.judge_volume(volume, seen)
        case ScenarioSpec() as scenario, ScenarioSeen() as seen:
            return keeping.judge_scenario(scenario, seen)
        case spec, other:
            raise TypeError(f"{type(other).__name__} is no evidence for {type(spec).__name__}")


def codes_for(spec: ProbeSpec) -> frozenset[str]:
    """Return the codes that this very spec can fail with: those a lesson must have words for."""
    match spec:
        case AnswerSpec():
            return answers.CODES
        case FileSpec():
            return files.codes_for(spec)
        case BuildSpec():
            return builds.CODES
        case ImageSpec():
            return images.codes_for(spec)
        case ContainerSpec():
            return containers.codes_for(spec)
        case HttpSpec():
            return pages.codes_for(spec)
        case CacheSpec():
            return rebuilds.CACHE_CODES
        case ContextSpec():
            return rebuilds.CONTEXT_CODES
        case VolumeSpec():
            return keeping.VOLUME_CODES
        case ScenarioSpec():
            return keeping.SCENARIO_CODES


def answer_seen(step: Step, spec: AnswerSpec, chosen: int | None) -> AnswerSeen:
    """Return the evidence for an `answer` condition; it needs no sandbox, only the learner's last choice."""
    question = step.question(spec.question)
    if question is None:
        return AnswerSeen(None)
    if chosen is None or not 0 <= chosen < len(question.options):
        return AnswerSeen(None, asked=question.ask)
    option = question.options[chosen]
    return AnswerSeen(chosen, right=option.right, picked=option.text, asked=question.ask)


def plan_order(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Return the conditions so that each comes after those it needs, otherwise as written.

    Conditions of a circle (which lint refuses) come last, as written.
    """
    waiting, known = list(conditions), {c.id for c in conditions}
    ordered: list[Condition] = []
    while waiting:
        placed = {c.id for c in ordered}
        ready = next((c for c in waiting if all(n in placed or n not in known for n in c.needs)), None)
        if ready is None:
            break
        ordered.append(ready)
        waiting.remove(ready)
    return (*ordered, *waiting)


def blocked(condition: Condition, results: Mapping[str, Result] | Iterable[tuple[str, Result]]) -> Blocked | None:
    """Return by which needed condition this one is blocked: the first that has not passed."""
    known = dict(results)
    return next((Blocked(need) for need in condition.needs if not isinstance(known.get(need), Passed)), None)
