"""Judge HTTP answers: was there one, and is it what was asked for?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bot.core.diagnosis import RUN_SIGNS, last_words, named
from bot.core.evidence import HttpAnswer, HttpSeen
from bot.core.judging.containers import STOPPED
from bot.core.results import Failed, NotYet, Passed, Result
from bot.core.specs import Expect, HttpAsk, HttpSpec

REACHED = frozenset({"NOT_RUNNING", "EXITED", "STOPPED", "NOT_LISTENING", "NO_ANSWER", "WRONG_STATUS"})
CODES = (
    REACHED | {sign.code for sign in RUN_SIGNS} | {"WRONG_TYPE", "WRONG_BODY", "OLD_TEXT", "ITEM_LOST", "ITEM_STAYED"}
)

_FIELD = re.compile(r"\$\{(\d+)\.(\w+)\}")


def codes_for(spec: HttpSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    codes = REACHED | {sign.code for sign in RUN_SIGNS}
    for ask in spec.asks:
        expect = ask.expect
        codes |= {"WRONG_TYPE"} if expect.type else set()
        codes |= {"WRONG_BODY"} if expect.contains or expect.json_ or expect.lists or expect.not_lists else set()
        codes |= {"OLD_TEXT"} if expect.lacks else set()
        codes |= {"ITEM_LOST"} if expect.lists else set()
        codes |= {"ITEM_STAYED"} if expect.not_lists else set()
    return codes


def judge(spec: HttpSpec, seen: HttpSeen, *, last: bool = False) -> Result:
    """Return whether every answer is as asked; the first that is not decides."""
    if seen.state in {"no_image", "no_container"}:
        observed = "no image of that name" if seen.state == "no_image" else "no running container"
        return Failed("NOT_RUNNING", expected=f"a running container of {spec.image}", observed=observed)
    if seen.state == "exited":
        return _exited(seen)
    for ask, answer in zip(spec.asks, seen.answers, strict=False):
        result = _answer(spec, seen, ask, answer, last)
        if result:
            return result
    if len(seen.answers) < len(spec.asks):
        return _silence(spec, seen, spec.asks[len(seen.answers)], "", last)
    final = seen.answers[-1]
    return Passed(f"{final.method} {final.path.partition('?')[0]} answered {final.status}")


def _exited(seen: HttpSeen) -> Failed:
    found = named(RUN_SIGNS, seen.log)
    if found is None and seen.exit_code in STOPPED:
        return Failed("STOPPED", "an app that keeps running", f"the container has stopped (code {seen.exit_code})")
    code, what = found or ("EXITED", last_words(seen.log) or f"exit code {seen.exit_code}")
    return Failed(code, "an app that keeps running", what, detail=seen.log)


def _answer(spec: HttpSpec, seen: HttpSeen, ask: HttpAsk, answer: HttpAnswer, last: bool) -> Result | None:
    if answer.error:
        return _silence(spec, seen, ask, answer.error, last)
    expect, where = ask.expect, f"{answer.method} {_plain(answer.path)}"
    if answer.status != expect.status:
        return Failed(
            "WRONG_STATUS", f"{expect.status} for {where}", f"{answer.status} for {where}", detail=answer.body[:2000]
        )
    if expect.type and not answer.content_type.lower().startswith(expect.type.lower()):
        return Failed("WRONG_TYPE", f"{expect.type} for {where}", f"{answer.content_type or 'no type'} for {where}")
    return _body(expect, answer, where, seen)


def _body(expect: Expect, answer: HttpAnswer, where: str, seen: HttpSeen) -> Failed | None:
    def other(expected: str) -> Failed:
        shown = " ".join(answer.body.split())[:60]
        observed = f"“{shown}” for {where}" if shown else f"an empty answer to {where}"
        return Failed("WRONG_BODY", f"{expected} for {where}", observed, detail=answer.body[:2000])

    if expect.lacks and expect.lacks in answer.body:
        return Failed("OLD_TEXT", expect.contains or f"no {expect.lacks}", expect.lacks, detail=answer.body[:2000])
    if expect.contains and fill(expect.contains, seen.nonce, seen.answers) not in answer.body:
        return other(f"“{expect.contains}”")
    if not (expect.json_ or expect.lists or expect.not_lists):
        return None
    value = _json(answer.body)
    kind = list if expect.json_ == "list" or expect.lists or expect.not_lists else dict
    if not isinstance(value, kind):
        return other("a JSON list" if kind is list else "a JSON object")
    return _listed(expect, value, seen) if isinstance(value, list) else None


def _listed(expect: Expect, items: list[object], seen: HttpSeen) -> Failed | None:
    texts = {str(v) for item in items if isinstance(item, dict) for v in item.values()}
    size = f"a list of {len(items)} item{'' if len(items) == 1 else 's'}"
    if expect.lists and fill(expect.lists, seen.nonce, seen.answers) not in texts:
        return Failed("ITEM_LOST", "the item in the list", f"{size} without it" if items else "an empty list")
    if expect.not_lists and fill(expect.not_lists, seen.nonce, seen.answers) in texts:
        return Failed("ITEM_STAYED", "the item gone", f"{size} with it")
    return None


def _silence(spec: HttpSpec, seen: HttpSeen, ask: HttpAsk, error: str, last: bool) -> Result:
    method, path = ask.method_and_path
    where = f"{method} {_plain(path)}"
    if error == "refused":
        if not last:
            return NotYet(f"nothing listens on port {spec.port} yet")
        heard = f"port {seen.listening[0]} open" if seen.listening else "no open port"
        return Failed("NOT_LISTENING", f"port {spec.port} open", heard, detail=seen.log)
    said = {
        "timeout": "no answer in time to",
        "reset": "a broken connection after",
        "too_large": "a far too long answer to",
    }
    return Failed("NO_ANSWER", f"an answer to {where}", f"{said.get(error, 'no answer to')} {where}", detail=seen.log)


def fill(text: str, nonce: str, answers: Sequence[HttpAnswer]) -> str:
    """Return the text with `${nonce}` and `${N.field}` (field of the N-th answer's JSON, from 1) filled in."""

    def field(match: re.Match[str]) -> str:
        index = int(match.group(1)) - 1
        value = _json(answers[index].body) if 0 <= index < len(answers) else None
        found = value.get(match.group(2)) if isinstance(value, dict) else None
        return match.group(0) if found is None else str(found)

    return _FIELD.sub(field, text.replace("${nonce}", nonce))


def _plain(path: str) -> str:
    return _FIELD.sub("…", path)[:60]


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
