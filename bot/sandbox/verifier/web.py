"""The op ``http``: a small HTTP/1.1 client in which every length and every wait has a cap.

The library's own client waits per read, so a peer that drips one byte a second would hold it for ever.
"""

import re
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from json import dumps, loads
from typing import Any

from bot.sandbox.verifier.clock import Clock, Fault, Json, number, retried, string
from bot.sandbox.verifier.wire import Reader, connected

BODY_CAP = 256 * 1024
HEAD_CAP = 16 * 1024
STEPS_CAP = 32
#: A learner's app must not know us by our name, so we borrow a common one.
AGENTS = ("curl/8.5.0", "Wget/1.21.4", "HTTPie/3.2.2", "okhttp/4.12.0", "Go-http-client/1.1")

URL = re.compile(r"http://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?(/[\x21-\x7e]*)?", re.ASCII)
FIELD = re.compile(r"\$\{(\d{1,2})((?:\.[A-Za-z0-9_-]{1,64})*)\}", re.ASCII)
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)
PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def http(request: Json, clock: Clock) -> Json:
    """Return the results of HTTP requests run in order; after a failed one the rest are ``skipped``."""
    steps = request.get("requests")
    if not isinstance(steps, list) or not 1 <= len(steps) <= STEPS_CAP or not all(isinstance(s, dict) for s in steps):
        raise Fault("bad-request", f"requests must be a list of 1 to {STEPS_CAP} objects")
    agent = AGENTS[sum(str(request.get("nonce")).encode()) % len(AGENTS)]
    results: list[Json] = []
    for step in steps:
        if results and "error" in results[-1]:
            results.append({"error": "skipped", "say": "an earlier request did not work", "tries": 0, "ms": 0.0})
            continue
        results.append(attempted(step, results, agent, clock))
    return {"results": results}


def attempted(step: Json, earlier: list[Json], agent: str, clock: Clock) -> Json:
    """Return the result of one request, tried again for as long as it asks. Raises: Fault."""
    timeout_s, retry_for_s = number(step, "timeout_s", 5.0), number(step, "retry_for_s", 0)

    def once() -> Json:
        return exchange(step, earlier, agent, clock.until(timeout_s))

    return retried(once, retry_for_s, clock)


def exchange(step: Json, earlier: list[Json], agent: str, clock: Clock) -> Json:
    """Return one HTTP answer. Raises: Fault."""
    host, port, message = outgoing(step, earlier, agent)
    method = string(step, "method", "GET")
    with connected(host, port, clock) as peer:
        peer.settimeout(clock.left())
        try:
            peer.sendall(message)
        except OSError:
            raise Fault("reset", "the connection broke while asking") from None
        return {**incoming(Reader(peer, clock), method), "ms": clock.ms()}


def outgoing(step: Json, earlier: list[Json], agent: str) -> tuple[str, int, bytes]:
    """Return host, port and the bytes to send. Raises: Fault."""
    url = filled(string(step, "url"), earlier, quoted)
    parts = URL.fullmatch(url)
    if parts is None or int(parts[2] or 80) > 65535:
        raise Fault("bad-request", "url must look like http://name:port/path")
    method = string(step, "method", "GET")
    fields = {"Host": url[7:].split("/")[0], "User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "identity"}
    body = b""
    if "json" in step:
        body = dumps(filled_deep(step["json"], earlier)).encode()
        fields["Content-Type"] = "application/json"
    elif "body" in step:
        body = string(step, "body").encode()
    extra = step.get("headers", {})
    if not isinstance(extra, dict):
        raise Fault("bad-request", "headers must be an object")
    fields.update({str(name): filled(str(value), earlier, str) for name, value in extra.items()})
    fields["Connection"] = "close"
    if body or method in ("POST", "PUT", "PATCH"):
        fields["Content-Length"] = str(len(body))
    if not all(TOKEN.fullmatch(word) for word in (method, *fields)) or any(
        not value.isprintable() or not value.isascii() for value in fields.values()
    ):
        raise Fault("bad-request", "method and headers must be plain text on one line")
    head = f"{method} {parts[3] or '/'} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n"
    return parts[1].strip("[]"), int(parts[2] or 80), head.encode("ascii") + body


def quoted(text: str) -> str:
    """Return ``text`` percent-encoded, so that a hostile value stays one part of a URL."""
    return "".join(chr(byte) if byte in PLAIN else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def filled(text: str, earlier: list[Json], encode: Callable[[str], str]) -> str:
    """Return ``text`` with each ``${n.field}`` replaced from the JSON of answer n. Raises: Fault."""
    return FIELD.sub(lambda found: encode(str(field(found, earlier))), text)


def filled_deep(value: Any, earlier: list[Json]) -> Any:
    """Return JSON with every text in it filled; a text that is one field alone keeps the field's type."""
    if isinstance(value, str):
        alone = FIELD.fullmatch(value)
        return field(alone, earlier) if alone else filled(value, earlier, str)
    if isinstance(value, list):
        return [filled_deep(part, earlier) for part in value]
    if isinstance(value, dict):
        return {name: filled_deep(part, earlier) for name, part in value.items()}
    return value


def field(found: re.Match[str], earlier: list[Json]) -> Any:
    """Return the field of an earlier answer that ``${…}`` names. Raises: Fault."""
    try:
        value = loads(earlier[int(found[1]) - 1]["body"])
        for name in found[2].split(".")[1:]:
            value = value[int(name)] if isinstance(value, list) else value[name]
    except (LookupError, ValueError, TypeError, RecursionError):
        raise Fault("template", f"{found[0]}: the earlier answer has no such field") from None
    return value


def incoming(reader: Reader, method: str) -> Json:
    """Return status, headers and body of the answer. Raises: Fault."""
    status, headers = head(reader)
    while 100 <= status < 200:
        status, headers = head(reader)
    got = bytearray()
    truncated = False
    if method != "HEAD" and status not in (204, 304):
        for piece in body_pieces(reader, headers):
            got += piece[: BODY_CAP - len(got)]
            if len(got) >= BODY_CAP:
                truncated = True
                break
    return {
        "status": status,
        "headers": headers,
        "bytes": len(got),
        "truncated": truncated,
        **readable(bytes(got), truncated),
    }


def head(reader: Reader) -> tuple[int, dict[str, str]]:
    """Return the status and the headers, names in lower case; the last of a repeated name wins. Raises: Fault."""
    lines = reader.until(b"\r\n\r\n", HEAD_CAP, "the header").decode("latin-1").split("\r\n")
    first = re.match(r"HTTP/1\.[01] (\d{3})(?: |$)", lines[0])
    if first is None:
        raise Fault("not-http", "what listens there does not speak HTTP")
    pairs = (line.partition(":") for line in lines[1:])
    return int(first[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


def body_pieces(reader: Reader, headers: dict[str, str]) -> Iterator[bytes]:
    """Yield the body as the headers frame it; one byte more than the cap is never asked for. Raises: Fault."""
    if headers.get("transfer-encoding", "").lower().endswith("chunked"):
        while True:
            size = reader.until(b"\r\n", 1024, "a chunk's size").split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
                raise Fault("not-http", "the answer's chunks are malformed")
            if int(size, 16) == 0:
                return
            yield from reader.up_to(int(size, 16))
            reader.until(b"\r\n", 2, "a chunk's end")
    length = headers.get("content-length", "")
    if length and not re.fullmatch(r"\d{1,15}", length, re.ASCII):
        raise Fault("not-http", "the answer's length is malformed")
    yield from reader.up_to(int(length) if length else BODY_CAP)


def readable(got: bytes, truncated: bool) -> Json:
    """Return the bytes as ``body`` when they are UTF-8, else as ``body_b64``."""
    for cut in range(4 if truncated else 1):
        try:
            return {"body": got[: len(got) - cut].decode()}
        except UnicodeDecodeError:
            continue
    return {"body_b64": b2a_base64(got, newline=False).decode()}
