"""The verifier's image on a real engine: what is in it, how it holds, and that it works inside foreign images."""

from __future__ import annotations

import io
import json
import secrets
import tarfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest

from bot.sandbox.verifier import HOME, MOUNTED, entrypoint, environment

pytestmark = pytest.mark.engine

VERIFIER = "docent-verifier:latest"
HARD = {
    "network_mode": "none",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "pids_limit": 32,
    "mem_limit": "64m",
    "memswap_limit": "64m",
}


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    client = docker.APIClient(version="auto", timeout=60)
    client.ping()
    yield client
    client.close()


@pytest.fixture
def create(api: Any) -> Iterator[Callable[..., str]]:
    """Create containers that are gone after the test."""
    made: list[str] = []

    def container(image: str, *, limits: dict[str, Any] | None = None, **kwargs: Any) -> str:
        host = api.create_host_config(**{**HARD, **(limits or {})})
        made.append(api.create_container(image, host_config=host, **kwargs)["Id"])
        return made[-1]

    yield container
    for each in made:
        api.remove_container(each, force=True, v=True)


@pytest.fixture
def image_from(api: Any) -> Iterator[Callable[[str], str]]:
    """Build an image from a Dockerfile and remove it after the test."""
    made: list[str] = []

    def build(dockerfile: str) -> str:
        tag = f"docenttest-{secrets.token_hex(4)}"
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            entry = tarfile.TarInfo("Dockerfile")
            entry.size = len(dockerfile)
            tar.addfile(entry, io.BytesIO(dockerfile.encode()))
        packed.seek(0)
        lines = [
            json.loads(line)
            for chunk in api.build(
                fileobj=packed, custom_context=True, tag=tag, rm=True, network_mode="none", timeout=60
            )
            for line in chunk.splitlines()
        ]
        assert not [line for line in lines if "error" in line], lines
        made.append(tag)
        return tag

    yield build
    for tag in made:
        api.remove_image(tag, force=True)


@pytest.fixture(scope="module")
def volume(api: Any) -> Iterator[str]:
    """A volume that the engine filled from the verifier's folder."""
    name = f"docenttest-{secrets.token_hex(4)}"
    api.create_volume(name)
    host = api.create_host_config(mounts=[docker.types.Mount(HOME, name)], network_mode="none")
    filler = api.create_container(VERIFIER, host_config=host)["Id"]
    api.remove_container(filler)
    yield name
    api.remove_volume(name)


@pytest.fixture
def look(api: Any, create: Callable[..., str], volume: str) -> Callable[..., dict[str, Any]]:
    """Ask about files inside a container made from a foreign image."""

    def ask(image: str, *paths: Any) -> dict[str, Any]:
        home = f"{MOUNTED}-{secrets.token_hex(4)}"
        request = json.dumps({"op": "files", "nonce": "n", "paths": list(paths)})
        container = create(
            image,
            command=[request],
            entrypoint=entrypoint(home),
            environment=environment(),
            user="0:0",
            working_dir="/",
            limits={"mounts": [docker.types.Mount(home, volume, read_only=True)]},
        )
        api.start(container)
        status = api.wait(container, timeout=30)["StatusCode"]
        output = api.logs(container).decode()
        assert status == 0, output
        said = json.loads(output)
        assert said["nonce"] == "n"
        return {result["path"]: result["matches"] for result in said["results"]}

    return ask


def ask(api: Any, container: str, request: dict[str, Any]) -> dict[str, Any]:
    started = api.exec_create(container, [*entrypoint(), json.dumps({"nonce": "n", **request})])
    said = json.loads(api.exec_start(started["Id"]))
    assert isinstance(said, dict)
    return said


def members(api: Any) -> list[tarfile.TarInfo]:
    """Return what the image holds, read from `docker save`."""
    saved = io.BytesIO(b"".join(api.get_image(VERIFIER)))
    found = []
    with tarfile.open(fileobj=saved) as outer:
        for entry in outer.getmembers():
            if entry.isfile() and (entry.name.endswith("layer.tar") or entry.name.startswith("blobs/")):
                layer = outer.extractfile(entry)
                assert layer is not None
                try:
                    with tarfile.open(fileobj=io.BytesIO(layer.read())) as inner:
                        found += inner.getmembers()
                except tarfile.ReadError:  # a blob that is JSON
                    continue
    return found


def test_the_image_holds_one_program_and_no_way_to_another(api: Any) -> None:
    held = members(api)
    programs = {entry.name.removeprefix("./") for entry in held if entry.isfile() and entry.mode & 0o111}
    assert {name for name in programs if ".so" not in name} == {"docent-verifier/bin/python3"}
    assert [entry.name for entry in held if entry.mode & 0o6000] == []
    names = " ".join(entry.name for entry in held)
    for unwanted in ("/sh", "busybox", "apt", "dpkg", "pip", "_ssl", "_hashlib", "ctypes", "subprocess"):
        assert unwanted not in names.split("/"), unwanted
        assert f"/{unwanted}." not in names, unwanted


def test_nothing_in_its_settings_is_a_secret_or_a_right(api: Any) -> None:
    config = api.inspect_image(VERIFIER)["Config"]
    assert config["User"] == "65534:65534"
    assert config["Entrypoint"] == entrypoint()
    assert {line.split("=")[0] for line in config["Env"]} == {"LC_ALL", "PATH"}


def test_a_warm_verifier_answers_under_all_limits_and_leaves_at_once(api: Any, create: Callable[..., str]) -> None:
    container = create(VERIFIER, command=["wait"])
    api.start(container)
    said = ask(api, container, {"op": "files", "paths": ["/docent-verifier/bin/python3", "/etc/*"]})
    assert said["ok"] is True
    assert said["results"][0]["matches"][0]["exists"] is True
    assert ask(api, container, {"op": "tcp", "host": "127.0.0.1", "port": 9})["error"] == "refused"
    began = time.monotonic()
    api.stop(container, timeout=20)
    # the engine's own SIGKILL would come after 20 seconds, and be told by its status
    assert api.inspect_container(container)["State"]["ExitCode"] == 0
    assert time.monotonic() - began < 20


def test_a_real_database_lets_the_verifier_in_and_answers(api: Any, create: Callable[..., str]) -> None:
    limits = {"read_only": False, "cap_drop": [], "mem_limit": "256m", "memswap_limit": "256m", "pids_limit": 128}
    database = create("mysql:8.0", environment={"MYSQL_ROOT_PASSWORD": "secret"}, limits=limits)
    api.start(database)
    verifier = create(VERIFIER, command=["wait"], limits={"network_mode": f"container:{database}"})
    api.start(verifier)
    logins = [{"user": "root", "password": "old"}, {"user": "root", "password": "secret"}]
    question = {
        "op": "sql",
        "host": "127.0.0.1",
        "logins": logins,
        "query": "select count(*), ? from mysql.db where 1=0",
    }
    said = ask(api, verifier, {**question, "values": ["'ö"], "retry_for_s": 40, "deadline_s": 60})
    assert said.get("rows") == [["0", "'ö"]], said
    said = ask(api, verifier, {**question, "values": ["x"], "logins": logins[:1]})
    assert said["error"] == "denied"


def test_process_one_buries_what_others_leave_behind(api: Any, create: Callable[..., str]) -> None:
    container = create(VERIFIER, command=["wait"])
    api.start(container)
    for _ in range(40):  # more than it may have processes at a time
        assert ask(api, container, {"op": "dns", "name": "localhost"})["ok"] is True
    assert len(api.top(container)["Processes"]) == 1


def test_the_probe_looks_into_the_node_image(look: Callable[..., dict[str, Any]]) -> None:
    found = look("node:24-alpine", {"path": "/usr/local/etc/npmrc", "text": True}, "/usr/local/bin/n*", "/app")
    assert "prefer-offline=true" in found["/usr/local/etc/npmrc"][0]["text"]
    assert {match["path"] for match in found["/usr/local/bin/n*"]} >= {"/usr/local/bin/node", "/usr/local/bin/npm"}
    assert found["/app"] == [{"path": "/app", "exists": False}]


def test_the_probe_looks_into_an_image_without_any_library(look: Callable[..., dict[str, Any]]) -> None:
    assert look("alpine:latest", "/bin/sh")["/bin/sh"][0]["exists"] is True


def test_the_probe_looks_into_an_image_that_holds_one_file(
    look: Callable[..., dict[str, Any]], image_from: Callable[[str], str]
) -> None:
    image = image_from('FROM scratch\nCOPY Dockerfile /only/one\nCMD ["/none"]\n')
    found = look(image, "/only/*", "/bin/sh", "/usr")
    assert [match["path"] for match in found["/only/*"]] == ["/only/one"]
    assert [found[path][0]["exists"] for path in ("/bin/sh", "/usr")] == [False, False]


def test_v12_nothing_that_an_image_sets_or_holds_changes_the_answer(
    look: Callable[..., dict[str, Any]], image_from: Callable[[str], str]
) -> None:
    image = image_from(
        "FROM node:24-alpine\n"
        "ENV LD_PRELOAD=/evil.so LD_AUDIT=/evil.so LD_LIBRARY_PATH=/evil LD_DEBUG=all LD_TRACE_LOADED_OBJECTS=1\n"
        "ENV LD_SHOW_AUXV=1 GLIBC_TUNABLES=glibc.malloc.check=3 LC_ALL=xx LOCPATH=/evil PATH=/evil\n"
        "ENV PYTHONPATH=/evil PYTHONHOME=/evil PYTHONSTARTUP=/evil/json.py\n"
        "RUN export PATH=/bin; mkdir /evil; echo 'raise SystemExit' > /evil/json.py; echo broken > /evil.so\n"
        "RUN export PATH=/bin; echo /evil.so > /etc/ld.so.preload\n"
        "RUN export PATH=/bin; mkdir -p /.docent/lib /docent-verifier; echo broken > /.docent/lib/ld.so\n"
        "WORKDIR /evil\nVOLUME /.docent/lib\nUSER node\n"
        'ENTRYPOINT ["/evil.so"]\nHEALTHCHECK CMD /evil.so\n'
    )
    found = look(image, {"path": "/etc/ld.so.preload", "text": True}, "/evil/*")
    assert found["/etc/ld.so.preload"][0]["text"] == "/evil.so\n"
    assert [match["path"] for match in found["/evil/*"]] == ["/evil/json.py"]
