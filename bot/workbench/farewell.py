"""What learners take away and leave behind: the lab notebook, the certificate, their feedback."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core.ending import words
from bot.core.ending.certificate import Certificate, number_of
from bot.core.ending.notebook import write_notebook
from bot.core.learner import Learner
from bot.core.messages import FeedbackCard, Note, Offer, Survey
from bot.core.workshop import Workshop
from bot.errors import ChatError, HostError
from bot.handin.paths import FOLDER
from bot.pictures.certificate import certificate as draw
from bot.pictures.letters import drawable
from bot.ports import Badges, Camera, Chat, Feedback, Feedbacks, Keepsake, Notebooks, Staff, Store, Where
from bot.workbench.files import ProjectFiles

log = structlog.get_logger(__name__)

THEN = (1980, 1, 1, 0, 0, 0)  #: the first time that an archive can hold: the same files give the same archive
PATIENCE_S = 3.0  #: a learner waits no longer for their instructors' channel


class Farewell:
    """Gives and takes what is left of the workshop.

    `workspace` is the name of the instructors' workspace, '' unknown; `secret` makes numbers that nobody else can make.
    """

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        notebooks: Notebooks,
        feedbacks: Feedbacks,
        chat: Chat,
        staff: Staff,
        files: ProjectFiles,
        camera: Camera,
        *,
        workspace: str,
        start_files: Mapping[str, bytes],
        secret: str,
        clock: Callable[[], datetime],
        badges: Badges | None = None,
    ) -> None:
        self._badges = badges
        self.notebooks = notebooks
        self._workshop = workshop
        self._store = store
        self._feedbacks = feedbacks
        self._chat = chat
        self._staff = staff
        self._files = files
        self._camera = camera
        self._workspace = workspace
        self._start_files = start_files
        self._secret = secret
        self._clock = clock
        self._telling = asyncio.Lock()
        self._tellings: set[asyncio.Task[None]] = set()

    async def send_notebook(self, learner: Learner, where: Where) -> None:
        """Write the learner's notebook and send it, with their project."""
        pages = await self.notebooks.pages(learner.id)
        files = await self._files.all(learner.id)
        workshop = self._workshop.seen_by(learner.namespace)
        # a long one takes a while to write: not on the loop that answers everybody
        text = await asyncio.to_thread(
            write_notebook, workshop, learner, pages, files, self._start_files, self._clock()
        )
        name = f"notebook-{self._workshop.id}.md"
        await self._chat.send_file(where.without_press(), Keepsake(name, text.encode(), say=words.NOTEBOOK))
        if files:
            name = f"project-{self._workshop.id}.zip"
            project = await asyncio.to_thread(packed, files)
            await self._chat.send_file(where.without_press(), Keepsake(name, project, say=words.PROJECT))

    async def send_certificate(self, learner: Learner, certificate: Certificate, where: Where) -> None:
        """Draw the certificate and send it, with its badge; where nothing can be drawn, say what stands on it."""
        await self._send_drawn(learner, certificate, where)
        if self._badges is not None:
            await self._send_badge(self._badges, learner, certificate, where)

    async def _send_badge(self, badges: Badges, learner: Learner, certificate: Certificate, where: Where) -> None:
        number = number_of(self._secret, self._workshop.id, learner.id)
        token = await badges.sign(certificate, number, learner.finished_at or self._clock())
        file = Keepsake(f"badge-{self._workshop.id}.jwt", token.encode(), say=words.BADGE)
        await self._chat.send_file(where.without_press(), file)

    async def _send_drawn(self, learner: Learner, certificate: Certificate, where: Where) -> None:
        number = number_of(self._secret, self._workshop.id, learner.id)
        drawing = draw(certificate, number, self._workspace)
        try:
            async with self._chat.busy(where, "is drawing your certificate …"):
                picture = await self._camera.draw(drawing)
        except HostError as error:
            log.warning("certificate_not_drawn", learner=learner.id, error=str(error))
            text = f"{words.NO_PICTURE}\n\n{words.certificate_in_words(certificate, number)}"
            await self._chat.show(where.without_press(), Note(text, (Offer.CERTIFICATE,)))
            return
        lacking = drawable(certificate.name) != certificate.name
        say = f"{words.CERTIFICATE} {words.WITHOUT_LETTERS}" if lacking else words.CERTIFICATE
        name = f"certificate-{self._workshop.id}.png"
        await self._chat.send_file(where.without_press(), Keepsake(name, picture, drawing.alt, say))

    async def open_survey(self, learner: Learner, where: Where) -> None:
        """Open the feedback form, with what they answered before."""
        given, survey = await self._feedbacks.given(learner.id), Survey(named=not learner.nameless)
        await self._chat.open_form(
            where, replace(survey, useful=given.useful, better=given.better) if given else survey
        )

    async def keep_feedback(self, learner: Learner, useful: int, better: str, where: Where) -> None:
        """Keep the feedback, tell the instructors, and thank for it; a channel that fails is no matter of theirs."""
        first = await self._feedbacks.give(learner.id, useful, better)
        telling = asyncio.create_task(self.tell_staff(), name="feedback")
        self._tellings.add(telling)
        telling.add_done_callback(self._tellings.discard)
        await asyncio.wait({telling}, timeout=PATIENCE_S)
        given = await self._feedbacks.given(learner.id)
        thanks = words.THANKS if first else words.THANKS_AGAIN
        text = thanks if given and given.told else words.THANKS_KEPT
        await self._chat.show(where.without_press(), Note(text, (Offer.FEEDBACK,)))

    async def tell_staff(self) -> None:
        """Tell the instructors every feedback that they have not seen, as long as they have a channel."""
        async with self._telling:
            for feedback in await self._feedbacks.untold():
                try:
                    place = await self._staff.tell(await self._card(feedback), feedback.told_at)
                except ChatError as error:
                    log.warning("feedback_not_told", learner=feedback.learner, error=str(error))
                    return
                if not place:
                    return
                await self._feedbacks.told(feedback, place)

    async def _card(self, feedback: Feedback) -> FeedbackCard:
        learner = await self._store.learner(feedback.learner)
        passed = sum(ref in learner.passed for ref in self._workshop.order)
        return FeedbackCard(
            name=learner.called,
            useful=feedback.useful,
            better=feedback.better,
            progress=f"{passed} of {len(self._workshop.order)} steps passed",
            again=bool(feedback.told_at),
        )


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a project as a .zip with one folder in it, called as Compose calls the project."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(f"{FOLDER}/{path}", THEN), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
