from __future__ import annotations

import pytest

from bot.handin.command import looks_like_commands, read_commands
from bot.handin.plan import Login, Logout, Plan, PullImage, PushImage, Refusal, SearchImages
from bot.handin.sharing_plans import without_secrets


@pytest.mark.parametrize(
    ("line", "plan"),
    [
        ("docker login", Login()),
        ("docker login -u ada", Login("ada")),
        ("docker login --username=ada docker.io", Login("ada", "docker.io")),
        ("docker login -u ada -p secret", Login("ada", "", "secret")),
        ("docker login ada", Login(server="ada")),
        ("docker logout", Logout()),
        ("docker push ada/getting-started", PushImage("ada/getting-started")),
        ("docker image push -q ada/app:v1", PushImage("ada/app:v1", quiet=True)),
        ("docker pull alpine", PullImage("alpine")),
        ("docker pull --platform linux/amd64 ada/app", PullImage("ada/app", platform="linux/amd64")),
        ("docker image pull ada/app@sha256:" + 64 * "a", PullImage("ada/app@sha256:" + 64 * "a")),
        ("docker search node", SearchImages("node")),
    ],
)
def test_commands_of_sharing_become_plans(line: str, plan: Plan) -> None:
    (command,) = read_commands(line)
    assert command.plan == plan


@pytest.mark.parametrize(
    ("line", "code", "nearest"),
    [
        ("docker push Ada/App", "BAD_IMAGE_NAME", "docker push ada/app"),
        ("docker push ada/app@sha256:" + 64 * "a", "BAD_IMAGE_NAME", ""),
        ("docker push", "TOO_FEW_WORDS", "docker images"),
        ("docker push a b", "TOO_MANY_WORDS", "docker push a"),
        ("docker push --all-tags ada/app", "NOT_OFFERED", "docker push ada/app"),
        ("docker push YOUR-USER-NAME/getting-started", "PLACEHOLDER", ""),
        ("docker tag getting-started NAME/getting-started", "PLACEHOLDER", ""),
        ("docker login -u ada --password-stdin", "NO_PIPE", "docker login -u ada"),
        ("echo secret | docker login -u ada --password-stdin", "NO_PIPE", "docker login -u ada"),
        ("cat token.txt | sudo docker login --username ada --password-stdin", "NO_PIPE", "docker login -u ada"),
        ("docker login -u a -p secret --password-stdin", "CONFLICT", "docker login -u a"),
        ("docker build --push -t ada/app .", "PUSH_APART", "docker build -t ada/app ."),
        ("docker search", "TOO_FEW_WORDS", "docker search node"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_a_way_on(line: str, code: str, nearest: str) -> None:
    (command,) = read_commands(line)
    assert isinstance(command.plan, Refusal)
    assert (command.plan.code, command.plan.nearest) == (code, nearest or command.plan.nearest)


@pytest.mark.parametrize(
    "line",
    [
        "docker login -u ada -p s3cret",
        "docker login -u ada -ps3cret",
        "docker login -p=s3cret -u ada",
        "docker login --password=s3cret -u ada",
        "docker login --password 's3cret and more' -u ada",
        "docker login --passwrod s3cret",
        "docker login -u ada -p s3cret --nope",
        "sudo docker login -u ada -p s3cret",
        "echo s3cret | docker login -u ada --password-stdin",
        "printf s3cret | docker login -u ada --password-stdin",
        "docker  login -u ada -p s3cret && docker push ada/app",
    ],
)
def test_a_password_is_never_repeated(line: str) -> None:
    assert looks_like_commands(line)
    for command in read_commands(line):
        assert "s3cret" not in command.line
        assert "s3cret" not in repr(command.plan)
    assert "s3cret" not in without_secrets(f"text={line}")


def test_a_token_of_ours_is_hidden_wherever_it_stands() -> None:
    token = "docent-" + 32 * "a"
    assert without_secrets(f"text=is {token} right?") == "text=is docent-**** right?"


@pytest.mark.parametrize("line", ["docker run -p 3000:3000 app", "docker ps", "log in -p x", "docker tag app password"])
def test_other_commands_are_left_as_they_are(line: str) -> None:
    assert without_secrets(line) == line
