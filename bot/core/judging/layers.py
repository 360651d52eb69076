"""Judge what an image's history shows: the order in which it was made, and secrets that everybody could read.

Source: moby `builder/dockerfile` (`COPY dir:…` for a folder, `COPY file:…` for a file, `|1 NAME=value` before a RUN
with build arguments) and BuildKit (`COPY . . # buildkit`); the names are those of BuildKit's SecretsUsedInArgOrEnv.
"""

from __future__ import annotations

import re

from bot.core.evidence import HistorySeen
from bot.core.judging.images import close, listed
from bot.core.results import Failed, Passed, Result
from bot.core.specs import HistorySpec

CODES = frozenset({"NOT_BUILT", "CLOSE_NAME", "SECRET_IN_IMAGE", "NO_INSTALL_LAYER", "SOURCES_FIRST"})
INSTALL = re.compile(r"\b(?:npm (?:install|i|ci)|yarn(?: install)?)\b(?! -v)")
SET = re.compile(r"\b(?:ENV|ARG)\s+(.*)|^\|\d+\s+(.*?)\s*/bin/\w*sh -c")
NAME = re.compile(r"(?:^|\s)([A-Za-z_][A-Za-z0-9_]*)=")
SECRET = re.compile(r"pass(?:word|wd)|secret|token|credential|(?:api|auth|private|access)_?key", re.IGNORECASE)
PUBLIC = re.compile(r"public", re.IGNORECASE)
COPY = re.compile(r"\b(?:COPY|ADD)\s+(.*)")
PACKAGE_FILE = re.compile(r"(?:\./|/)?(?:package[\w.*-]*|npm-shrinkwrap\.json|yarn\.lock|\.npmrc)")


def judge(spec: HistorySpec, seen: HistorySeen) -> Result:
    """Return whether libraries come before sources, and nothing secret is told."""
    if not seen.exists:
        near = close(spec.image, seen.others)
        if near:
            return Failed("CLOSE_NAME", expected=spec.image, observed=near)
        return Failed("NOT_BUILT", expected=spec.image, observed=listed(seen.others, "no image yet"))
    oldest_first = seen.made_by[::-1]
    secret = next((name for made in oldest_first for name in secrets(made)), "")
    if secret:
        return Failed("SECRET_IN_IMAGE", expected="no secrets in ENV or ARG", observed=secret)
    installs = [at for at, made in enumerate(oldest_first) if INSTALL.search(made)]
    if not installs:
        return Failed("NO_INSTALL_LAYER", expected="a layer made by npm install", observed="no such layer")
    early = next((made for made in oldest_first[: installs[-1]] if copies_sources(made)), "")
    if early:
        return Failed("SOURCES_FIRST", expected="npm install below the sources", observed=short(early))
    return Passed(f"{len(seen.made_by)} layers, libraries below the sources")


def secrets(made_by: str) -> tuple[str, ...]:
    """Return the names of settings in a layer's words that sound like a secret."""
    found = SET.search(made_by)
    text = (found[1] or found[2] or "") if found else ""
    names = NAME.findall(text) or text.split()[:1]  # `ENV NAME value` and `ARG NAME` have no equals sign
    return tuple(name for name in names if SECRET.search(name) and not PUBLIC.search(name))


def copies_sources(made_by: str) -> bool:
    """Tell whether a layer brought more than what tells npm which libraries to fetch."""
    found = COPY.search(made_by)
    if found is None or "--from=" in made_by:
        return False
    words = found[1].replace("# buildkit", "").split()
    if re.match(r"(?:dir|file|multi):[0-9a-f]", words[0]):
        return words[0].startswith("dir:")
    sources = [word for word in words[:-1] if not word.startswith("--")]
    return not all(PACKAGE_FILE.fullmatch(word) for word in sources)


def short(made_by: str) -> str:
    """Return a layer's words as they stand in a Dockerfile, without the builder's own."""
    plain = re.sub(r"^/bin/sh -c (?:#\(nop\) *)?|# buildkit$", "", made_by).strip()
    return re.sub(r"(dir|file|multi):[0-9a-f]{10,} in ", r"… ", plain)[:80]
