"""What a container may be given by `docker run` and `docker exec`: the values that are none."""

from __future__ import annotations

import pytest

from bot.handin.command import read_commands
from bot.handin.plan import ExecPlan, Plan, Refusal, RunPlan


def only(line: str) -> Plan | Refusal:
    (command,) = read_commands(line)
    return command.plan


NUMBER = "ab12" * 16
WRONG = [
    ("a host's name with a line under it", "docker run -h a_b alpine", "BAD_NAME", "cannot be a host's name"),
    ("a host's name that ends in a dash", "docker run -h web- alpine", "BAD_NAME", "cannot be a host's name"),
    ("a long host's name", f"docker run -h {'a' * 64} alpine", "BAD_NAME", "cannot be a host's name"),
    ("a path as a user", "docker run -u ../x alpine", "BAD_USER", "is no user"),
    ("three users", "docker exec -u a:b:c web ls", "BAD_USER", "is no user"),
    ("a long user", f"docker run -u {'a' * 33} alpine", "BAD_USER", "is no user"),
    ("a setting without a name", "docker run -e =x alpine", "BAD_SETTING", "has no name before the `=`"),
    ("a setting with a blank in its name", "docker run -e 'A B=x' alpine", "BAD_SETTING", "has no name before the `=`"),
    ("a setting with a long name", f"docker run -e {'A' * 129}=x alpine", "BAD_SETTING", "has no name before the `=`"),
    ("so many settings", f"docker run {'-e A=1 ' * 65} alpine", "TOO_MANY", "65 `--env` settings"),
    ("so many labels", f"docker run {'-l a=b ' * 65} alpine", "TOO_MANY", "65 `--label` settings"),
    ("so many ports", f"docker run {'-p 1000-1009 ' * 6} {'-p 80 ' * 5} alpine", "TOO_MANY", "65 ports"),
    ("so many ports at once", "docker run -p 1000-1010 alpine", "BAD_PORT", "HOST:CONTAINER"),
    ("a name of one letter", "docker run --name a alpine", "BAD_NAME", "cannot be a container's name"),
    ("a folder without its slash", "docker run -w app alpine", "BAD_WORKDIR", "must start with a slash: `/app`"),
    ("a folder of the kernel", "docker run -w /proc/self alpine", "BAD_WORKDIR", "belongs to the kernel"),
    ("two words as an image", "docker run 'a b' ls", "BAD_IMAGE_NAME", "Options come first"),
    ("a dot as an image", "docker run . ls", "BAD_IMAGE_NAME", "Options come first"),
    ("two dots as an image", "docker run .. ls", "BAD_IMAGE_NAME", "Options come first"),
    ("a colon as an image", "docker run : ls", "BAD_IMAGE_NAME", "but it is none."),
    ("capitals", "docker run Alpine ls", "UPPERCASE_IMAGE_NAME", "small letters"),
    ("11 files of settings", f"docker run {'--env-file a.env ' * 11} alpine", "TOO_MANY", "11 files of settings"),
    ("a folder of settings", "docker run --env-file . alpine", "OUTSIDE_PROJECT", "is no file of your project"),
    ("settings from above", "docker run --env-file ../a alpine", "OUTSIDE_PROJECT", "is no file of your project"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "code", "say"), WRONG, ids=[row[0] for row in WRONG])
def test_a_value_that_is_none_is_named(name: str, line: str, code: str, say: str) -> None:
    refusal = only(line)
    assert isinstance(refusal, Refusal), name
    assert refusal.code == code
    assert say in refusal.say


FINE = [
    ("docker run -h a.b-1 alpine", "hostname", "a.b-1"),
    (f"docker run -h {'a' * 63} alpine", "hostname", "a" * 63),
    ("docker run -u 1000:1000 alpine", "user", "1000:1000"),
    (f"docker run -e {'A' * 128}=x alpine", "env", (("A" * 128, "x"),)),
    (f"docker run {'-e A=1 ' * 64} alpine", "env", (("A", "1"),)),
    (f"docker run {'--env-file a.env ' * 10} alpine", "env_files", ("a.env",) * 10),
    ("docker run -w /app alpine", "workdir", "/app"),
    ("docker run -w //app/../srv/ alpine", "workdir", "/srv"),
    ("docker run -w /proc/../..self/fd/7 alpine", "workdir", "/..self/fd/7"),
    ("docker run alpine", "workdir", ""),
    (f"docker run {NUMBER}", "image", NUMBER),
]  # fmt: skip


@pytest.mark.parametrize(("line", "field", "value"), FINE)
def test_a_value_within_the_limits_is_taken_as_it_is(line: str, field: str, value: object) -> None:
    plan = only(line)
    assert isinstance(plan, RunPlan)
    assert getattr(plan, field) == value


def test_the_engine_is_given_the_folder_that_was_judged() -> None:
    plan = only("docker exec -w /proc/../app web ls")
    assert isinstance(plan, ExecPlan)
    assert plan.workdir == "/app"


def test_so_many_ports_are_fine() -> None:
    plan = only(f"docker run {'-p 1000-1009 ' * 6} {'-p 80 ' * 4} alpine")
    assert isinstance(plan, RunPlan)
    assert len(plan.ports) == 11
