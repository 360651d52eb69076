"""Image names: Docker's grammar and Docker's words about names that do not fit it.

Source: github.com/distribution/reference `regexp.go` and `normalize.go`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")
_PATH_PART = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
_TAG = re.compile(r"[\w][\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_ID = re.compile(r"[0-9a-f]{64}")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Reference:
    """A well-formed image name; `domain` is '' for Docker Hub, `path` is without Hub's `library/`."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def repository(self) -> str:
        """Return the name without tag and digest, as `docker image ls` shows it."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def tagged(self) -> str:
        """Return `name:tag`, with `latest` where none was given."""
        if self.digest:
            return f"{self.repository}@{self.digest}"
        return f"{self.repository}:{self.tag or 'latest'}"


def _split_domain(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if not slash or not (set(".:") & set(first) or first == "localhost" or first.lower() != first):
        return "", name
    return ("" if first in {"docker.io", "index.docker.io"} else first), rest


def _separators_fit(part: str) -> bool:
    """Tell whether letters are parted by one dot, one or two underscores, or any number of dashes."""
    return all(run in {".", "_", "__"} or set(run) == {"-"} for run in re.findall(r"[._-]+", part))


def _path_fits(path: str) -> bool:
    return all(_PATH_PART.fullmatch(part) and _separators_fit(part) for part in path.split("/"))


def parse_reference(text: str) -> Reference | str:
    """Return the name in its parts, or Docker's words about it."""
    bad = "invalid reference format"
    if _ID.fullmatch(text):
        return f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
    domain, remainder = _split_domain(text)
    path = remainder.partition(":")[0]
    if path != path.lower():
        shown = path if domain or "/" in path else f"library/{path}"
        return f"{bad}: repository name ({shown}) must be lowercase"
    named, at, digest = remainder.partition("@")
    path, colon, tag = named.partition(":")
    if (at and not _DIGEST.fullmatch(digest)) or (colon and not _TAG.fullmatch(tag)):
        return bad
    if (domain and not _DOMAIN.fullmatch(domain)) or not _path_fits(path):
        return bad
    if len(path) + len(domain) > _LONGEST:
        return f"repository name must not be longer than {_LONGEST} characters"
    return Reference(domain, path if domain else path.removeprefix("library/"), tag, digest)


def normalise(text: str) -> str:
    """Return `name:tag` as Docker keeps it, '' when the text is no image name."""
    reference = parse_reference(text)
    return reference.tagged if isinstance(reference, Reference) else ""
