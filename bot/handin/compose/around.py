"""What a service needs to know of the file that it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Around:
    """The project's name, its volumes and networks (key → whole name) and the values of `.env`."""

    project: str
    volumes: Mapping[str, str]
    networks: Mapping[str, str]
    values: Mapping[str, str]
    env_file: bool  #: whether there is a `.env`
