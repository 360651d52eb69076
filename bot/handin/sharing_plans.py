"""The options and words of `docker login`, `logout`, `push`, `pull` and `search` → their plans."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.handin.docker_verbs import Verb
from bot.handin.flags import Parsed
from bot.handin.plan import Login, Logout, Plan, PullImage, PushImage, Refusal, SearchImages
from bot.handin.reference import Reference, parse_reference
from bot.handin.stopped import Stopped, stop
from bot.handin.words import join

LONGEST = 255
NO_PIPE = "`--password-stdin` reads the password from a pipe, and a chat has none. Here no password is needed at all."
#: a misspelt `--passwrod` is followed by a password too
_SECRET = re.compile(
    r"((?:^|\s)(?:--pass(?!word-stdin\b)[a-z]*(?:=|\s+)|-p(?:=|\s+|(?=\S))))(?:'[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE
)
#: a token of ours, wherever it stands
_TOKEN = re.compile(r"\bdocent-[A-Za-z0-9_-]{32}")
_PIPED = re.compile(r"^.*\|(?=\s*(?:sudo\s+)?docker\s+login\b)", re.DOTALL | re.IGNORECASE)
_LOGIN = re.compile(r"\bdocker(?:\.exe)?\b.*\blogin\b", re.DOTALL | re.IGNORECASE)


def plan_sharing(verb: Verb, parsed: Parsed) -> Plan | None:
    """Return the plan, or None when the command is none of these. Raises `Stopped`."""
    maker = _MAKERS.get(verb.does)
    return maker(verb, parsed) if maker else None


def without_secrets(line: str) -> str:
    """Return a command line fit to be shown and kept: what stands where `docker login` takes a password is hidden."""
    line = _TOKEN.sub("docent-****", line)
    if not _LOGIN.search(line):
        return line
    return _SECRET.sub(lambda found: f"{found[1]}****", _PIPED.sub("**** |", line))


def piped_login(line: str) -> Refusal | None:
    """Return what to say to `… | docker login …`, None for any other line."""
    found = _PIPED.search(line)
    if found is None:
        return None
    user = re.search(r"\s(?:-u|--username)(?:=|\s+)([\w.-]+)", line[found.end() :])
    return Refusal("NO_PIPE", NO_PIPE, "|", f"docker login -u {user[1]}" if user else "docker login")


def _login(_verb: Verb, parsed: Parsed) -> Plan:
    if parsed.on("password-stdin"):
        if parsed.last("password"):
            words = "conflicting options: cannot specify both --password and --password-stdin"
            say = "One of the two is enough, and in chat neither is needed."
            raise Stopped(Refusal("CONFLICT", say, nearest=_plain(parsed), docker=True, exit_code=1, words=words))
        raise stop("NO_PIPE", NO_PIPE, "--password-stdin", _plain(parsed))
    server = "".join(parsed.rest)[:LONGEST]
    return Login(parsed.last("username")[:LONGEST], server, parsed.last("password")[:LONGEST])


def _plain(parsed: Parsed) -> str:
    user = parsed.last("username")
    return join(["docker", "login", "-u", user[:60]]) if user else "docker login"


def _logout(_verb: Verb, parsed: Parsed) -> Plan:
    return Logout("".join(parsed.rest)[:LONGEST])


def _push(verb: Verb, parsed: Parsed) -> Plan:
    return PushImage(_named(verb, parsed, digests=False), quiet=parsed.on("quiet"))


def _pull(verb: Verb, parsed: Parsed) -> Plan:
    return PullImage(
        _named(verb, parsed, digests=True), quiet=parsed.on("quiet"), platform=parsed.last("platform")[:60]
    )


def _named(verb: Verb, parsed: Parsed, *, digests: bool) -> str:
    """Return the image's name when it can be one; else Docker's words about it."""
    name = parsed.rest[0]
    reference = parse_reference(name)
    if isinstance(reference, Reference) and (digests or not reference.digest):
        return name
    fault = reference if isinstance(reference, str) else "cannot push a digest reference"
    say, nearest = f"`{name[:60]}` cannot be an image's name: small letters, digits, `-`, `_`, `.`, `/`.", ""
    if fault.endswith("must be lowercase"):
        lower = [word.lower() if word == name else word for word in parsed.words_without()]
        say, nearest = "Image names are written in small letters.", join([*verb.path.split(), *lower])
    words = fault[:400]
    raise Stopped(Refusal("BAD_IMAGE_NAME", say, name[:200], nearest[:2000], docker=True, exit_code=1, words=words))


def _search(_verb: Verb, parsed: Parsed) -> Plan:
    return SearchImages(parsed.rest[0][:LONGEST])


_MAKERS: dict[str, Callable[[Verb, Parsed], Plan]] = {
    "login": _login,
    "logout": _logout,
    "push": _push,
    "pull": _pull,
    "search": _search,
}
