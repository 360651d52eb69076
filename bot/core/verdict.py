"""Judge evidence: what one condition's evidence means, and in which order conditions are looked at.

The result types are a contract and come from `bot.core.results`. `judge` has one row per probe; each row's
codes are in `CODES`, stable names that lessons give words to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bot.core.evidence import (
    AnswerSeen,
    BindSeen,
    BuildSeen,
    CacheSeen,
    ComposeSeen,
    ContainersSeen,
    ContextSeen,
    DnsSeen,
    Evidence,
    FileSeen,
    HistorySeen,
    HttpSeen,
    ImageSeen,
    LiveSeen,
    LogsSeen,
    NetworkSeen,
    RegistrySeen,
    ScenarioSeen,
    ServicesSeen,
    SqlSeen,
    StaysSeen,
    VolumeSeen,
)
from bot.core.judging import (
    answers,
    binds,
    builds,
    composing,
    containers,
    files,
    images,
    keeping,
    layers,
    networks,
    pages,
    rebuilds,
    records,
    sayings,
    services,
    shares,
)
from bot.core.results import Blocked, Failed, Fault, NotYet, Passed, Result, TimedOut, Verdict
from bot.core.specs import (
    SPECS,
    AnswerSpec,
    BindSpec,
    BuildSpec,
    CacheSpec,
    ComposeSpec,
    ContainerSpec,
    ContextSpec,
    DnsSpec,
    FileSpec,
    HistorySpec,
    HttpSpec,
    ImageSpec,
    LiveSpec,
    LogsSpec,
    NetworkSpec,
    ProbeSpec,
    RegistrySpec,
    ScenarioSpec,
    ServicesSpec,
    Spec,
    SqlSpec,
    StaysSpec,
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


class Row(NamedTuple):
    """How the evidence of one probe is judged, and with which codes."""

    evidence: type[Evidence]
    judge: Callable[[Any, Any, bool], Result]  #: spec, evidence, and whether nobody will look again
    codes: frozenset[str]  #: every code that the probe can fail with
    codes_for: Callable[[Any], frozenset[str]] | None = None  #: those of one spec, where they are fewer


#: one row a probe, by the shape of its `with:`
ROWS: Mapping[type[Spec], Row] = {
    AnswerSpec: Row(AnswerSeen, lambda _, seen, __: answers.judge(seen), answers.CODES),
    FileSpec: Row(FileSeen, lambda spec, seen, _: files.judge(spec, seen), files.CODES, files.codes_for),
    BuildSpec: Row(BuildSeen, lambda spec, seen, _: builds.judge(spec, seen), builds.CODES),
    ImageSpec: Row(ImageSeen, lambda spec, seen, _: images.judge(spec, seen), images.CODES, images.codes_for),
    ContainerSpec: Row(
        ContainersSeen,
        lambda spec, seen, last: containers.judge(spec, seen, last=last),
        containers.CODES,
        containers.codes_for,
    ),
    HttpSpec: Row(HttpSeen, lambda spec, seen, last: pages.judge(spec, seen, last=last), pages.CODES, pages.codes_for),
    CacheSpec: Row(CacheSeen, lambda spec, seen, _: rebuilds.judge_cache(spec, seen), rebuilds.CACHE_CODES),
    ContextSpec: Row(ContextSeen, lambda spec, seen, _: rebuilds.judge_context(spec, seen), rebuilds.CONTEXT_CODES),
    VolumeSpec: Row(VolumeSeen, lambda spec, seen, _: keeping.judge_volume(spec, seen), keeping.VOLUME_CODES),
    ScenarioSpec: Row(ScenarioSeen, lambda spec, seen, _: keeping.judge_scenario(spec, seen), keeping.SCENARIO_CODES),
    BindSpec: Row(BindSeen, lambda spec, seen, last: binds.judge_bind(spec, seen, last=last), binds.BIND_CODES),
    LiveSpec: Row(LiveSeen, lambda spec, seen, _: binds.judge_live(spec, seen), binds.LIVE_CODES),
    NetworkSpec: Row(
        NetworkSeen,
        lambda spec, seen, _: networks.judge_network(spec, seen),
        networks.NETWORK_CODES,
        networks.codes_for,
    ),
    DnsSpec: Row(DnsSeen, lambda spec, seen, last: networks.judge_dns(spec, seen, last=last), networks.DNS_CODES),
    LogsSpec: Row(
        LogsSeen, lambda spec, seen, last: sayings.judge(spec, seen, last=last), sayings.CODES, sayings.codes_for
    ),
    SqlSpec: Row(SqlSeen, lambda spec, seen, last: records.judge(spec, seen, last=last), records.CODES),
    HistorySpec: Row(HistorySeen, lambda spec, seen, _: layers.judge(spec, seen), layers.CODES),
    RegistrySpec: Row(RegistrySeen, lambda spec, seen, _: shares.judge(spec, seen), shares.CODES),
    ComposeSpec: Row(
        ComposeSeen, lambda spec, seen, _: composing.judge(spec, seen), composing.CODES, composing.codes_for
    ),
    ServicesSpec: Row(ServicesSeen, lambda spec, seen, last: services.judge(spec, seen, last=last), services.CODES),
    StaysSpec: Row(StaysSeen, lambda spec, seen, _: services.judge_stays(spec, seen), services.STAYS_CODES),
}
#: probe → every code that it can fail with
CODES: Mapping[str, frozenset[str]] = {probe: ROWS[spec].codes for probe, spec in SPECS.items()}


def judge(condition: Condition, evidence: Evidence, *, last: bool = False) -> Result:
    """Return what the evidence means for the condition.

    `last` says that nobody will look again: what would be `NotYet` is then a failure with a code.
    Raises: TypeError when the evidence is of another probe (a bug of ours).
    """
    row = ROWS[type(condition.with_)]
    if not isinstance(evidence, row.evidence):
        raise TypeError(f"{type(evidence).__name__} is no evidence for {type(condition.with_).__name__}")
    return row.judge(condition.with_, evidence, last)


def codes_for(spec: ProbeSpec) -> frozenset[str]:
    """Return the codes that this very spec can fail with: those a lesson must have words for."""
    row = ROWS[type(spec)]
    return row.codes_for(spec) if row.codes_for else row.codes


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
