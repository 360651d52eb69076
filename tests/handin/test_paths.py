"""What has a name inside a project, and what of a container belongs to its kernel."""

from __future__ import annotations

import pytest

from bot.handin.paths import inside, of_the_kernel

INSIDE = [
    ("src/index.js", "src/index.js"),
    ("./src//index.js", "src/index.js"),
    ("src\\static\\app.js", "src/static/app.js"),
    ("a/../b", "b"),
    ("", "."),
    (".", "."),
    ("a/..", "."),
    ("...", "..."),
    ("notes/größe.md", "notes/größe.md"),
    ("a~b", "a~b"),
    ("x" * 200, "x" * 200),
]


@pytest.mark.parametrize(("path", "found"), INSIDE)
def test_a_path_of_the_project_is_made_plain(path: str, found: str) -> None:
    assert inside(path) == found


OUTSIDE = [
    ("above", ".."),
    ("above with a backslash", "..\\x"),
    ("above from inside", "a/../../b"),
    ("the root", "/"),
    ("of the host", "/etc/passwd"),
    ("of the host, the other slash", "\\etc\\passwd"),
    ("home", "~/x"),
    ("drive", "C:\\x"),
    ("drive alone", "c:"),
    ("one letter too long", "x" * 201),
    ("nul", "a\x00b"),
    ("line end", "a\nb"),
    ("the last control sign", "a\x1fb"),
    ("delete", "a\x7fb"),
    ("next line", "a\x85b"),
    ("the last of the second row", "a\x9fb"),
]


@pytest.mark.parametrize(("name", "path"), OUTSIDE, ids=[row[0] for row in OUTSIDE])
def test_nothing_outside_of_the_project_has_a_name(name: str, path: str) -> None:
    assert inside(path) is None, name


@pytest.mark.parametrize("folder", ["/proc", "/sys/fs", "/dev/", "//proc", "/./proc/self", "/app/../sys", "/../dev"])
def test_a_folder_of_the_kernel_is_known_however_it_is_written(folder: str) -> None:
    assert of_the_kernel(folder)


@pytest.mark.parametrize("folder", ["/", "/app", "/app/proc", "/process", "/device", "/proc/../app"])
def test_any_other_folder_is_the_containers_own(folder: str) -> None:
    assert not of_the_kernel(folder)
