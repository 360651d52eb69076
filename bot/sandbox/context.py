"""The build context as we send it: our own tar of the learner's project, and what `.dockerignore` leaves out. Pure.

docker-py compiles the learner's patterns to backtracking regular expressions and reads the bot's own disk; this does
neither. Every member is a regular file with the same owner, mode and time, so equal projects give equal layers.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass

#: Our re-written Dockerfile lies beside the learner's; the engine drops it, so that `COPY . .` never sees it.
OURS = ".docent-dockerfile"
MTIME = 1_704_067_200  #: 2024-01-01, for every file
IGNORE = ".dockerignore"


@dataclass(frozen=True, slots=True)
class Context:
    """What is sent: the tar, and how many bytes of the learner's files are in it."""

    tar: bytes
    sent_bytes: int


def packed(files: Mapping[str, bytes], dockerfile: str, folder: str = ".") -> Context:
    """Return the context of `folder`; `dockerfile` is the text that the engine shall follow."""
    prefix = "" if folder in (".", "", "./") else folder.strip("/").removeprefix("./") + "/"
    inside = {path.removeprefix(prefix): data for path, data in files.items() if path.startswith(prefix)}
    patterns = ignore_patterns(inside.get(IGNORE, b"").decode("utf-8", "replace"))
    sent = {path: data for path, data in sorted(inside.items()) if path == IGNORE or not ignored(path, patterns)}
    rules = sent.pop(IGNORE, b"")
    own = [OURS.encode()]
    if not rules or ignored(IGNORE, patterns):
        rules, own = b"", [OURS.encode(), IGNORE.encode()]
    extra = {IGNORE: b"\n".join([*filter(None, [rules]), *own, b""]), OURS: dockerfile.encode()}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, data in (sent | extra).items():
            info = tarfile.TarInfo(path)
            info.size, info.mtime, info.mode = len(data), MTIME, 0o755 if data.startswith(b"#!") else 0o644
            tar.addfile(info, io.BytesIO(data))
    return Context(out.getvalue(), sum(map(len, sent.values())))


def ignore_patterns(text: str) -> tuple[tuple[bool, tuple[str, ...]], ...]:
    """Return (keeps, segments) for each line of a `.dockerignore`. Source: moby `dockerignore.ReadAll`."""
    patterns = []
    for line in text.lstrip("\ufeff").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        keeps = line.startswith("!")
        segments = [part for part in line.removeprefix("!").strip().split("/") if part not in ("", ".")]
        if segments:
            patterns.append((keeps, tuple(segments)))
    return tuple(patterns)


def ignored(path: str, patterns: tuple[tuple[bool, tuple[str, ...]], ...]) -> bool:
    """Tell whether the last pattern that fits the path, or a folder above it, leaves it out."""
    parts = tuple(path.split("/"))
    out = False
    for keeps, segments in patterns:
        if keeps != out:
            continue  # it could only say what is already so
        if any(_fits(parts[:length], segments) for length in range(1, len(parts) + 1)):
            out = not keeps
    return out


def _fits(parts: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    # reachable[i]: the first i parts are used up; one pass a segment, so no pattern is slow
    reachable = {0}
    for segment in segments:
        if segment == "**":
            reachable = set(range(min(reachable), len(parts) + 1))
        else:
            reachable = {at + 1 for at in reachable if at < len(parts) and glob(parts[at], segment)}
        if not reachable:
            return False
    return len(parts) in reachable


def glob(name: str, pattern: str) -> bool:
    """Tell whether one folder or file name fits `*`, `?` and `[…]`, in time linear in both (times each other)."""
    states = {0}
    tokens = _tokens(pattern)
    for char in name:
        states = _closure(states, tokens)
        states = {
            at if tokens[at] == "*" else at + 1 for at in states if at < len(tokens) and _matches(tokens[at], char)
        }
        if not states:
            return False
    return len(tokens) in _closure(states, tokens)


def _closure(states: set[int], tokens: list[str]) -> set[int]:
    out = set(states)
    for at in sorted(states):
        while at < len(tokens) and tokens[at] == "*":
            at += 1
            out.add(at)
    return out


def _matches(token: str, char: str) -> bool:
    if token in ("*", "?"):
        return True
    if len(token) > 1 and token[0] == "[":
        inner, negated = (token[2:-1], True) if token[1] in "^!" else (token[1:-1], False)
        hit, at = False, 0
        while at < len(inner):
            if inner[at + 1 : at + 2] == "-" and at + 2 < len(inner):
                hit, at = hit or inner[at] <= char <= inner[at + 2], at + 3
            else:
                hit, at = hit or inner[at] == char, at + 1
        return hit != negated
    return token[-1] == char


def _tokens(pattern: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        end = pattern.find("]", at + 2) if pattern[at] == "[" else -1
        if end > 0:
            tokens.append(pattern[at : end + 1])
            at = end + 1
        elif pattern[at] == "\\" and at + 1 < len(pattern):
            tokens.append(pattern[at : at + 2])
            at += 2
        else:
            if not (pattern[at] == "*" and tokens and tokens[-1] == "*"):
                tokens.append(pattern[at])
            at += 1
    return tokens
