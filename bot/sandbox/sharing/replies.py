"""Docker's words about names in a registry, and ours below them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.handin.plan import Output
from bot.handin.reference import Reference, parse_reference
from bot.sandbox.sharing.contents import Stored

LOOKED_AT = "Images from outside are looked at before they may run here, as builds are."
MAKE_ROOM = "`docker images` lists them, `docker rmi NAME` removes one."
DENIED = "denied: requested access to the resource is denied"


@dataclass(frozen=True, slots=True)
class Home:
    """A place in the learner's own namespace."""

    repository: str  #: `ada/getting-started`
    tag: str  #: or a digest


def read(image: str) -> Reference:
    """Return a name in its parts; the parser of commands lets no other through."""
    reference = parse_reference(image)
    assert isinstance(reference, Reference)  # noqa: S101
    return reference


def tagged(reference: Reference) -> str:
    """Return `name:tag` as the sandbox knows it."""
    return f"{reference.repository}:{reference.tag or 'latest'}"


def named(reference: Reference) -> str:
    """Return the name that a pulled image gets in the sandbox; by digest Docker gives none, here all have one."""
    return f"{reference.repository}:{reference.digest[7:19]}" if reference.digest else tagged(reference)


def full(reference: Reference) -> str:
    """Return the repository with its registry, as Docker names it in full."""
    if reference.domain:
        return reference.repository
    return f"docker.io/{reference.path if '/' in reference.path else f'library/{reference.path}'}"


def denied(repository: str) -> str:
    """Return Docker's words about a repository that one may not read, or that is not there."""
    return f"pull access denied for {repository}, repository does not exist or may require 'docker login': {DENIED}"


def unknown(reference: Reference) -> str:
    """Return Docker's words about an image that cannot be reached from here."""
    if reference.domain:
        where = reference.domain
        return f'Error response from daemon: Get "https://{where}/v2/": dial tcp: lookup {where}: no such host'
    return f"Error response from daemon: {denied(reference.repository)}"


def no_platform(home: Home, stored: Stored) -> str:
    """Return Docker's words about an image that was built for other machines only."""
    has = f" ({', '.join(stored.platforms)})" if stored.platforms else ""
    return (
        f"Error response from daemon: no matching manifest for linux/amd64 in the manifest list entries of "
        f"{home.repository}:{home.tag}{has}"
    )


def for_here(stored: Stored) -> str:
    """Return what to do about it."""
    has = ", ".join(stored.platforms) or "another kind of machine"
    return f"It was built for {has}; this host is linux/amd64. Build it with `--platform linux/amd64`, and push again."


def push_first(home: Home) -> str:
    """Return what to do about an image that is not in the registry."""
    return f"There is no such image in the registry yet. `docker push {home.repository}` brings it there."


def not_there(reference: Reference, namespace: str) -> str:
    """Return what to do about a name that the sandbox does not know."""
    last = reference.path.rpartition("/")[2]
    return f"`docker images` shows which names there are. `docker tag {last} {namespace}/{last}` makes one more."


def no_server(server: str, namespace: str) -> Output:
    """Return what becomes of `docker login NAME`: Docker takes the name for a server."""
    words = f'Error response from daemon: Get "https://{server}/v2/": dial tcp: lookup {server}: no such host'
    say = (
        "The word after `login` is a server, not a name." if set(server).isdisjoint(".:") else "I reach no such server."
    )
    return Output(words, 1, note=f"{say} Your user name goes after `-u`: `docker login -u {namespace}`")


def full_up(count: int, most: int) -> str:
    """Return what is printed when a sandbox has as many images as it may."""
    return f"Error: you have {count} images, and there is room for {most}."


def not_taken_in(home: Home, why: str) -> str:
    """Return what is printed about an image from outside that breaks a rule."""
    return f"Error: {home.repository}:{home.tag} is not taken in: {why}."
