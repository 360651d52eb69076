"""A learner with Docker of their own: a token from chat, `docker login`, `docker push`, and that is their hand-in."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from bot.core.verdict import Passed, judge
from bot.core.workshop import StepRef
from tests.e2e.conftest import School, come_to

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

DOCKERFILE = """FROM docent/node:24-alpine
WORKDIR /app
COPY . .
RUN npm install --omit=dev
CMD ["node", "src/index.js"]
"""


async def test_an_image_built_and_pushed_elsewhere_is_handed_in_with_a_sentence(school: School, tmp_path: Path) -> None:
    if shutil.which("docker") is None:
        pytest.skip("no Docker client here")
    ada = await school.enter("Ada")
    await come_to(ada, school.bot.workshop, StepRef("04", "registry"))
    await ada.say("registry token")
    shown = await ada.wait_for("docker login", 20)
    login = re.search(r"docker login (\S+) -u (\S+)", shown.text)
    token = re.search(r"docent-[\w-]{32}", shown.text)
    assert login
    assert token

    async def docker(*words: str, stdin: str = "") -> str:
        command = ("docker", "--config", str(tmp_path), *words)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT, env={"DOCKER_BUILDKIT": "0"}
        )
        output, _ = await process.communicate(stdin.encode())
        assert process.returncode == 0, output.decode()
        return output.decode()

    name = f"{login[1]}/{login[2]}/getting-started"
    app = school.settings.workshop / "app"
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    await docker("login", login[1], "-u", login[2], "--password-stdin", stdin=token[0])
    await docker("build", "--network", "none", "-t", name, "-f", str(tmp_path / "Dockerfile"), str(app))
    try:
        assert "digest: sha256:" in await docker("push", name)
    finally:
        await docker("rmi", name)

    await ada.say("use my pushed image")
    await ada.wait_for(r"^\$ docker tag", 60)
    await ada.say("docker run -d -p 127.0.0.1:3000:3000 getting-started")
    await ada.wait_for(r"^\$ docker run", 20)
    for step in ("02/build", "02/run", "02/use", "04/push"):
        await _passes(school, ada.id, StepRef.parse(step))
    assert token[0] not in repr(await school.bot.store.journal(ada.id))


async def _passes(school: School, learner: str, ref: StepRef) -> None:
    """See that what the step's check looks for on the host is there; questions are apart, and there is no project."""
    step, sandbox = school.bot.workshop.step(ref), school.bot.sandbox
    assert step
    looked = [condition for condition in step.conditions if condition.probe != "answer"]
    assert looked
    for condition in looked:
        evidence = await sandbox.probe(learner, condition.with_, {}, attempt=9_901, again=False)
        assert isinstance(judge(condition, evidence, last=True), Passed), (ref, condition.id, evidence)
    await sandbox.release(9_901)
