"""Turn learners and verdicts into JSON values and back, without losing a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bot.core.learner import Learner, SandboxState
from bot.core.verdict import Blocked, Failed, Fault, NotYet, Passed, Result, TimedOut, Verdict
from bot.core.workshop import StepRef

#: How `learner_record` writes today; a change of shape takes the next number and a reader for this one.
RECORD_FORMAT = 1

_KINDS: Mapping[str, type[Result]] = {
    "passed": Passed,
    "failed": Failed,
    "blocked": Blocked,
    "not_yet": NotYet,
    "timed_out": TimedOut,
    "fault": Fault,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as JSON values: `{"took_s", "results": [[condition, {"is": kind, …}]]}`."""
    results = [[condition, {"is": _NAMES[type(r)], **asdict(r)}] for condition, r in verdict.results]
    return {"took_s": verdict.took_s, "results": results}


def read_verdict(value: Mapping[str, Any]) -> Verdict:
    """Return the verdict that `verdict_json` wrote."""
    results = tuple((condition, _read_result(fields)) for condition, fields in value["results"])
    return Verdict(results, value["took_s"])


def _read_result(fields: Mapping[str, Any]) -> Result:
    return _KINDS[fields["is"]](**{name: value for name, value in fields.items() if name != "is"})


def learner_record(learner: Learner) -> dict[str, Any]:
    """Return what has no column of its own, as JSON values; a step is two strings."""
    return {
        "passed": [[*ref, at.isoformat()] for ref, at in learner.passed.items()],
        "skipped": [[*ref] for ref in sorted(learner.skipped)],
        "answers": dict(learner.answers),
        "hints": [[*ref, rungs] for ref, rungs in learner.hints.items()],
        "tries": [[*ref, count] for ref, count in learner.tries.items()],
        "failing": [[*ref, condition, code] for ref, (condition, code) in learner.failing.items()],
        "spent": [[*ref, round(seconds, 1)] for ref, seconds in learner.spent.items()],
        "hinted": [[*ref, rungs] for ref, rungs in learner.hinted.items()],
        "missed": dict(learner.missed),
        "finished_at": learner.finished_at and learner.finished_at.isoformat(),
        "stirred": learner.stirred,
        "sandbox": [learner.sandbox, learner.warned, learner.warned_at and learner.warned_at.isoformat()],
    }


def read_record(blank: Learner, written: int, record: Mapping[str, Any]) -> Learner:
    """Return the learner with what `learner_record` wrote in format `written`."""
    if written != RECORD_FORMAT:
        raise ValueError(f"learner {blank.id} is kept in format {written}; this version reads {RECORD_FORMAT}")
    # what was written before there were sandboxes to put away has none of this; who has started may have one
    unknown = SandboxState.THERE if blank.at else SandboxState.NONE
    sandbox, warned, warned_at = record.get("sandbox", (unknown, 0, None))
    finished_at = record.get("finished_at")
    return replace(
        blank,
        sandbox=SandboxState(sandbox),
        warned=warned,
        warned_at=warned_at and datetime.fromisoformat(warned_at),
        passed={StepRef(section, step): datetime.fromisoformat(at) for section, step, at in record["passed"]},
        skipped=frozenset(StepRef(section, step) for section, step in record["skipped"]),
        answers=dict(record["answers"]),
        hints={StepRef(section, step): rungs for section, step, rungs in record["hints"]},
        tries={StepRef(section, step): count for section, step, count in record["tries"]},
        failing={StepRef(section, step): (cond, code) for section, step, cond, code in record["failing"]},
        # nor of what is summed up at the end
        spent={StepRef(section, step): seconds for section, step, seconds in record.get("spent", ())},
        hinted={StepRef(section, step): rungs for section, step, rungs in record.get("hinted", ())},
        missed=dict(record.get("missed", {})),
        finished_at=finished_at and datetime.fromisoformat(finished_at),
        stirred=record.get("stirred", False),
    )
