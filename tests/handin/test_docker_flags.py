"""The options that reach a plan, as a list to be read: everything else is refused or changes nothing."""

import pytest

from bot.handin import docker_flags as flags
from bot.handin.command import read_commands
from bot.handin.docker_verbs import VERBS
from bot.handin.flags import Flag, Kind, Table
from bot.handin.plan import Refusal

#: what a command can change; `volume`, `mount`, `network` and `net` are judged by their value
USED = {
    "run": "detach entrypoint env env-file hostname init interactive label mount name net net-alias network "
    "network-alias publish rm tty user volume workdir",
    "exec": "detach env env-file interactive tty user workdir",
    "build": "build-arg file no-cache quiet tag target",
    "ps": "all filter format last latest no-trunc quiet",
    "stop": "time timeout",
    "start": "attach interactive",
    "restart": "time timeout",
    "kill": "signal",
    "rm": "force volumes",
    "logs": "follow since tail timestamps",
    "images": "all digests filter format no-trunc quiet",
    "inspect": "format type",
    "image inspect": "format",
    "container inspect": "format",
    "rmi": "force",
    "version": "",
    "tag": "",
    "history": "human no-trunc quiet",
    "diff": "",
    "port": "",
    "top": "",
    "stats": "all no-stream no-trunc",
    "system df": "",
    "container prune": "force",
    "image prune": "all force",
    "volume prune": "all force",
    "network prune": "force",
    "volume create": "driver label",
    "volume ls": "filter format quiet",
    "volume inspect": "format",
    "volume rm": "force",
    "network create": "driver label",
    "network ls": "filter format no-trunc quiet",
    "network inspect": "format",
    "network rm": "force",
    "network connect": "alias",
    "network disconnect": "force",
}


@pytest.mark.parametrize("command", USED)
def test_only_these_options_reach_a_plan(command: str) -> None:
    table = VERBS[command].table
    assert " ".join(sorted(n for n, flag in table.long.items() if not flag.lesson and not flag.quiet)) == USED[command]


REFUSED = [
    (verb, flag)
    for verb, table in (("run", flags.RUN), ("exec", flags.EXEC), ("build", flags.BUILD), ("ps", flags.PS))
    for flag in table.long.values()
    if flag.lesson
]
WORDS = {"run": "alpine", "exec": "web ls", "build": ".", "ps": ""}


@pytest.mark.parametrize(("verb", "flag"), REFUSED, ids=[f"{verb} --{flag.long}" for verb, flag in REFUSED])
def test_an_option_with_a_lesson_is_refused_however_it_is_written(verb: str, flag: Flag) -> None:
    assert flag.lesson is not None
    value = "" if flag.kind is Kind.SWITCH else "x"
    spellings = [f"--{flag.long}={value or 'true'}", f"--{flag.long} {value}"]
    spellings += [f"-{flag.short}{value}", f"-{flag.short} {value}"] if flag.short else []
    for spelling in spellings:
        (command,) = read_commands(f"docker {verb} {spelling} {WORDS[verb]}")
        assert isinstance(command.plan, Refusal)
        assert command.plan.code == flag.lesson.code
        assert command.plan.nearest == f"docker {verb} {WORDS[verb]}".strip()


def test_a_dangerous_switch_is_refused_even_when_turned_off() -> None:
    """`--privileged=false` asks for nothing; one rule for one option is easier to trust than two."""
    (command,) = read_commands("docker run --privileged=false alpine")
    assert isinstance(command.plan, Refusal)
    assert command.plan.code == "PRIVILEGED"


def test_no_two_options_of_a_command_share_a_letter() -> None:
    for verb in VERBS.values():
        letters = [flag.short for flag in verb.table.long.values() if flag.short]
        assert len(letters) == len(set(letters)), verb.path


def test_a_table_finds_an_option_by_both_names() -> None:
    table = Table(Flag("publish", "p"))
    assert table.long["publish"] is table.short["p"]
