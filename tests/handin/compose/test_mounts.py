"""`volumes:` of a service: what may be seen where, form by form."""

# ruff: noqa: E501 - a table reads by the row

from __future__ import annotations

import pytest

from bot.handin.compose.plan import ComposePlan, ComposeProblem, Mount
from bot.handin.compose.read import read_compose
from bot.handin.plan import BindMount, VolumeMount

SYSTEM = ("/", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/etc", "/boot", "/run", "/var/run")


def read(mounts: str) -> ComposePlan | ComposeProblem:
    text = f"services:\n  app:\n    image: alpine\n    volumes: [{mounts}]\nvolumes: {{data: }}\n"
    return read_compose(text, project="x")


def long(**fields: str) -> str:
    return f"{{{', '.join(f'{key}: {value}' for key, value in fields.items())}}}"


FINE = [
    ("data:/x", VolumeMount("x_data", "/x")),
    ("'data:/x/../y/:ro,z'", VolumeMount("x_data", "/y", read_only=True)),
    ("/cache", VolumeMount("", "/cache")),
    ("./src:/src", BindMount("src", "/src")),
    (f"data:/{'a' * 199}", VolumeMount("x_data", f"/{'a' * 199}")),
    ("data:/var/run/x", VolumeMount("x_data", "/var/run/x")),
    (long(type="volume", source="data", target="/x"), VolumeMount("x_data", "/x")),
    (long(type="volume", source="data", target="/x", volume="{nocopy: true}"), VolumeMount("x_data", "/x")),
    (long(type="volume", target="/x", read_only="true"), VolumeMount("", "/x", read_only=True)),
    (long(type="bind", source="src", target="/src", bind="{create_host_path: false}"), BindMount("src", "/src")),
]


@pytest.mark.parametrize(("mount", "plan"), FINE)
def test_volumes_and_the_project_can_be_mounted(mount: str, plan: Mount) -> None:
    found = read(mount)
    assert isinstance(found, ComposePlan), found
    assert found.services[0].mounts == (plan,)


WRONG = [
    ("a drive alone", "'C:'", "HOST_MOUNT", "a drive of Windows"),
    ("a drive as a volume", long(type="volume", source="'C:x'", target="/x"), "MOUNT_TYPE", "is a folder"),
    ("a folder as a volume", long(type="volume", source="./src", target="/x"), "MOUNT_TYPE", "is a folder"),
    ("nothing as a bind", long(type="bind", target="/x"), "BAD_VALUE", "needs a `source:`"),
    ("no type", long(source="data", target="/x"), "BAD_VALUE", "needs a `type:`"),
    ("an unknown type", long(type="npipe", source="x", target="/x"), "MOUNT_TYPE", "type `npipe`"),
    ("no place", long(type="volume", source="data"), "BAD_TARGET", "begin with a slash"),
    ("options in a word", long(type="bind", source=".", target="/x", bind="shared"), "WRONG_KIND", "followed by keys"),
    ("options in a list", long(type="bind", source=".", target="/x", bind="[shared]"), "WRONG_KIND", "followed by keys"),
    ("an option of the host", long(type="bind", source=".", target="/x", bind="{selinux: z}"), "COMPOSE_KEY", "`bind.selinux`"),
    ("an option that is no boolean", long(type="volume", target="/x", volume="{nocopy: x}"), "WRONG_KIND", "`true` or `false`"),
    ("two at one place", "data:/x, ./src:/x/", "BAD_VALUE", "`/x` is mounted twice"),
    ("one above the most", ", ".join(f"/x{n}" for n in range(21)), "TOO_MANY", "21 mounts"),
    ("a long place", f"data:/{'a' * 200}", "BAD_TARGET", "begin with a slash"),
    ("a sign of control in a place", '"data:/a\\tb"', "BAD_TARGET", "begin with a slash"),
    ("a folder of the kernel", "data:/x/../sys", "BAD_TARGET", "the container's own system"),
    ("a file without its dot", "a.js:/x", "UNDEFINED_VOLUME", "begins with `./`: `./a.js`"),
    ("a folder without its dot", "src/x:/x", "UNDEFINED_VOLUME", "begins with `./`: `./src/x`"),
    ("a volume that is none", "db:/x", "UNDEFINED_VOLUME", "is not declared"),
    *((f"over {folder}", f"./src:{folder}", "BAD_TARGET", "the container's own system") for folder in SYSTEM),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mounts", "code", "say"), WRONG, ids=[row[0] for row in WRONG])
def test_a_mount_that_cannot_be_is_refused(name: str, mounts: str, code: str, say: str) -> None:
    found = read(mounts)
    assert isinstance(found, ComposeProblem), name
    assert found.code == code
    assert say in found.say


def test_so_many_mounts_are_fine() -> None:
    found = read(", ".join(f"/x{n}" for n in range(20)))
    assert isinstance(found, ComposePlan)
    assert len(found.services[0].mounts) == 20
