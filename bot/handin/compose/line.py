"""The words after `docker compose` → what they ask for, or Compose's own words about what is wrong with them.

Source: Docker Compose 2.40, whose answers are compared in `tests/handin/compose`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.handin import run_plan
from bot.handin.compose import flags
from bot.handin.compose.commands import (
    Act,
    BuildServices,
    Compose,
    Down,
    ExecService,
    ListProjects,
    ListServices,
    ReadServiceLogs,
    RemoveServices,
    ShowComposeVersion,
    ShowConfig,
    Source,
    TurnServices,
    Up,
)
from bot.handin.docker_verbs import Verb
from bot.handin.flags import FlagFault, Lesson, Parsed, Table, parse_flags
from bot.handin.paths import inside
from bot.handin.plan import ExecPlan, Refusal, ShowHelp
from bot.handin.spelling import nearest
from bot.handin.stopped import Stopped, stop
from bot.handin.words import join

FAILED = 1  #: exit code, also of a wrong usage
MOST_SERVICES = 20
LONGEST_GRACE_S = 30
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class _Command:
    """One command of Compose."""

    table: Table
    make: Callable[[str, Parsed], Act]
    at_least: int = 0
    mixed: bool = True


def read_compose_line(words: Sequence[str]) -> Compose | ShowHelp | Refusal:
    """Return what the words after `docker compose` mean."""
    root = parse_flags(flags.ROOT, words, mixed=False)
    if isinstance(root, FlagFault):
        return _flag_fault(root, "", words)
    if refused := _refused_flag(root, ""):
        return refused
    if root.on("version"):
        return Compose(ShowComposeVersion())
    if root.help or not root.rest or root.rest[0] == "help":
        return ShowHelp("compose")
    try:
        return _command(root.rest[0], root.rest[1:], _source(root))
    except Stopped as stopped:
        return stopped.refusal


def _command(name: str, words: tuple[str, ...], source: Source) -> Compose | ShowHelp | Refusal:
    found = _COMMANDS.get(name)
    if found is None:
        return _unknown(name, words)
    parsed = parse_flags(found.table, words, mixed=found.mixed)
    if isinstance(parsed, FlagFault):
        return _flag_fault(parsed, name, words)
    if parsed.help:
        return ShowHelp(f"compose {name}")
    if refused := _refused_flag(parsed, name):
        return refused
    if len(parsed.rest) < found.at_least:
        return Refusal(
            "TOO_FEW_WORDS",
            "Say which service, and what to run in it: `docker compose exec app ls`.",
            seen=join(parsed.rest)[:200],
            nearest="docker compose ps",
            docker=True,
            exit_code=FAILED,
            words=f"requires at least {found.at_least} arg(s), only received {len(parsed.rest)}",
        )
    return Compose(found.make(name, parsed), source)


def _unknown(name: str, words: tuple[str, ...]) -> Refusal:
    if name in _WITHOUT:
        say = f"`docker compose {name}` is real, but this workshop does without it: {_WITHOUT[name]}."
        return Refusal("NOT_OFFERED", say, seen=f"compose {name}")
    near = nearest(name, _COMMANDS)
    instead = join(["docker", "compose", near, *words])[:2000] if near else ""
    say = f"Compose has no command `{name[:60]}`."
    say += f" Did you mean `{instead}`?" if instead else " `docker compose --help` lists what I know."
    return Refusal(
        "UNKNOWN_COMMAND",
        say,
        seen=name[:200],
        nearest=instead or "docker compose --help",
        docker=True,
        exit_code=FAILED,
        words=f'unknown docker command: "compose {name[:200]}"',
    )


def _flag_fault(fault: FlagFault, name: str, words: Sequence[str]) -> Refusal:
    path = f"docker compose {name}".strip()
    say = f"`{path}` cannot take `{fault.seen[:60]}`."
    instead = ""
    if fault.code == "OPTION_NEEDS_VALUE":
        say = f"`{fault.seen[:60]}` needs a value after it."
    elif fault.instead:
        stem = fault.seen.partition("=")[0]
        fixed = [fault.instead + word[len(stem) :] if word.partition("=")[0] == stem else word for word in words]
        instead = join([*path.split(), *fixed])[:2000]
        say += f" Did you mean `{fault.instead}`?"
    return Refusal(
        fault.code,
        say,
        seen=fault.seen[:200],
        nearest=instead or f"{path} --help",
        docker=True,
        exit_code=FAILED,
        words=fault.words,
    )


def _refused_flag(parsed: Parsed, name: str) -> Refusal | None:
    refused = [given for given in parsed.given if given.flag.lesson is not None]
    if not refused:
        return None
    option = join(refused[0].words())[:80]
    lesson = refused[0].flag.lesson or Lesson("NOT_OFFERED", "")
    without = parsed.words_without(*(given.flag.long for given in refused))
    instead = join(["docker", "compose", *filter(None, [name]), *without])
    return Refusal(lesson.code, lesson.say.format(option=option), seen=option, nearest=instead[:2000])


def _source(root: Parsed) -> Source:
    if len(root.every("file")) > 1:
        raise stop("NOT_OFFERED", "One compose file at a time is understood here. Put everything into one.", "-f")
    if (folder := root.last("project-directory")) and inside(folder) != ".":
        raise stop("OUTSIDE_PROJECT", "Your project is its one folder here. Leave `--project-directory` out.", folder)
    if len(root.every("env-file")) > 1:
        raise stop("NOT_OFFERED", "One `--env-file` at a time is understood here.", "--env-file")
    return Source(
        file=_path("-f", root.last("file")),
        name=root.last("project-name")[:_LONGEST_NAME],
        env_file=_path("--env-file", root.last("env-file")),
        profiles=tuple(dict.fromkeys(root.every("profile")))[:MOST_SERVICES],
    )


def _path(option: str, path: str) -> str:
    place = inside(path) if path else ""
    if place in {None, "."}:
        say = f"`{option} {path[:60]}` is no file of your project. `ls` shows what is in it."
        raise stop("OUTSIDE_PROJECT", say, path, "ls")
    return place or ""


def _services(parsed: Parsed) -> tuple[str, ...]:
    if len(parsed.rest) > MOST_SERVICES:
        raise stop("TOO_MANY", f"I see {len(parsed.rest)} services; up to {MOST_SERVICES} at a time are fine.")
    return tuple(dict.fromkeys(name[:_LONGEST_NAME] for name in parsed.rest))


def _up(_: str, parsed: Parsed) -> Act:
    if parsed.on("force-recreate") and parsed.on("no-recreate"):
        words = "--force-recreate and --no-recreate are incompatible"
        raise Stopped(Refusal("BAD_OPTIONS", "Choose one of the two.", docker=True, exit_code=FAILED, words=words))
    recreate = "always" if parsed.on("force-recreate") else "never" if parsed.on("no-recreate") else ""
    return Up(
        services=_services(parsed),
        detach=parsed.on("detach") or parsed.on("wait"),
        build=parsed.on("build"),
        recreate=recreate,
        remove_orphans=parsed.on("remove-orphans"),
        alone=parsed.on("no-deps"),
        wait=parsed.on("wait"),
    )


def _down(_: str, parsed: Parsed) -> Act:
    return Down(_services(parsed), parsed.on("volumes"), parsed.on("remove-orphans"), _grace_s(parsed))


def _ps(_: str, parsed: Parsed) -> Act:
    return ListServices(
        _services(parsed), parsed.on("all"), parsed.on("quiet"), parsed.on("services"), parsed.on("no-trunc")
    )


def _logs(_: str, parsed: Parsed) -> Act:
    tail = parsed.last("tail", "all")
    if tail != "all" and not (tail.isascii() and tail.isdigit() and len(tail) < 7):
        raise stop("BAD_OPTION_VALUE", f"`{tail[:60]}` is no number of lines. Try `--tail 20`.", tail)
    return ReadServiceLogs(
        services=_services(parsed),
        tail=None if tail == "all" else int(tail),
        timestamps=parsed.on("timestamps"),
        follow=parsed.on("follow"),
        prefix=not parsed.on("no-log-prefix"),
    )


def _config(_: str, parsed: Parsed) -> Act:
    asked = (name for name in ("quiet", "services", "volumes", "images", "profiles") if parsed.on(name))
    return ShowConfig(_services(parsed), next(asked, ""))


#: `docker compose exec` reads its options as `docker exec` does
_EXEC = Verb("docker compose exec", "exec", "[OPTIONS] SERVICE COMMAND [ARGS...]", flags.EXEC, 2, None, mixed=False)


def _exec(_: str, parsed: Parsed) -> Act:
    used = replace(parsed, given=tuple(given for given in parsed.given if not given.flag.quiet))
    plan = run_plan.plan_exec(_EXEC, used)
    assert isinstance(plan, ExecPlan)  # noqa: S101 - nothing else without a terminal
    talks = not (plan.detach or parsed.on("no-TTY") or parsed.on("no-tty"))
    return ExecService(plan.name, plan.command, plan.detach, plan.env, plan.workdir, plan.user, talks)


def _turn(verb: str, parsed: Parsed) -> Act:
    return TurnServices(verb, _services(parsed), _grace_s(parsed))


def _grace_s(parsed: Parsed) -> int | None:
    given = parsed.last("timeout")
    return None if given in {"", "-1"} else min(max(int(given), 0), LONGEST_GRACE_S)


def _build(_: str, parsed: Parsed) -> Act:
    args = run_plan.settings(parsed, "build-arg")
    return BuildServices(_services(parsed), parsed.on("no-cache"), parsed.on("quiet"), args)


def _rm(_: str, parsed: Parsed) -> Act:
    if not parsed.on("force"):
        say = "Compose would ask back here, which a chat cannot. Add `-f` to say yes at once."
        raise stop("INTERACTIVE", say, "rm", join(["docker", "compose", "rm", "-f", *parsed.words_without()]))
    return RemoveServices(_services(parsed), parsed.on("stop"))


_COMMANDS: dict[str, _Command] = {
    "up": _Command(flags.UP, _up),
    "down": _Command(flags.DOWN, _down),
    "ps": _Command(flags.PS, _ps),
    "logs": _Command(flags.LOGS, _logs),
    "config": _Command(flags.CONFIG, _config),
    "exec": _Command(flags.EXEC, _exec, at_least=2, mixed=False),
    "restart": _Command(flags.RESTART, _turn),
    "stop": _Command(flags.STOP, _turn),
    "start": _Command(flags.START, _turn),
    "build": _Command(flags.BUILD, _build),
    "rm": _Command(flags.RM, _rm),
    "ls": _Command(flags.LS, lambda _, parsed: ListProjects(parsed.on("all"), parsed.on("quiet"))),
    "version": _Command(flags.VERSION, lambda _, parsed: ShowComposeVersion(parsed.on("short"))),
}

_RUN = "`docker compose exec SERVICE COMMAND` runs something in a service that is up"
_HERE = "the images are on this host already"
#: commands of Compose that are not offered here → what to do instead
_WITHOUT: dict[str, str] = {
    "run": _RUN,
    "attach": "`docker compose logs` shows what the services print",
    "create": "`docker compose up -d` creates and starts",
    "cp": "`docker compose exec SERVICE cat FILE` shows a file of a container",
    "events": "`docker compose ps` and `docker compose logs` show what goes on",
    "images": "`docker compose config --images` names the images",
    "kill": "`docker compose stop` ends the services",
    "pause": "`docker compose stop` and `start` are enough",
    "unpause": "`docker compose stop` and `start` are enough",
    "port": "`docker compose ps` shows the ports",
    "pull": _HERE,
    "push": _HERE,
    "scale": "each service has one container here",
    "stats": "`docker stats --no-stream` shows what your containers use",
    "top": "`docker top NAME` shows what runs in a container",
    "wait": "`docker compose ps` shows what is up",
    "watch": "a folder that is mounted with `./:/app` shows every change at once",
    "volumes": "`docker volume ls` lists your volumes",
    "publish": "it is about sharing compose files, and yours stays in your project",
    "export": "images are made with a Dockerfile",
    "commit": "images are made with a Dockerfile",
    "convert": "`docker compose config` is its name today",
}
