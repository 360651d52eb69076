"""Talks with programs: `docker run -it` and its like open a thread, and each reply there is a line of input.

What a program says is one message a line of input, edited while it goes on. What is typed may be a password: it is in
no log and no journal.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.core import words
from bot.core.messages import Note, ProgramSaid
from bot.errors import CardGone, ChatError, HostError
from bot.handin.keyboard import read_typed
from bot.handin.plan import Output, Refusal, Talkative
from bot.ports import Chat, Conversation, Heard, Sandbox, Store, Where
from bot.workbench.files import ProjectFiles
from bot.workbench.said import came_back, our_side

log = structlog.get_logger(__name__)

FIRST_WORD_S = 2.0  #: what has ended by then was no conversation, and is shown like any other output
IDLE_S = 600.0
THREADS = 100  #: how many threads are remembered


@dataclass(slots=True)
class _Talk:
    line: str
    where: Where  #: the thread
    conversation: Conversation
    root: str  #: ts of our message that says how it works
    idle: asyncio.Timeout | None = None
    messages: dict[int, str] = field(default_factory=dict)  #: line of input → ts of what was said to it
    secret: bool = False
    said_bye: str = ""  #: why we ended it
    over: bool = False  #: nothing more is heard, though its end may not be told yet
    listening: asyncio.Task[None] | None = None

    def touched(self) -> None:
        if self.idle is not None and not self.idle.expired():
            self.idle.reschedule(asyncio.get_running_loop().time() + IDLE_S)


class Talks:
    """The programs that learners talk with, one each."""

    def __init__(self, files: ProjectFiles, store: Store, sandbox: Sandbox, chat: Chat) -> None:
        self._files, self._store, self._sandbox, self._chat = files, store, sandbox, chat
        self._open: dict[str, _Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def holds(self, learner: str, thread: str) -> bool:
        """Tell whether a reply in this thread is meant for a program, one that a restart of ours ended included."""
        talk = self._open.get(learner)
        if talk is not None and talk.where.thread == thread:
            return True
        return bool(thread) and thread in (await self._store.note(_key(learner))).split()

    async def begin(self, learner: str, line: str, plan: Talkative, where: Where) -> Output | None:
        """Open a conversation and return None; where the program has ended at once, return its output.

        Raises: `HostError`, `ChatError`.
        """
        if learner in self._open:
            return Output("", 1, note=words.talks_already(self._open[learner].line))
        opened = await self._sandbox.converse(learner, plan, await self._files.all(learner))
        if isinstance(opened, Output):
            return opened
        heard = await _first(opened)
        if heard is None:
            return await opened.ended()
        try:
            talk = await self._thread(learner, line, where.without_press(), opened)
            await self._show(talk, heard)
        except ChatError:
            await opened.close()
            raise
        self._open[learner] = talk
        talk.listening = self._spawn(self._listen(learner, talk))
        return None

    async def _thread(self, learner: str, line: str, where: Where, opened: Conversation) -> _Talk:
        """Open the thread; somebody who is in one already stays in it, because Slack has no threads within threads."""
        ts = await self._chat.show(where, Note(words.talk_opened(line, here=bool(where.thread))))
        if where.thread:
            return _Talk(line, where, opened, root=ts)
        threads = [*(await self._store.note(_key(learner))).split(), ts]
        await self._store.remember(_key(learner), " ".join(threads[-THREADS:]))
        return _Talk(line, replace(where, thread=ts), opened, root=ts)

    async def typed(self, learner: str, text: str, where: Where) -> None:
        """Type a reply into the learner's program."""
        talk = self._open.get(learner)
        if talk is None or talk.over or talk.where.thread != where.thread:
            await self._chat.show(where, Note(words.TALK_LOST))
            return
        typed = read_typed(text, secret=talk.secret)
        if isinstance(typed, Refusal):
            await self._chat.show(where, Note(typed.say))
            return
        talk.touched()
        await talk.conversation.type(*typed)

    async def leave(self, learner: str) -> None:
        """End the learner's conversation, if there is one; nothing of it is heard when this returns."""
        talk = self._open.get(learner)
        if talk is not None and talk.listening is not None:
            await talk.conversation.close()
            await asyncio.wait({talk.listening}, timeout=FIRST_WORD_S)

    async def close(self) -> None:
        """End every conversation, saying that we stop."""
        for talk in list(self._open.values()):
            talk.said_bye = words.TALK_STOPPED
            await talk.conversation.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FIRST_WORD_S)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, learner: str, talk: _Talk) -> None:
        try:
            try:
                async with asyncio.timeout(IDLE_S) as talk.idle:
                    while heard := await talk.conversation.hear():
                        await self._show(talk, heard)
            except TimeoutError:
                talk.over, talk.said_bye = True, words.TALK_IDLE
                await talk.conversation.close()
            talk.over = True
            await self._end(learner, talk, await talk.conversation.ended())
        except HostError as error:
            log.warning("talk_broke_off", learner=learner, error=str(error))
            await self._chat.show(talk.where, our_side(str(error)))
        except ChatError as error:
            log.warning("not_said", learner=learner, action="talk", error=str(error))
            await talk.conversation.close()
        finally:
            self._open.pop(learner, None)

    async def _show(self, talk: _Talk, heard: Heard) -> None:
        talk.secret = heard.secret
        await self._say(
            talk,
            heard.turn,
            ProgramSaid(heard.text, note=words.TYPE_IN_PRIVATE if heard.secret else "", line=talk.line),
        )

    async def _end(self, learner: str, talk: _Talk, output: Output) -> None:
        code = f"It ended with exit code {output.exit_code}." if output.exit_code else "It has ended."
        changed = came_back(await self._files.collect(learner))
        note = " ".join(filter(None, (talk.said_bye or code, output.note, changed)))
        await self._say(talk, talk.conversation.turn, ProgramSaid(output.text, over=True, note=note, line=talk.line))
        await self._over(talk)

    async def _over(self, talk: _Talk) -> None:
        """Say at the top, too, that nobody reads replies any more."""
        note = Note(words.talk_over(talk.line))
        with contextlib.suppress(CardGone):
            await self._chat.update(talk.where.channel, talk.root, note, owner=talk.where.user, final=True)

    async def _say(self, talk: _Talk, turn: int, message: ProgramSaid) -> None:
        ts = talk.messages.get(turn)
        if ts is None:
            talk.messages[turn] = await self._chat.show(talk.where, message)
        else:
            await self._chat.update(talk.where.channel, ts, message, owner=talk.where.user, final=message.over)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name="talk")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _key(learner: str) -> str:
    """Return under which name the threads of a learner's programs are remembered: what comes late is no message to us,
    and may be a password."""
    return f"talk.{learner}"


async def _first(conversation: Conversation) -> Heard | None:
    """Return what a program says first, None when it has ended by then; one that says nothing said nothing."""
    heard = Heard(0, "")
    try:
        async with asyncio.timeout(FIRST_WORD_S):
            while not heard.waits:
                said = await conversation.hear()
                if said is None:
                    return None
                heard = said
    except TimeoutError:
        pass
    return heard
