"""The image that looks at learners' work: what is in it is what its job takes, and it is one fixed image."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import closing

import docker
import pytest
from docker.errors import DockerException, ImageNotFound

from bot.sandbox import recipe
from bot.sandbox.names import Owner

pytestmark = pytest.mark.engine
IMAGE = "docent-verifier:latest"
SHELLS = re.compile(r"(^|/)(sh|ash|bash|dash|zsh|ksh|busybox|toybox|perl|env|nc|curl|wget|apk|apt|dpkg|su|sudo|mount)$")
SECRETS = re.compile(r"(^|/)(\.env|\.netrc|\.npmrc|\.docker|\.ssh|id_rsa|docent\.toml|.*\.(key|pem|p12|sqlite))$")
TOKEN = re.compile(rb"xox[abp]-[0-9A-Za-z-]{10,}|xapp-[0-9A-Za-z-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----")


@pytest.fixture(scope="module")
def client() -> Iterator[docker.APIClient]:
    try:
        with closing(docker.APIClient(version="auto", timeout=60)) as own:
            own.inspect_image(IMAGE)
            yield own
    except ImageNotFound:
        pytest.skip(f"{IMAGE} is not prepared")
    except DockerException as error:
        pytest.skip(f"no Docker engine: {error}")


@pytest.fixture(scope="module")
def members(client: docker.APIClient) -> list[tuple[tarfile.TarInfo, bytes]]:
    made = client.create_container(IMAGE, network_disabled=True)["Id"]
    try:
        packed = io.BytesIO(b"".join(client.export(made)))
    finally:
        client.remove_container(made, v=True)
    with tarfile.open(fileobj=packed) as tar:
        return [
            (each, file.read() if each.isfile() and (file := tar.extractfile(each)) else b"")
            for each in tar.getmembers()
        ]


def test_h06_there_is_no_shell_and_nothing_to_get_more_rights_with(
    members: list[tuple[tarfile.TarInfo, bytes]],
) -> None:
    assert [each.name for each, _ in members if SHELLS.search(each.name)] == []
    assert [each.name for each, _ in members if each.isfile() and each.mode & 0o6000] == []
    # one interpreter and the libraries it loads
    programs = {each.name.rpartition("/")[2] for each, content in members if content.startswith((b"\x7fELF", b"#!"))}
    assert {name for name in programs if ".so" not in name} == {"python3"}


def test_h06_there_is_no_secret_in_it(client: docker.APIClient, members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    assert [each.name for each, _ in members if SECRETS.search(each.name)] == []
    assert [each.name for each, content in members if TOKEN.search(content)] == []
    config = client.inspect_image(IMAGE)["Config"]
    assert {pair.partition("=")[0] for pair in config["Env"]} == {"PATH", "LC_ALL"}
    assert not [
        row for row in client.history(IMAGE) if re.search("token|secret|password", row["CreatedBy"], re.IGNORECASE)
    ]


def test_h06_it_runs_as_nobody_by_its_digest_and_never_by_a_name(client: docker.APIClient) -> None:
    about = client.inspect_image(IMAGE)
    assert about["Config"]["User"] == "65534:65534"
    assert not about["Config"]["Volumes"]
    body = recipe.verifier(Owner("main", "U1"), about["Id"]).body
    assert re.fullmatch("sha256:[0-9a-f]{64}", str(body["Image"]))
