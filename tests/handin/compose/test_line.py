"""`docker compose …` as typed → what it asks for, or Compose's own words."""

from __future__ import annotations

import pytest

from bot.handin.command import looks_like_commands, read_commands
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
from bot.handin.plan import Plan, Refusal, ShowHelp


def plan_of(line: str) -> Plan | Refusal:
    (command,) = read_commands(line)
    return command.plan


ASKED: list[tuple[str, Act]] = [
    ("up", Up()),
    ("up -d", Up(detach=True)),
    ("up --detach --build app", Up(services=("app",), detach=True, build=True)),
    ("up -d --force-recreate --remove-orphans", Up(detach=True, recreate="always", remove_orphans=True)),
    ("up -d --no-recreate --no-deps app app", Up(services=("app",), detach=True, recreate="never", alone=True)),
    ("up --wait", Up(detach=True, wait=True)),
    ("down", Down()),
    ("down -v", Down(volumes=True)),
    ("down --volumes --remove-orphans", Down(volumes=True, remove_orphans=True)),
    ("down -t 2", Down(grace_s=2)),
    ("ps", ListServices()),
    ("ps -aq", ListServices(all=True, quiet=True)),
    ("ps --services", ListServices(names=True)),
    ("logs", ReadServiceLogs()),
    ("logs -f app", ReadServiceLogs(services=("app",), follow=True)),
    ("logs --tail 20 -t --no-log-prefix", ReadServiceLogs(tail=20, timestamps=True, prefix=False)),
    ("config", ShowConfig()),
    ("config -q", ShowConfig(what="quiet")),
    ("config --services", ShowConfig(what="services")),
    ("config --volumes", ShowConfig(what="volumes")),
    ("exec app ls -l /app", ExecService("app", ("ls", "-l", "/app"), tty=True)),
    ("exec -T -e A=1 -w /app app env", ExecService("app", ("env",), env=(("A", "1"),), workdir="/app")),
    ("restart", TurnServices("restart")),
    ("restart -t 3 app", TurnServices("restart", ("app",), 3)),
    ("stop -t 999", TurnServices("stop", grace_s=30)),
    ("start mysql", TurnServices("start", ("mysql",))),
    ("build --no-cache -q app", BuildServices(("app",), no_cache=True, quiet=True)),
    ("rm -fs app", RemoveServices(("app",), stop=True)),
    ("ls -a", ListProjects(all=True)),
    ("version --short", ShowComposeVersion(short=True)),
]


@pytest.mark.parametrize(("words", "act"), ASKED, ids=[words for words, _ in ASKED])
@pytest.mark.parametrize("program", ["docker compose", "docker-compose"])
def test_a_command_is_read_as_typed_under_both_of_its_names(program: str, words: str, act: Act) -> None:
    line = f"{program} {words}"
    assert looks_like_commands(line)
    assert plan_of(line) == Compose(act)


def test_the_file_the_name_and_the_settings_can_be_said() -> None:
    typed = "docker compose -f dev.yaml -p todo --env-file dev.env --profile debug ps"
    assert plan_of(typed) == Compose(ListServices(), Source("dev.yaml", "todo", "dev.env", ("debug",)))
    assert plan_of("docker compose --file ./dev.yaml up") == Compose(Up(), Source("dev.yaml"))


@pytest.mark.parametrize("line", ["docker compose", "docker compose --help", "docker compose help"])
def test_alone_it_says_what_there_is(line: str) -> None:
    assert plan_of(line) == ShowHelp("compose")


#: (typed, words of Compose 2.40, exit code): recorded from the real program
WORDS = [
    ("foo", 'unknown docker command: "compose foo"', 1),
    ("up --foo", "unknown flag: --foo", 1),
    ("up -z", "unknown shorthand flag: 'z' in -z", 1),
    ("exec", "requires at least 2 arg(s), only received 0", 1),
    ("exec app", "requires at least 2 arg(s), only received 1", 1),
    ("up --force-recreate --no-recreate", "--force-recreate and --no-recreate are incompatible", 1),
    ("-f", "flag needs an argument: 'f' in -f", 1),
]


@pytest.mark.parametrize(("words", "said", "code"), WORDS, ids=[row[0] for row in WORDS])
def test_what_compose_would_refuse_is_refused_in_its_words(words: str, said: str, code: int) -> None:
    plan = plan_of(f"docker compose {words}")
    assert isinstance(plan, Refusal)
    assert (plan.words, plan.exit_code, plan.docker) == (said, code, True)
    assert plan.say


OURS = [
    ("-f /etc/compose.yaml up", "OUTSIDE_PROJECT"),
    ("-f ../compose.yaml up", "OUTSIDE_PROJECT"),
    ("-f a.yaml -f b.yaml up", "NOT_OFFERED"),
    ("--env-file /proc/self/environ up", "OUTSIDE_PROJECT"),
    ("--project-directory / up", "OUTSIDE_PROJECT"),
    ("up --scale app=1000", "NOT_OFFERED"),
    ("up --watch", "NOT_OFFERED"),
    ("exec --privileged app sh", "PRIVILEGED"),
    ("build --push", "PUSH_APART"),
    ("config -o /etc/passwd", "HOST_FILE"),
    ("run app sh", "NOT_OFFERED"),
    ("pull", "NOT_OFFERED"),
    ("rm", "INTERACTIVE"),
    ("logs --tail many", "BAD_OPTION_VALUE"),
    (f"up {' '.join(f's{n}' for n in range(30))}", "TOO_MANY"),
]


@pytest.mark.parametrize(("words", "code"), OURS, ids=[row[0][:30] for row in OURS])
def test_what_only_we_do_not_do_is_said_kindly(words: str, code: str) -> None:
    plan = plan_of(f"docker compose {words}")
    assert isinstance(plan, Refusal)
    assert plan.code == code
    assert not plan.words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("docker compose dwon", "docker compose down"),
        ("docker compose up --detatch", "docker compose up --detach"),
        ("docker compose rm app", "docker compose rm -f app"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(typed: str, meant: str) -> None:
    plan = plan_of(typed)
    assert isinstance(plan, Refusal)
    assert plan.nearest == meant
