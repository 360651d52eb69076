"""`curl` to a port of the learner's own; nothing else can be reached from here.

Curl's own words are those of curl 8; options are parsed as curl parses them (a short option that takes a
value takes the rest of its word).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.handin.plan import Curl, Plan, Refusal
from bot.handin.stopped import Stopped, stop
from bot.handin.words import join

_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]", "host.docker.internal"})  # noqa: S104
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,20})://)?"
    r"(?P<host>\[[0-9A-Fa-f:.]*\]|[^/?#:\[\]]*)(?::(?P<port>[^/?#]*))?(?P<path>[/?].*)?",
    re.DOTALL,
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_LONGEST_BODY = 16_000
_MOST_HEADERS = 20

#: short → long; `=` after the long name says that it takes a value
_SHORT = {
    "X": "request=", "H": "header=", "d": "data=", "i": "include", "I": "head", "s": "silent", "S": "show-error",
    "f": "fail", "L": "location", "v": "verbose", "k": "insecure", "N": "no-buffer", "m": "max-time=", "g": "globoff",
    "#": "progress-bar", "4": "ipv4", "6": "ipv6", "o": "output=", "O": "remote-name", "u": "user=", "F": "form=",
    "G": "get", "x": "proxy=", "T": "upload-file=", "w": "write-out=", "A": "user-agent=", "b": "cookie=",
    "c": "cookie-jar=", "e": "referer=", "K": "config=", "D": "dump-header=", "J": "remote-header-name",
}  # fmt: skip
_LONG = {name.rstrip("="): name.endswith("=") for name in _SHORT.values()} | {
    **dict.fromkeys(
        ("data-raw", "data-ascii", "data-binary", "data-urlencode", "json", "url", "retry", "connect-timeout"), True
    ),
    **dict.fromkeys(("retry-delay", "unix-socket", "resolve", "connect-to", "cacert", "cert", "interface"), True),
    **dict.fromkeys(("fail-with-body", "compressed", "no-progress-meter", "http1.1", "retry-connrefused"), False),
}
_QUIET = {"show-error", "location", "verbose", "insecure", "no-buffer", "max-time", "globoff", "progress-bar"} | {
    *("ipv4", "ipv6", "retry", "connect-timeout", "retry-delay", "compressed", "no-progress-meter", "http1.1"),
    "retry-connrefused",
}
_DATA = frozenset({"data", "data-raw", "data-ascii", "data-binary", "json"})
_TRY = "curl: try 'curl --help' or 'curl --manual' for more information"


@dataclass(slots=True)
class _Asked:
    urls: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    method: str = ""
    switches: set[str] = field(default_factory=set)


def read_curl(words: Sequence[str]) -> Plan | Refusal:
    """Return what the words after `curl` mean."""
    try:
        return _plan(_options(words))
    except Stopped as stopped:
        return stopped.refusal


def _curl_stop(code: str, say: str, words: str, exit_code: int, seen: str = "", nearest: str = "") -> Stopped:
    return Stopped(Refusal(code, say, seen[:200], nearest[:2000], docker=True, exit_code=exit_code, words=words))


def _options(words: Sequence[str]) -> _Asked:
    asked = _Asked()
    rest = iter(words)
    for word in rest:
        if len(word) < 2 or word[0] != "-":
            asked.urls.append(word)
        elif word.startswith("--"):
            _long(asked, word[2:], rest)
        else:
            _cluster(asked, word, rest)
    return asked


def _long(asked: _Asked, name: str, rest: Iterator[str]) -> None:
    takes = _LONG.get(name)
    if takes is None:
        say = f"`curl` has no option `--{name[:60]}` here."
        raise _curl_stop("UNKNOWN_OPTION", say, f"curl: option --{name[:200]}: is unknown\n{_TRY}", 2, f"--{name}")
    _keep(asked, name, _following(f"--{name}", rest) if takes else "")


def _cluster(asked: _Asked, word: str, rest: Iterator[str]) -> None:
    for place, letter in enumerate(word[1:], 1):
        name = _SHORT.get(letter)
        if name is None:
            say = f"`curl` has no option `-{letter}` here."
            raise _curl_stop("UNKNOWN_OPTION", say, f"curl: option {word[:200]}: is unknown\n{_TRY}", 2, f"-{letter}")
        if name.endswith("="):
            value = word[place + 1 :] or _following(f"-{letter}", rest)
            _keep(asked, name[:-1], value)
            return
        _keep(asked, name, "")


def _following(spelt: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        words = f"curl: option {spelt}: requires parameter\n{_TRY}"
        raise _curl_stop("OPTION_NEEDS_VALUE", f"`{spelt}` needs a value after it.", words, 2, spelt)
    return value


def _keep(asked: _Asked, name: str, value: str) -> None:
    if name == "url":
        asked.urls.append(value)
    elif name == "request":
        asked.method = value.upper()
    elif name == "header":
        asked.headers.append(_header(value))
    elif name in _DATA:
        asked.data.append(_data(value, name))
        if name == "json":
            asked.switches.add("json")
    elif name in {"include", "head", "silent", "fail"}:
        asked.switches.add(name)
    elif name == "fail-with-body":
        asked.switches.add("fail")
    elif name in {"output", "remote-name", "dump-header", "cookie-jar", "remote-header-name"}:
        raise stop(
            "HOST_FILE", f"`--{name}` would save the answer to a file. Leave it out, and I show you the answer.", name
        )
    elif name not in _QUIET:
        raise stop("NOT_OFFERED", f"`--{name}` is real, but this small `curl` does without it. Leave it out.", name)


def _header(value: str) -> tuple[str, str]:
    name, _, content = value.partition(":")
    if not _HEADER.fullmatch(name) or "\n" in content or "\r" in content or len(content) > 1_000:
        raise stop(
            "BAD_HEADER", f"`{value[:60]}` is no header. Write it like `-H 'Content-Type: application/json'`.", value
        )
    return name, content.strip()


def _data(value: str, name: str) -> str:
    if value.startswith("@") and name != "data-raw":
        raise stop("HOST_FILE", f"`{value[:60]}` would send a file. Put the text itself after `-d`.", value)
    return value


def _plan(asked: _Asked) -> Plan:
    if not asked.urls:
        words = f"curl: (2) no URL specified\n{_TRY}"
        raise _curl_stop("TOO_FEW_WORDS", "Which address? For example:", words, 2, nearest="curl http://localhost:3000")
    if len(asked.urls) > 1:
        say = f"I see {len(asked.urls)} addresses: `{join(asked.urls)[:80]}`. One at a time; quotes keep text together."
        raise stop("TOO_MANY_WORDS", say, join(asked.urls))
    host, port, path = _address(asked.urls[0])
    body = "&".join(asked.data) if asked.data else None
    if body is not None and len(body) > _LONGEST_BODY:
        raise stop("TOO_LONG", f"That is a long text to send; up to {_LONGEST_BODY} characters are fine.")
    head_only = "head" in asked.switches
    method = asked.method or ("HEAD" if head_only else "GET" if body is None else "POST")
    if method not in _METHODS:
        raise stop(
            "BAD_METHOD",
            f"`{method[:60]}` is no kind of request. GET, POST, PUT and DELETE are the usual ones.",
            method,
        )
    return Curl(
        host=host,
        port=port,
        path=path,
        method=method,
        headers=_headers(asked, body),
        body=body,
        show_headers="include" in asked.switches,
        head_only=head_only,
        silent="silent" in asked.switches,
        fail="fail" in asked.switches,
    )


def _headers(asked: _Asked, body: str | None) -> tuple[tuple[str, str], ...]:
    """Return the headers given, and those that curl adds to a body by itself."""
    headers = list(asked.headers)
    given = {name.lower() for name, _ in headers}
    json_kind = "json" in asked.switches
    if body is not None and "content-type" not in given:
        headers.append(("Content-Type", "application/json" if json_kind else "application/x-www-form-urlencoded"))
    if json_kind and "accept" not in given:
        headers.append(("Accept", "application/json"))
    if len(headers) > _MOST_HEADERS:
        raise stop("TOO_MANY", f"I see {len(headers)} headers; up to {_MOST_HEADERS} are fine.", str(len(headers)))
    return tuple(headers)


def _address(url: str) -> tuple[str, int, str]:
    """Return host, port and path of a local address."""
    match = _URL.fullmatch(url.strip())
    bad = "curl: (3) URL using bad/illegal format or missing URL"
    if match is None:
        raise _curl_stop("BAD_URL", f"`{url[:60]}` is no address. Try `http://localhost:3000`.", bad, 3, url)
    scheme, host, port = (match["scheme"] or "http").lower(), match["host"].lower(), match["port"]
    if host not in _LOCAL:
        say = (
            f"`{url[:80]}` is not in here: your sandbox has no internet. Your own containers answer at "
            "`http://localhost:PORT`, with the port you published."
        )
        raise stop("NO_INTERNET", say, url, "curl http://localhost:3000")
    if scheme != "http":
        rest = url.partition("://")[2]
        say = f"`{scheme}://` is not spoken here; apps in this workshop answer plain `http://`."
        raise stop("NO_INTERNET", say, url, f"curl http://{rest}")
    if port is not None and not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= 65535):
        raise _curl_stop("BAD_URL", f"`{port[:60]}` is no port; ports are numbers such as 3000.", bad, 3, url)
    path = (match["path"] or "/").partition("#")[0]
    path = path if path.startswith("/") else f"/{path}"
    if len(path) > 2_000:
        raise stop("TOO_LONG", "That address is very long; up to 2,000 characters are fine.", url)
    return host, int(port or 80), quote(path, safe="/?&=%:@!$'()*+,;~[]-._")
