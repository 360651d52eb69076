"""Ask one question from inside a verifier container and print one JSON answer.

Runs under a bare Python 3.11 without ``site``: standard library only, no ssl, no subprocess, nothing of ours imported.
Everything it talks to is hostile: each read has a cap and each wait ends at one deadline.

    probe.py wait                 be process 1: reap children, leave at SIGTERM
    probe.py '{"op": …}'          one request as an argument (or on standard input)

Every request has ``op`` and ``nonce`` (echoed, so an answer belongs to its question) and may have ``deadline_s`` (5).
Every answer has ``nonce``, ``op``, ``ok``, ``ms``, and ``error`` + ``say`` when ``ok`` is false.

``http``   requests: [{method, url, headers, json | body, timeout_s, retry_for_s}], in order; ``${1.id}`` in a url,
           header or JSON text is a field of the first answer's JSON. → results: [{status, headers, body | body_b64,
           bytes, truncated, ms, tries} | {error, say, ms, tries}]. Redirects are answers, encodings stay as they are.
``tcp``    host, port, timeout_s, retry_for_s, read (bytes of greeting to wait for, 0) → address, banner_b64, tries
``dns``    name → addresses
``sql``    host, port (3306), logins: [{user, password}], query with ``?`` for each of values, timeout_s, retry_for_s →
           rows: [[text | null]], user (whose login was accepted), tries. ``error``: denied, no-database, no-table, …
``files``  paths: ["/a", "/b/*.js", {path, text: true, sha256: true}] → results: [{path, matches: [{path, exists, type,
           size, mode, uid, target, sha256, text}], truncated}]
"""

import os
import signal
import sys
from collections.abc import Callable
from json import dumps, loads

from bot.sandbox.verifier.clock import LONGEST_S, Clock, Fault, Json, number
from bot.sandbox.verifier.look import files
from bot.sandbox.verifier.sql import sql
from bot.sandbox.verifier.web import http
from bot.sandbox.verifier.wire import dns, tcp

REQUEST_CAP = 1024 * 1024


OPS: dict[str, Callable[[Json, Clock], Json]] = {"http": http, "tcp": tcp, "dns": dns, "sql": sql, "files": files}


def answer(text: str) -> Json:
    """Return the answer to one request given as JSON text; never raises for bad input."""
    clock = Clock(LONGEST_S)
    said: Json = {"nonce": None, "op": None, "ok": False}
    try:
        request = parsed(text)
        said.update(nonce=request.get("nonce"), op=request.get("op"))
        clock = Clock(number(request, "deadline_s", 5.0))
        said.update(chosen(request)(request, clock), ok=True)
    except Fault as fault:
        said.update(error=fault.code, say=fault.say)
    return {**said, "ms": clock.ms()}


def chosen(request: Json) -> Callable[[Json, Clock], Json]:
    """Return the function for the request's ``op``. Raises: Fault."""
    act = OPS.get(str(request.get("op")))
    if act is None:
        raise Fault("bad-request", f"op must be one of {', '.join(OPS)}")
    return act


def parsed(text: str) -> Json:
    """Return the request as a dict. Raises: Fault."""
    try:
        request = loads(text)
    except (ValueError, RecursionError):
        raise Fault("bad-request", "the request is not JSON") from None
    if not isinstance(request, dict):
        raise Fault("bad-request", "the request is not a JSON object")
    return request


def wait() -> None:
    """Return at SIGTERM or SIGINT; until then reap every child that dies."""
    wanted = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    while signal.sigwait(wanted) == signal.SIGCHLD:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            continue


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 when the request was understood, 2 when it was not."""
    if arguments == ["wait"]:
        wait()
        return 0
    # the resolver's own patience (5 s, twice) would outlast our deadline
    os.environ["RES_OPTIONS"] = "timeout:1 attempts:2"
    text = arguments[0] if arguments else sys.stdin.buffer.read(REQUEST_CAP).decode("utf-8", "replace")
    said = answer(text)
    sys.stdout.write(dumps(said) + "\n")
    return 2 if said.get("error") == "bad-request" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
