"""`docker compose` on the real engine: what is made, kept, replaced and taken away."""

from __future__ import annotations

import pytest

from bot.handin.command import read_commands
from bot.handin.plan import Output, Refusal
from tests.sandbox.conftest import Learner, until

pytestmark = pytest.mark.engine

FILE = b"""
services:
  web:
    image: alpine
    command: sh -c "echo hello; sleep 600"
    init: true
    ports: ["127.0.0.1:3000:3000"]
    volumes: [data:/data]
    depends_on:
      db: {condition: service_healthy}
  db:
    image: alpine
    command: sleep 600
    init: true
    healthcheck: {test: "true", interval: 5s}
volumes:
  data:
"""
CHANGED = FILE.replace(b"echo hello", b"echo changed")
WITHOUT_DB = b"services: {web: {image: alpine, command: sleep 600, init: true}}"


async def do(learner: Learner, line: str) -> Output:
    (command,) = read_commands(f"docker {line}")
    assert not isinstance(command.plan, Refusal), command.plan
    return await learner.do(command.plan)


async def ids(learner: Learner) -> dict[str, str]:
    """Return the containers of the project by service."""
    names = (await do(learner, "compose ps --services")).text.split()
    return dict(zip(names, (await do(learner, "compose ps -q")).text.split(), strict=True))


async def logged(learner: Learner, text: str) -> bool:
    """Tell whether this is all that the services have printed: a program that has started may not have spoken yet."""
    return (await do(learner, "compose logs")).text == text


async def test_a_project_goes_up_and_down_and_its_volume_stays(learner: Learner) -> None:
    learner.files["compose.yaml"] = FILE
    up = await do(learner, "compose up -d")
    assert up.exit_code == 0, up.text
    lines = {" ".join(line.split()[:4]) for line in up.text.splitlines()}
    assert lines == {
        "[+] Running 4/4",
        "✔ Network getting-started-app_default Created",
        "✔ Volume getting-started-app_data Created",
        "✔ Container getting-started-app-db-1 Healthy",
        "✔ Container getting-started-app-web-1 Started",
    }
    ps = (await do(learner, "ps")).text
    assert "getting-started-app-web-1" in ps
    assert "127.0.0.1:3000->3000/tcp" in ps
    assert "(healthy)" in ps
    assert "Address" in (await do(learner, "compose exec web nslookup db")).text
    assert (await do(learner, "compose exec web touch /data/kept")).exit_code == 0
    await until(lambda: logged(learner, "web-1  | hello"))
    asked = "inspect -f {{.Config.Labels}} getting-started-app-web-1"
    assert "com.docker.compose.service:web" in (await do(learner, asked)).text

    before = await ids(learner)
    again = await do(learner, "compose up -d")
    assert [line.split()[3] for line in again.text.splitlines()[1:]] == ["Healthy", "Running"]
    assert await ids(learner) == before

    learner.files["compose.yaml"] = CHANGED
    await do(learner, "compose up -d")
    after = await ids(learner)
    assert after["db"] == before["db"]
    assert after["web"] != before["web"]
    assert (await do(learner, "compose exec web ls /data")).text == "kept"

    down = await do(learner, "compose down")
    assert "Network getting-started-app_default" in down.text
    assert (await do(learner, "compose ps -aq")).text == ""
    assert (await do(learner, "volume ls -q")).text == "getting-started-app_data"
    assert "getting-started-app_default" not in (await do(learner, "network ls")).text
    assert "Removed" in (await do(learner, "compose down -v")).text
    assert (await do(learner, "volume ls -q")).text == ""


async def test_what_left_the_file_is_warned_about_and_removed_when_asked(learner: Learner) -> None:
    learner.files["compose.yaml"] = FILE
    await do(learner, "compose up -d db")
    learner.files["compose.yaml"] = WITHOUT_DB
    up = await do(learner, "compose up -d")
    assert "Found orphan containers ([getting-started-app-db-1]) for this project." in up.text
    assert "getting-started-app-db-1" in (await do(learner, "ps")).text
    await do(learner, "compose up -d --remove-orphans")
    assert "getting-started-app-db-1" not in (await do(learner, "ps -a")).text


async def test_a_taken_port_and_a_sick_dependency_are_said_in_docker_s_words(learner: Learner) -> None:
    await do(learner, "run -d --init -p 127.0.0.1:3000:3000 alpine sleep 600")
    learner.files["compose.yaml"] = FILE
    up = await do(learner, "compose up -d")
    assert up.exit_code == 1
    assert "Bind for 127.0.0.1:3000 failed: port is already allocated" in up.text.splitlines()[-1]

    learner.files["compose.yaml"] = FILE.replace(b'test: "true"', b'test: "false", retries: 1')
    up = await do(learner, "compose up -d")
    assert up.exit_code == 1
    said = "dependency failed to start: container getting-started-app-db-1 is unhealthy"
    assert up.text.splitlines()[-1] == said


async def test_what_is_built_is_built_first_and_taken_as_it_is_afterwards(learner: Learner) -> None:
    learner.files["Dockerfile"] = b'FROM alpine\nCMD ["sh", "-c", "echo built; sleep 600"]\n'
    learner.files["compose.yaml"] = b"services: {app: {build: ., init: true}}"
    up = await do(learner, "compose up -d")
    assert up.exit_code == 0, up.text
    assert "getting-started-app-app" in (await do(learner, "images")).text
    await until(lambda: logged(learner, "app-1  | built"))
    before = await ids(learner)
    learner.files["Dockerfile"] = b'FROM alpine\nCMD ["sh", "-c", "echo anew; sleep 600"]\n'
    assert "building" not in (await do(learner, "compose up -d")).text.lower()
    assert await ids(learner) == before
    await do(learner, "compose up -d --build")
    await until(lambda: logged(learner, "app-1  | anew"))


async def test_without_a_service_that_runs_compose_says_so(learner: Learner) -> None:
    missing = await do(learner, "compose ps")
    assert (missing.text, missing.exit_code) == ("no configuration file provided: not found", 1)
    learner.files["compose.yaml"] = FILE
    for line, words in (
        ("exec web ls", 'service "web" is not running'),
        ("logs nope", "no such service: nope"),
        ("start db", 'service "db" has no container to start'),
    ):
        out = await do(learner, f"compose {line}")
        assert (out.text, out.exit_code) == (words, 1)
    learner.files["compose.yaml"] = FILE.replace(b"image: alpine", b"imge: alpine", 1)
    broken = await do(learner, "compose up -d")
    words = "services.web additional properties 'imge' not allowed"
    assert broken.text == f"validating /home/you/getting-started-app/compose.yaml: {words}"
    assert broken.note.startswith("Line 4: `imge` is no key of `services.web`. Did you mean `image`?")
