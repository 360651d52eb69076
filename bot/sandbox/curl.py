"""`curl` to a learner's own virtual ports: the verifier asks on their network, the answer reads like curl's."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bot.handin.plan import Curl, Output
from bot.sandbox.belongings import containers, listener
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.screen import shown
from bot.sandbox.setup import Setup

PATIENCE_S = 10.0
HERE = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]", "::1")  # noqa: S104 - names a learner may type


async def curl(setup: Setup, verifiers: Verifiers, owner: Owner, plan: Curl) -> Output:
    """Return what curl would print on the learner's own machine."""
    mine = await containers(setup, owner)
    address = "127.0.0.1" if plan.host in HERE else plan.host
    meant = listener(mine, address, plan.port)
    inside = next((p.container for p in meant.ports if p.host == plan.port), 0) if meant else 0
    if meant is None or not meant.ip:
        return Output(
            ""
            if plan.silent
            else f"curl: (7) Failed to connect to {plan.host} port {plan.port} after 0 ms: Couldn't connect to server",
            7,
            note=f"None of your running containers publishes port {plan.port}.",
        )
    request: dict[str, object] = {
        "method": plan.method,
        "url": f"http://{meant.ip}:{inside}{plan.path}",
        "headers": {"Host": f"{plan.host}:{plan.port}", **dict(plan.headers)},
        "timeout_s": PATIENCE_S,
    }
    if plan.body is not None:
        request["body"] = plan.body
    answer = await verifiers.ask(owner, {"op": "http", "requests": [request]}, deadline_s=PATIENCE_S + 1)
    if not answer.get("ok"):
        return Output(f"curl: (3) {answer.get('say', 'the address cannot be used')}", 3)
    return _told(plan, answer["results"][0])


def _told(plan: Curl, result: Mapping[str, Any]) -> Output:
    error = result.get("error")
    if error:
        text, code = _error(str(error))
        return Output("" if plan.silent else text, code)
    status = int(result["status"])
    if plan.fail and status >= 400:
        text = f"curl: (22) The requested URL returned error: {status}"
        return Output("" if plan.silent else text, 22)
    body = str(result["body"]) if "body" in result else None
    head = _head(status, result["headers"]) if plan.show_headers or plan.head_only else ""
    if body is None:
        size = len(b64decode(result.get("body_b64", "")))
        body = f"Warning: Binary output can mess up your terminal. ({size} bytes are not shown)"
    return Output(shown(head + ("" if plan.head_only else body)).rstrip("\n"))


def _head(status: int, headers: Mapping[str, str]) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}".rstrip()]
    lines += ["-".join(part.capitalize() for part in name.split("-")) + f": {value}" for name, value in headers.items()]
    return "\n".join(lines) + "\n\n"


def _error(code: str) -> tuple[str, int]:
    """Return curl's words and exit code. Docker's proxy accepts a connection and then finds nobody behind it."""
    if code in ("refused", "reset", "unreachable"):
        return "curl: (56) Recv failure: Connection reset by peer", 56
    if code == "empty":
        return "curl: (52) Empty reply from server", 52
    if code == "not-http":
        return "curl: (1) Received HTTP/0.9 when not allowed", 1
    if code == "too-large":
        return "curl: (56) Too large response headers", 56
    return f"curl: (28) Operation timed out after {PATIENCE_S * 1000:.0f} milliseconds with 0 bytes received", 28
