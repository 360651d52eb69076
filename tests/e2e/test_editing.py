"""A learner edits a long file through a window of lines, and takes it back; a whole project is taken back in one go."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import open_school

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

APP = "src/static/js/app.js"
OLD, NEW = "No items yet! Add one above!", "You have no todo items yet! Add one above!"


async def test_lines_of_a_long_file_and_a_whole_project_are_changed_and_taken_back(tmp_path: Path) -> None:
    async with open_school(tmp_path, pace=False) as school:
        ada = await school.enter("Ada")
        await ada.say("start")
        await ada.wait_for("step 1 of", 10)
        await ada.say("go 03")
        await ada.wait_for("in line 56", 10)
        before = dict(await school.bot.store.files(ada.id))

        await ada.press(f"Write {APP}")  # the step knows which lines it is about
        form = await ada.wait_for("Lines 53–", 10)
        assert OLD in str(form.raw)
        lines = before[APP].decode().split("\n")
        label = next(part for part in str(form.text).split("\n") if part.startswith("Lines 53–"))
        last = int(label.split("–")[1].split(" ")[0])
        await ada.fill(f"Lines 53–{last} of {APP}", "\n".join(lines[52:last]).replace(OLD, NEW))
        await ada.submit()
        saved = await ada.wait_for("Updated", 10)
        assert NEW in saved.text
        assert (await school.bot.store.files(ada.id))[APP] == before[APP].replace(OLD.encode(), NEW.encode())

        await ada.say("undo")
        await ada.wait_for("Updated", 10)
        assert await school.bot.store.files(ada.id) == before

        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("mine-main/package.json", "{}")
            archive.writestr("mine-main/index.js", "console.log(1)\n")
        await ada.upload("mine-main.zip", content=packed.getvalue())
        await ada.wait_for("is your project now: 2 files", 10)
        assert set(await school.bot.store.files(ada.id)) == {"package.json", "index.js", ".dockerignore"}
        await ada.say("undo")
        await ada.wait_for("The last change is taken back", 10)
        assert await school.bot.store.files(ada.id) == before
