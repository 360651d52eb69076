from __future__ import annotations

import hashlib
import itertools
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.plan import PullImage
from bot.sandbox.names import Owner
from bot.sandbox.recipe import MIB, Limits
from bot.sandbox.sharing.contents import Unpacking
from bot.sandbox.sharing.issuer import Access
from bot.sandbox.sharing.judged import (
    LAYERS,
    MANIFESTS,
    PACKED_MB,
    Blob,
    Manifest,
    chosen,
    config_problem,
    manifest_of,
    platform,
    size_problem,
)
from bot.sandbox.sharing.layout import Address, config
from bot.sandbox.sharing.scopes import granted, owns
from bot.sandbox.sharing.transfer import Screen

ADA = Owner("main", "U1")
DIGEST = "sha256:" + hashlib.sha256(b"x").hexdigest()


def raw(**changed: object) -> dict[str, object]:
    layer = {"mediaType": LAYERS[1], "digest": DIGEST, "size": 10}
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": DIGEST, "size": 10}
    return {"schemaVersion": 2, "mediaType": MANIFESTS[1], "config": config, "layers": [layer]} | changed


def test_a_usual_manifest_is_read() -> None:
    found = manifest_of(raw())
    assert isinstance(found, Manifest)
    assert [layer.size for layer in found.layers] == [10]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"schemaVersion": 1}, "unknown kind"),
        ({"mediaType": "application/vnd.docker.plugin.v1+json"}, "unknown kind"),
        (
            {"layers": [{"mediaType": LAYERS[1], "digest": DIGEST, "size": 1, "urls": ["http://169.254.169.254/"]}]},
            "fetched",
        ),
        ({"layers": [{"mediaType": "application/x-executable", "digest": DIGEST, "size": 1}]}, "unknown kind"),
        ({"layers": [{"mediaType": LAYERS[1], "digest": "md5:1", "size": 1}]}, "cannot be read"),
        ({"layers": [{"mediaType": LAYERS[1], "digest": DIGEST, "size": -1}]}, "cannot be read"),
        ({"layers": "many"}, "cannot be read"),
        ({"config": None}, "cannot be read"),
    ],
)
def test_a_strange_manifest_is_not_taken_in(changed: dict[str, object], why: str) -> None:
    found = manifest_of(raw(**changed))
    assert isinstance(found, str)
    assert why in found


def sized(*sizes: int, config: int = 10) -> Manifest:
    return Manifest(Blob(DIGEST, config, ""), tuple(Blob(DIGEST, size, LAYERS[0]) for size in sizes))


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (sized(PACKED_MB * MIB), ""),
        (sized(PACKED_MB * MIB, 1), "MB is the most"),
        (sized(*[1] * Limits().image_layers), ""),
        (sized(*[1] * (Limits().image_layers + 1)), "layers"),
        (sized(1, config=10 * MIB), "description"),
    ],
)
def test_size_has_a_limit(manifest: Manifest, why: str) -> None:
    found = size_problem(manifest, Limits())
    assert (why in found) if why else not found


OWN = {
    "docent.instance": "main",
    "docent.learner": "u1",
    "docent.bases": "alpine:latest",
    "docent.standin": "true",
    "docent.layer": "true",
}


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({}, ""),
        ({"config": {"Labels": {"maintainer": "ada"}, "Volumes": {"/data": {}}}}, ""),
        ({"config": {"Labels": OWN}}, ""),
        ({"config": {"Labels": {**OWN, "docent.learner": "u2"}}}, "docent."),
        ({"config": {"Labels": {**OWN, "docent.kind": "verifier"}}}, "docent."),
        ({"config": {"Labels": {"docent.instance": "main"}}}, "docent."),
        ({"config": {"Labels": {"Docent.learner": "u1"}}}, "docent."),
        ({"config": {"Labels": ["docent.learner=u2"]}}, "docent."),
        pytest.param({"config": {"OnBuild": ["RUN x"]}}, "ONBUILD", id="D14 OnBuild"),
        pytest.param({"config": {"WorkingDir": "/proc/self/fd/7"}}, "kernel", id="D22 working dir"),
        pytest.param({"config": {"WorkingDir": "/app/../proc/self/fd/7"}}, "kernel", id="D22 working dir with dots"),
        ({"config": {"WorkingDir": "/app"}}, ""),
        ({"config": {"Volumes": {"/": {}}}}, "volume"),
        ({"config": {"Volumes": {"/a/../b": {}}}}, "volume"),
        ({"config": {"Volumes": {"/.docent-x": {}}}}, "volume"),
        ({"config": {"Volumes": {"etc": {}}}}, "volume"),
        ({"config": {"Volumes": {f"/v{n}": {} for n in range(11)}}}, "volumes"),
        ({"config": []}, ""),
        ({"config": "x"}, "cannot be read"),
    ],
)
def test_what_an_image_says_of_itself_is_judged(config: dict[str, object], why: str) -> None:
    found = config_problem(config, ADA)
    assert (why in found) if why else not found


def test_an_index_is_searched_for_this_hosts_kind_of_machine() -> None:
    def entry(digest: str, architecture: str, **more: str) -> dict[str, object]:
        return {"digest": digest, "platform": {"os": "linux", "architecture": architecture, **more}}

    proof = {"digest": "sha256:p", "platform": {"os": "unknown", "architecture": "unknown"}}
    index = {"manifests": [entry("sha256:arm", "arm64", variant="v8"), entry("sha256:amd", "amd64"), proof, "junk"]}
    assert chosen(index, "linux/amd64") == ("sha256:amd", ("linux/arm64/v8", "linux/amd64"))
    assert chosen({"manifests": index["manifests"][:1]}, "linux/amd64") == ("", ("linux/arm64/v8",))
    assert platform({"os": "linux", "architecture": "arm64"}) == "linux/arm64"


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["repository:ada/app:pull,push"], (Access("ada/app", ("pull", "push")),)),
        (["repository:ada/app:*"], ()),
        (["repository:ada/app:delete"], ()),
        (["repository:ada/app:pull repository:ada/b:push"], (Access("ada/app", ("pull",)), Access("ada/b", ("push",)))),
        (["repository:adam/app:push", "repository:ada:push", "repository:/ada/app:push"], ()),
        (["repository:ada/app@sha256:x:push", "registry:catalog:*", "repository(plugin):ada/app:push", ""], ()),
        (["repository:ada.example.com/app:push", "repository:localhost/ada/app:push"], ()),
    ],
)
def test_scopes_are_cut_to_the_learners_own_namespace(scopes: list[str], expected: tuple[Access, ...]) -> None:
    assert granted("ada", scopes) == expected


@given(st.lists(st.text(alphabet="ado/.:-_repositygrc,puslh* ", max_size=60), max_size=5))
def test_no_wording_of_a_scope_reaches_out_of_the_namespace(scopes: list[str]) -> None:
    for access in granted("ada", scopes):
        assert access.repository.startswith("ada/")
        assert set(access.actions) <= {"pull", "push"}


def test_an_empty_namespace_owns_nothing() -> None:
    assert not owns("", "/app")
    assert not owns("", "app")


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def unpacked(packed: bytes, most: int, step: int = 1000) -> int:
    reader, size = Unpacking(), 0
    for at in range(0, len(packed), step):
        size += reader.grown(packed[at : at + step], most - size)
        if size > most:
            break
    return size


def test_what_a_layer_unpacks_to_is_counted_in_all_its_members() -> None:
    data = bytes(itertools.islice(itertools.cycle(range(251)), 300_000))
    assert unpacked(gzipped(data) + gzipped(data[:7]), 10**9) == 300_007


def test_a_bomb_is_not_counted_to_its_end() -> None:
    bomb = gzipped(bytes(64 * MIB))
    assert len(bomb) < 100_000
    assert MIB < unpacked(bomb, MIB, step=len(bomb)) < 4 * MIB


def test_junk_is_no_layer() -> None:
    with pytest.raises(zlib.error):
        unpacked(b"not gzip at all", 100)


def test_a_screen_shows_each_layer_once_as_it_was_left() -> None:
    screen = Screen()
    told = [
        screen.feed(json.loads(line))
        for line in (
            '{"status":"The push refers to repository [x]"}',
            '{"status":"Preparing","progressDetail":{},"id":"aaa"}',
            '{"status":"Pushing","progressDetail":{"current":5,"total":9},"id":"aaa"}',
            '{"status":"Pushing","progressDetail":{"current":9,"total":9},"id":"aaa"}',
            '{"status":"Layer already exists","progressDetail":{},"id":"bbb"}',
            '{"status":"Pushed","progressDetail":{},"id":"aaa"}',
            f'{{"status":"latest: digest: {DIGEST} size: 12"}}',
            '{"progressDetail":{},"aux":{"Tag":"latest"}}',
        )
    ]
    assert screen.layer_lines() == ["aaa: Pushed", "bbb: Layer already exists"]
    assert (screen.digest, screen.error) == (DIGEST, "")
    assert told[2:4] == ["aaa: Pushing", ""]
    screen.layers |= {
        "ccc": "Mounted from grace/app",
        "ddd": "Mounted from ada/app",
        "eee": "Mounted from library/node",
    }
    screen.hide_sources("ada")
    assert screen.layer_lines()[2:] == ["ccc: Pushed", "ddd: Mounted from ada/app", "eee: Mounted from library/node"]
    screen.feed({"errorDetail": {"message": "denied"}, "error": "denied"})
    assert screen.error == "denied"


def test_a_password_is_not_in_what_a_plan_shows_of_itself() -> None:
    from bot.handin.plan import Login

    assert "s3cret" not in repr(Login("ada", "", "s3cret"))
    assert repr(PullImage("x")) != ""


def test_a_published_registry_sends_clients_to_its_own_name_for_tokens() -> None:
    def realm(public: str) -> object:
        auth = config(Address(public=public), "127.0.0.1:5056")["auth"]
        assert isinstance(auth, dict)
        return auth["token"]["realm"]

    assert realm("registry.example.org") == "https://registry.example.org/token"
    assert realm("") == "http://127.0.0.1:5056/token"
