"""A learner brings a project in the layout of the original app, packed: the same solutions pass the same checks."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from bot.authoring.rehearse import Rehearsal, Scene, chosen
from bot.authoring.stage import Player
from tests.e2e.conftest import open_school

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

PROJECT = Path(__file__).parents[1] / "projects" / "getting-started-app"


def packed(folder: Path) -> Path:
    """Return the project as a person packs it: its folder, with what git and npm left in there."""
    path = folder / "getting-started-app.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(PROJECT, "getting-started-app")
        link = tarfile.TarInfo("getting-started-app/node_modules/.bin/mime")
        link.type, link.linkname = tarfile.SYMTYPE, "../mime/cli.js"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("getting-started-app/.git/config"))
    return path


async def test_a_project_of_the_original_layout_passes_the_same_checks(tmp_path: Path) -> None:
    scenes: list[Scene] = []
    async with open_school(tmp_path, pace=False) as school:
        ada = await school.enter("Ada")
        workshop, store = school.bot.workshop, school.bot.store
        player = Player(workshop, school.settings.workshop, ada, store, packed(tmp_path))
        rehearsal = Rehearsal(workshop, player, store, school.bot.sandbox, scenes.append)
        for section in chosen(workshop, ("02", "03", "05", "06", "09")):
            await rehearsal.play(section, wrong=False)
        files = await store.files(ada.id)
    assert [(str(scene.ref), scene.seen) for scene in scenes if not scene.ok] == []
    assert len(scenes) > 10
    assert "src/routes/getItems.js" in files, "it was their project all along"
    assert "test/app.test.js" not in files
    assert not any(path.startswith(("node_modules/", ".git/")) for path in files)
