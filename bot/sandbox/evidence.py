"""Answers of the verifier and of the engine → evidence. Pure."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.evidence import ContainerView, HttpAnswer, ImageSeen
from bot.core.specs import HttpAsk, HttpSpec
from bot.sandbox.belongings import Picture
from bot.sandbox.screen import shown
from bot.sandbox.things import Container, Ended, ImageDetail

LOG_CHARS = 8_000
#: the verifier's codes → the contract's words
ERRORS = {
    "refused": "refused",
    "unreachable": "refused",
    "no-such-host": "refused",
    "timeout": "timeout",
    "reset": "reset",
    "empty": "reset",
    "too-large": "too_large",
    "not-http": "no HTTP",
    "template": "template",
}


def requests(spec: HttpSpec, address: str, nonce: str, *, retry_for_s: float, timeout_s: float) -> list[dict[str, Any]]:
    """Return the verifier's requests; only the first is tried again, as the app may still be starting."""
    asked = []
    for at, ask in enumerate(spec.asks):
        method, path = ask.method_and_path
        request: dict[str, Any] = {
            "method": method,
            "url": f"http://{address}:{spec.port}{_slashed(path.replace('${nonce}', nonce))}",
            "timeout_s": timeout_s,
            "retry_for_s": 0 if at else retry_for_s,
        }
        if ask.body is not None:
            request["json"] = {
                key: value.replace("${nonce}", nonce) if isinstance(value, str) else value
                for key, value in ask.body.items()
            }
        asked.append(request)
    return asked


def answers(asks: Sequence[HttpAsk], nonce: str, results: Sequence[Mapping[str, Any]]) -> tuple[HttpAnswer, ...]:
    """Return the answers up to the first that did not come; what was skipped after it is left out."""
    found: list[HttpAnswer] = []
    for ask, result in zip(asks, results, strict=False):
        method, path = ask.method_and_path
        error = str(result.get("error", ""))
        if error == "skipped":
            break
        found.append(_answer(method, path.replace("${nonce}", nonce), error, result))
        if found[-1].error:
            break
    return tuple(found)


def _answer(method: str, path: str, error: str, result: Mapping[str, Any]) -> HttpAnswer:
    if error:
        return HttpAnswer(method, path, error=ERRORS.get(error, error))
    body = result.get("body")
    text = body if isinstance(body, str) else b64decode(result.get("body_b64", "")).decode("latin-1")
    content_type = str(result["headers"].get("content-type", ""))
    too_large = "too_large" if result.get("truncated") else ""
    return HttpAnswer(method, path, int(result["status"]), content_type, text, too_large)


def container_view(container: Container, ended: Ended, log: str) -> ContainerView:
    """Return one of the learner's containers as a judge looks at it."""
    return ContainerView(
        name=container.name,
        image=container.image,
        image_id=container.image_id,
        state=container.state,
        exit_code=ended.exit_code,
        oom_killed=ended.oom_killed,
        detached=container.detached,
        ports=tuple((p.address, p.host or 0, p.container, p.protocol) for p in container.ports),
        # a container that never came up printed nothing: the engine says why
        log=tail(log or ended.error),
        restarts=ended.restarts,
    )


def image_seen(detail: ImageDetail | None, paths: Sequence[str], others: Sequence[Picture]) -> ImageSeen:
    """Return the learner's image as a judge looks at it."""
    names = tuple(tag for picture in others if not picture.base for tag in picture.tags)
    if detail is None:
        return ImageSeen(False, others=names)
    return ImageSeen(
        exists=True,
        image_id=detail.id,
        workdir=detail.workdir,
        cmd=detail.cmd,
        entrypoint=detail.entrypoint,
        exposed=detail.exposed,
        user=detail.user,
        paths=tuple(paths),
        others=names,
    )


def tail(text: str) -> str:
    """Return the last characters of a log, cleaned."""
    return shown(text)[-LOG_CHARS:].strip("\n")


def _slashed(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
