"""The options of `docker compose`, command by command, as in Compose 2.40 (`docker compose COMMAND --help`)."""

from __future__ import annotations

from bot.handin.docker_flags import (
    BUILDKIT,
    HOST_FILE,
    LIMITS,
    NOT_OFFERED,
    PRIVILEGED,
    PUSH,
    TEMPLATE,
)
from bot.handin.flags import Kind, Lesson, Table, flags

_SWITCH, _LIST, _WHOLE, _TEXT = Kind.SWITCH, Kind.LIST, Kind.WHOLE, Kind.TEXT
SCALE = Lesson(
    "NOT_OFFERED", "`{option}` would start one service several times. Here each has one container; leave it out."
)
DRY = flags("dry-run", _SWITCH, NOT_OFFERED)
TIMEOUT = flags("timeout/t", _WHOLE)

ROOT = Table(
    *flags("file/f env-file profile", _LIST),
    *flags("project-name/p project-directory"),
    *flags("version/v", _SWITCH),
    *flags("ansi progress parallel", quiet=True),
    *flags("compatibility verbose all-resources", _SWITCH, quiet=True),
    *DRY,
)
UP = Table(
    *flags("detach/d build force-recreate no-recreate remove-orphans no-deps wait", _SWITCH),
    *flags(
        "no-color no-log-prefix quiet-pull quiet-build timestamps renew-anon-volumes/V no-build yes/y",
        _SWITCH,
        quiet=True,
    ),
    *flags("always-recreate-deps attach-dependencies", _SWITCH, quiet=True),
    *flags("timeout/t wait-timeout", _WHOLE, quiet=True),
    *flags("attach no-attach", _LIST, quiet=True),
    *flags("pull", _TEXT, quiet=True),
    *flags("abort-on-container-exit abort-on-container-failure no-start menu watch/w", _SWITCH, NOT_OFFERED),
    *flags("exit-code-from", _TEXT, NOT_OFFERED),
    *flags("scale", _LIST, SCALE),
    *DRY,
)
DOWN = Table(*flags("volumes/v remove-orphans", _SWITCH), *TIMEOUT, *flags("rmi", _TEXT, NOT_OFFERED), *DRY)
PS = Table(
    *flags("all/a quiet/q services no-trunc", _SWITCH),
    *flags("orphans", _SWITCH, quiet=True),
    *flags("filter", _TEXT, NOT_OFFERED),
    *flags("status", _LIST, NOT_OFFERED),
    *flags("format", _TEXT, TEMPLATE),
    *DRY,
)
LOGS = Table(
    *flags("follow/f timestamps/t no-log-prefix", _SWITCH),
    *flags("tail/n"),
    *flags("no-color", _SWITCH, quiet=True),
    *flags("index", _WHOLE, quiet=True),
    *flags("since until", _TEXT, NOT_OFFERED),
    *DRY,
)
CONFIG = Table(
    *flags("quiet/q services volumes images profiles", _SWITCH),
    *flags("no-consistency no-normalize no-path-resolution", _SWITCH, NOT_OFFERED),
    *flags(
        "no-interpolate resolve-image-digests variables environment networks models no-env-resolution",
        _SWITCH,
        NOT_OFFERED,
    ),
    *flags("format hash", _TEXT, NOT_OFFERED),
    *flags("output/o", _TEXT, HOST_FILE),
    *DRY,
)
EXEC = Table(
    *flags("detach/d", _SWITCH),
    *flags("env/e", _LIST),
    *flags("user/u workdir/w"),
    *flags("no-TTY/T no-tty", _SWITCH),
    *flags("tty/t interactive/i", _SWITCH, quiet=True),
    *flags("index", _WHOLE, quiet=True),
    *flags("privileged", _SWITCH, PRIVILEGED),
    *DRY,
)
RESTART = Table(*TIMEOUT, *flags("no-deps", _SWITCH, quiet=True), *DRY)
STOP = Table(*TIMEOUT, *DRY)
START = Table(*flags("wait", _SWITCH, quiet=True), *flags("wait-timeout", _WHOLE, quiet=True), *DRY)
BUILD = Table(
    *flags("build-arg", _LIST),
    *flags("no-cache quiet/q", _SWITCH),
    *flags("pull with-dependencies compress force-rm", _SWITCH, quiet=True),
    *flags("progress", quiet=True),
    *flags("push", _SWITCH, PUSH),
    *flags("memory/m", _TEXT, LIMITS),
    *flags("builder ssh provenance sbom", _TEXT, BUILDKIT),
    *flags("check print", _SWITCH, NOT_OFFERED),
    *DRY,
)
RM = Table(*flags("force/f stop/s", _SWITCH), *flags("volumes/v", _SWITCH, quiet=True), *DRY)
LS = Table(
    *flags("all/a quiet/q", _SWITCH), *flags("filter", _LIST, NOT_OFFERED), *flags("format", _TEXT, TEMPLATE), *DRY
)
VERSION = Table(*flags("short", _SWITCH), *flags("format/f", _TEXT, NOT_OFFERED), *DRY)
