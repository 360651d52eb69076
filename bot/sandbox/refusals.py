"""Docker's own words for what cannot be done, and the exit codes that go with them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot.handin.plan import Output, PublishedPort
from bot.sandbox.belongings import Several
from bot.sandbox.names import Owner
from bot.sandbox.things import Container

MORE = "\n\nRun 'docker run --help' for more information"
FIRST_EPHEMERAL = 32768  #: Source: Linux ip_local_port_range, what Docker picks from for `-p 3000`


def decided(ports: Sequence[PublishedPort], mine: Sequence[Container]) -> tuple[PublishedPort, ...]:
    """Return the ports with a host port picked wherever the learner left it to Docker."""
    used = {port.host for each in mine for port in each.ports} | {port.host for port in ports}
    free = (number for number in range(FIRST_EPHEMERAL, 61000) if number not in used)
    return tuple(port if port.host is not None else replace(port, host=next(free)) for port in ports)


def start_code(message: str) -> int:
    """Return the CLI's exit code for a refused start. Source: docker/cli `runStartContainerErr`."""
    if any(words in message for words in ("executable file not found", "no such file or directory")):
        return 127
    if any(words in message for words in ("permission denied", "is a directory")):
        return 126
    return 125


def port_taken(container: Container, port: PublishedPort) -> str:
    """Return Docker's words about a host port that is in use; the endpoint's id is made up, as ours is virtual."""
    endpoint = hashlib.sha256(container.id.encode()).hexdigest()
    return (
        f"driver failed programming external connectivity on endpoint {container.name} ({endpoint}): "
        f"Bind for {port.address}:{port.host} failed: port is already allocated"
    )


def name_taken(name: str, by: str) -> str:
    """Return Docker's words about a container name that is in use."""
    return (
        f'Conflict. The container name "/{name}" is already in use by container "{by}". '
        "You have to remove (or rename) that container to be able to reuse that name."
    )


def several(meant: Several) -> str:
    """Return Docker's words about a prefix that fits more than one thing."""
    return f"Multiple IDs found with provided prefix: {meant.prefix}"


def no_container(name: str, meant: Several | None) -> Output:
    """Return Docker's answer where no container is meant."""
    return Output(f"Error response from daemon: {several(meant) if meant else f'No such container: {name}'}", 1)


def public(owner: Owner, message: str) -> str:
    """Return the engine's message with the host's names made the learner's."""
    message = message.replace(owner.container(""), "").replace(owner.image("x:y").removesuffix("x:y"), "")
    return message.replace(owner.network, "bridge")
