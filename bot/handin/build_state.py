"""What is known at one line of a Dockerfile: the stage, its variables and its folder."""

from __future__ import annotations

import posixpath

from bot.handin.dockerfile import Dockerfile, Instruction
from bot.handin.expansion import expand
from bot.handin.instruction import pairs


class BuildState:
    """Follows a Dockerfile line by line.

    A variable that no `ENV` of this file sets is unknown, not empty: the base image may set it. That goes for
    `ARG`s as well, since a base image's variable of the same name wins over them.
    """

    def __init__(self, dockerfile: Dockerfile) -> None:
        self._escape = dockerfile.escape
        self._kept: dict[str, tuple[dict[str, str], str]] = {}
        self._name = ""
        self._env: dict[str, str] = {}
        self._folder = "/"
        self.stage = -1
        self.stage_names: set[str] = set()
        self.volumes = 0
        self.ports = 0
        self.labels = 0

    def folder(self, text: str) -> str | None:
        """Return the folder that a path means here, None when it holds an unknown variable."""
        try:
            expanded = expand(text, self._env, self._escape)
        except ValueError:
            return None
        if expanded.unknown:
            return None
        # posixpath keeps a leading `//`; to a kernel it is one slash
        return "/" + posixpath.normpath(posixpath.join(self._folder, expanded.text)).lstrip("/")

    def take(self, made: Instruction) -> None:
        """Go on behind this instruction, which the policy has accepted."""
        if made.keyword == "FROM":
            self._begin(made)
        elif made.keyword == "ENV":
            self._set(made)
        elif made.keyword == "WORKDIR":
            self._folder = self.folder(made.args) or self._folder

    def _begin(self, made: Instruction) -> None:
        if self._name:
            self.stage_names.add(self._name)
            self._kept[self._name] = (self._env, self._folder)
        self.stage += 1
        self._name = made.words[2].lower() if len(made.words) == 3 else ""
        env, self._folder = self._kept.get(made.words[0].lower(), ({}, "/"))
        self._env = dict(env)

    def _set(self, made: Instruction) -> None:
        before = dict(self._env)
        for name, value in pairs(made):
            self._env.pop(name, None)
            try:
                expanded = expand(value, before, self._escape)
            except ValueError:
                continue
            if not expanded.unknown:
                self._env[name] = expanded.text
