"""What the policy lets through although it sounds bad: the engine, the image's limits and the container hold it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.evidence import HttpSeen
from bot.core.specs import HttpSpec
from bot.handin.command import read_commands
from bot.handin.plan import Output, Refusal
from bot.sandbox.host import Host
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner, until

pytestmark = pytest.mark.engine

Seen = Callable[[object], None]
ROOTFS = "FROM alpine AS work\nRUN mkdir /root2 && cp -a /bin /lib /etc /root2 2>/dev/null; {links}\n"
LINKED = ROOTFS + "FROM scratch\nCOPY --from=work /root2/ /\n"


async def typed(learner: Learner, line: str) -> Output:
    (command,) = read_commands(line)
    assert not isinstance(command.plan, Refusal), command.plan
    return await learner.do(command.plan)


async def built(learner: Learner, dockerfile: str) -> Output:
    out = await learner.image(dockerfile)
    assert out.exit_code == 0, out.text
    return out


async def test_d04_v16_the_image_of_another_learner_is_no_base_though_it_is_there(learner: Learner, seen: Seen) -> None:
    await built(learner, "FROM alpine\nRUN echo secret > /secret\n")
    image_id = (await typed(learner, "docker images -q --no-trunc app")).text.strip()
    other = Learner(learner.sandbox, "U2")
    tag = learner.sandbox._setup.owner("U1").image("app:latest")
    for base in (image_id, image_id.removeprefix("sha256:"), image_id[7:19], tag, "app"):
        out = await other.image(f"FROM {base}\nRUN cat /secret\n")
        assert out.exit_code == 1
        assert "secret\n" not in out.text.replace("/secret\n", "")
        assert (await typed(other, f"docker run --rm {base} cat /secret")).exit_code == 125
    seen("by no name and no id")


async def test_d24_an_image_whose_proc_is_a_link_sees_its_own_proc_or_does_not_start(
    learner: Learner, seen: Seen
) -> None:
    await built(learner, LINKED.format(links="ln -s /etc /root2/proc; ln -s /etc /root2/sys; ln -s /etc /root2/dev"))
    out = await typed(learner, "docker run --rm app /bin/busybox head -c 20 /proc/1/cmdline")
    assert out.exit_code != 0 or "busybox" in out.text
    written = await typed(
        learner, "docker run --rm app /bin/busybox sh -c 'echo x > /proc/sys/kernel/core_pattern; echo $?'"
    )
    assert written.exit_code != 0 or written.text.endswith("1")
    seen("does not start" if out.exit_code else "its own /proc")


async def test_d27_a_volume_of_the_image_is_in_memory_and_soon_full(learner: Learner, host: Host, seen: Seen) -> None:
    before = await host.volumes()
    await built(learner, "FROM alpine\nVOLUME /data\n")
    out = await typed(learner, "docker run --rm app sh -c 'head -c 100000000 /dev/zero > /data/x; stat -c %s /data/x'")
    assert "I/O error" in out.text or "No space left" in out.text
    assert int(out.text.split()[-1]) <= 32 * 1024 * 1024
    mine = learner.sandbox._setup.owner("U1")
    new = {each.name for each in await host.volumes()} - {each.name for each in before}
    assert not [name for name in new if mine.key in name]
    seen(f"full at {int(out.text.split()[-1]) // 1024 // 1024} MB, no volume left")


async def test_d29_d30_a_health_check_of_the_image_is_off_and_a_stop_is_quick(learner: Learner, seen: Seen) -> None:
    await built(learner, "FROM alpine\nHEALTHCHECK --interval=1s CMD echo x >> /checked\nSTOPSIGNAL SIGWINCH\n")
    await typed(learner, "docker run -d --name web app sleep 600")
    assert "Up" in (shown := (await typed(learner, "docker ps")).text)
    assert "health" not in shown
    assert (await typed(learner, "docker stop -t 2 web")).exit_code == 0
    assert "Exited (137)" in (await typed(learner, "docker ps -a")).text
    seen("never checked; killed after its grace")


async def test_d34_v12_what_an_image_puts_into_its_environment_changes_no_answer(learner: Learner, seen: Seen) -> None:
    serve = r"while true; do printf 'HTTP/1.0 200 OK\\r\\n\\r\\nhello' | /bin/busybox nc -l -p 3000; done"
    evil = "FROM alpine\nRUN printf 'evil' > /evil.so && cp /bin/true /bin/python3\n"
    spec = HttpSpec.model_validate({"image": "app", "port": 3000, "wait_s": 5, "asks": [{"get": "/"}]})
    answers = []
    for env in ("", "ENV LD_PRELOAD=/evil.so PATH=/evil PYTHONPATH=/evil HTTP_PROXY_=x\n"):
        await built(learner, f'{evil}{env}CMD ["/bin/busybox", "sh", "-c", "{serve}"]\n')
        await typed(learner, "docker run -d --name web -p 3000:3000 app")
        found = await learner.sandbox.probe("U1", spec, {}, attempt=7, again=False)
        assert isinstance(found, HttpSeen)
        answers.append([(each.status, each.body) for each in found.answers])
        await typed(learner, "docker rm -f web")
    assert answers[0] == answers[1]
    assert answers[0][0][0] == 200
    seen("the same answer with and without")


@pytest.mark.parametrize(
    ("user", "says"),
    [
        ("0", "CapEff:\t00000000000004eb"),
        ("2147483647", "CapEff:\t0000000000000000"),
        ("4294967295", "docker: "),
        ("../x", "unable to find user ../x"),
    ],
)
async def test_d35_a_user_has_no_more_rights_whoever_it_is(learner: Learner, user: str, says: str, seen: Seen) -> None:
    await built(learner, f"FROM alpine\nUSER {user}\n")
    out = await typed(learner, "docker run --rm app grep CapEff /proc/self/status")
    assert says in out.text
    seen(f"USER {user}: {out.text.splitlines()[0][:60]}")


async def test_d36_r30_what_never_ends_is_shown_for_its_time_and_left(
    make_sandbox: Callable[..., DockerSandbox], seen: Seen
) -> None:
    learner = Learner(make_sandbox(Limits(foreground_s=1.0)), "U1")
    await built(learner, 'FROM alpine\nENTRYPOINT ["sleep", "inf"]\n')
    out = await typed(learner, "docker run --name web app")
    assert out.note
    assert "web" in (await typed(learner, "docker ps")).text
    seen("left in the background, with a word about it")


@pytest.mark.parametrize("source", ["../../etc/hostname", "/etc/hostname", "/proc/self/environ"])
async def test_d49_copy_finds_nothing_outside_of_the_project(learner: Learner, source: str, seen: Seen) -> None:
    out = await learner.image(f"FROM alpine\nCOPY {source} /x\n")
    assert out.exit_code == 1
    assert "not found" in out.text or "outside" in out.text or "failed to" in out.text
    seen(out.text.splitlines()[-1][:80])


async def test_d52_setuid_gives_no_rights(learner: Learner, seen: Seen) -> None:
    await built(learner, "FROM alpine\nRUN cp /bin/busybox /busybox && chmod u+s /busybox\nUSER 1000\n")
    out = await typed(learner, "docker run --rm app sh -c 'ls -l /busybox; /busybox id -u'")
    assert "rwsr" in out.text.splitlines()[0]
    assert out.text.splitlines()[-1] == "1000"
    seen("uid 1000 before and after")


async def test_d54_a_disk_that_mknod_makes_in_a_build_cannot_be_read(learner: Learner, seen: Seen) -> None:
    text = "FROM alpine\nRUN mknod /sda b 8 0 || echo no mknod; head -c 1 /sda && echo READ || echo held\n"
    out = await learner.image(text)
    assert "READ\n" not in out.text.replace("&& echo READ", "")
    seen("held")


async def test_c39_what_always_restarts_soon_stays_away(learner: Learner, seen: Seen) -> None:
    learner.files["compose.yaml"] = b"services: {a: {image: alpine, command: 'false', restart: always}}"
    await typed(learner, "docker compose up -d")

    async def ended() -> bool:
        nonlocal shown
        shown = await typed(learner, "docker inspect -f '{{.RestartCount}} {{.State.Status}}' getting-started-app-a-1")
        return shown.text.endswith("exited")

    shown = Output("")
    await until(ended)
    assert shown.text.split() == ["3", "exited"]
    seen("3 restarts, then exited")


async def test_c20_c22_r20_what_another_has_has_no_name_here(learner: Learner, seen: Seen) -> None:
    other = Learner(learner.sandbox, "U2")
    await typed(learner, "docker volume create db")
    await typed(learner, "docker network create todo-app")
    await typed(learner, "docker run -d --name web alpine sleep 600")
    mine = learner.sandbox._setup.owner("U1")
    lines = (
        *(f"docker {verb} web" for verb in ("rm", "kill", "stop", "logs", "inspect", "exec web id #", "pause")),
        *(f"docker rm {name}" for name in (mine.container("web"),)),
        *(f"docker volume rm {name}" for name in ("db", mine.volume("db"))),
        *(f"docker network rm {name}" for name in ("todo-app", mine.network, "bridge")),
    )
    for line in lines:
        assert (await typed(other, line.replace("exec web id # web", "exec web id"))).exit_code != 0, line
    for what in ("container", "image", "volume", "network"):
        assert (await typed(other, f"docker {what} prune -f")).exit_code == 0
    assert "web" in (await typed(learner, "docker ps")).text
    assert "db" in (await typed(learner, "docker volume ls")).text
    assert "todo-app" in (await typed(learner, "docker network ls")).text
    other.files["compose.yaml"] = (
        b"services: {a: {image: alpine, command: ls /x, volumes: ['data:/x']}}\n"
        b"volumes: {data: {external: true, name: db}}"
    )
    out = await typed(other, "docker compose up")
    assert out.exit_code != 0
    assert 'external volume "db" not found' in out.text
    seen(f"{len(lines)} names, none found")
