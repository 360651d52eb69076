"""The scribe hands everything on as it is, and keeps what lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.ending.pages import PageKind
from bot.core.learner import Learner
from bot.core.messages import CheckCard, CheckState, CommandOutput, Editor, Note, ProgramSaid, StatusCard
from bot.core.workshop import StepRef
from bot.errors import CardGone
from bot.handin.plan import Output
from bot.ports import Chat, Keepsake, Where
from bot.progress.notebooks import SqlNotebooks
from bot.progress.store import SqlStore, open_store
from bot.workbench import Scribe
from tests.fakes import MemoryChat

ADA = Where("D1", "U1")
RUN = StepRef("02", "run")
PS = CommandOutput("docker ps", Output("CONTAINER ID"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(tmp_path / "db.sqlite")
    await store.record(Learner("U1", "Ada", at=RUN), "made")
    yield store
    await store.close()


@pytest.fixture
def real() -> MemoryChat:
    return MemoryChat()


@pytest.fixture
def notebooks(store: SqlStore) -> SqlNotebooks:
    return SqlNotebooks(store.database)


@pytest.fixture
def chat(real: MemoryChat, notebooks: SqlNotebooks) -> Chat:
    return Scribe(real, notebooks)  # mypy checks the signatures


async def test_everything_reaches_the_real_chat(chat: Chat, real: MemoryChat) -> None:
    home = StatusCard("Ada", "Docker workshop", (), "", started=True, finished=False)
    ts = await chat.show(ADA, Note("a"))
    await chat.update("D1", ts, Note("b"), owner="U1", final=False)
    await chat.replace(Where("D1", "U1", card=ts), Note("c"))
    await chat.whisper(ADA, "psst")
    await chat.open_form(ADA, Editor("Dockerfile", ""))
    await chat.publish_home("U1", home)
    await chat.send_file(ADA, Keepsake("a.txt", b"a"))
    async with chat.busy(ADA, "is busy") as progress:
        progress("is still busy")
    assert real.said == [Note("c")]
    assert real.whispers == [("U1", "psst")]
    assert (len(real.forms), real.homes, len(real.files)) == (1, {"U1": home}, 1)
    assert real.statuses == ["is busy", "is still busy", ""]


async def test_what_lasts_is_kept_and_a_whispered_token_is_not(chat: Chat, notebooks: SqlNotebooks) -> None:
    await chat.show(ADA, PS)
    await chat.show(ADA, Note("Good."))
    await chat.whisper(ADA, "your token is docent-1234")
    card = await chat.show(ADA, CheckCard(RUN, 7, "Run", CheckState.QUEUED, ()))
    for state in CheckState:
        await chat.update("D1", card, CheckCard(RUN, 7, "Run", state, ()), owner="U1", final=state is CheckState.ENDED)
    assert [(page.kind, page.wrote, page.ref) for page in await notebooks.pages("U1")] == [
        (PageKind.COMMAND, "docker ps", RUN),
        (PageKind.CHECK, "Run", RUN),
    ]


async def test_of_what_a_program_goes_on_saying_the_last_is_kept_in_its_place(
    chat: Chat, notebooks: SqlNotebooks
) -> None:
    line = "docker run -it ubuntu bash"
    first = await chat.show(ADA, ProgramSaid("$ ls", line=line))
    await chat.show(ADA, ProgramSaid("$ pwd\n/", line=line))
    await chat.update("D1", first, ProgramSaid("$ ls\nbin etc", line=line), owner="U1", final=False)
    pages = await notebooks.pages("U1")
    assert [(page.kind, page.wrote, page.came) for page in pages] == [
        (PageKind.PROGRAM, line, "$ ls\nbin etc"),
        (PageKind.PROGRAM, line, "$ pwd\n/"),
    ]


async def test_a_card_that_is_gone_is_told_as_before(chat: Chat, notebooks: SqlNotebooks) -> None:
    with pytest.raises(CardGone):
        await chat.update("D1", "1.0", CheckCard(RUN, 7, "Run", CheckState.ENDED, ()), owner="U1", final=True)
    assert await notebooks.pages("U1") == []
