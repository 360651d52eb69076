"""The only place where the parts meet: settings in, a running bot out."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.authoring.load import load_workshop
from bot.check import Checks
from bot.classroom import Classroom
from bot.core.expiry import Patience
from bot.core.fairness.budget import Budget
from bot.core.fairness.strain import MOST as MOST_STRAIN
from bot.core.messages import Note
from bot.core.workshop import Workshop
from bot.desk import Desk
from bot.errors import ChatError, HostError, OperatorError
from bot.expiry import Expiry
from bot.fairness.allowances import Allowances
from bot.fairness.intake import Intake
from bot.fairness.queue import Queue
from bot.fairness.turnstile import Slots, Turnstile
from bot.logs import conceal
from bot.ports import Where
from bot.progress.feedbacks import SqlFeedbacks
from bot.progress.ledger import SqlLedger
from bot.progress.lock import hold
from bot.progress.notebooks import SqlNotebooks
from bot.progress.passes import SqlPasses
from bot.progress.pins import Pins
from bot.progress.roles import SqlRoles
from bot.progress.standings import SqlStandings
from bot.progress.store import SqlStore, open_store
from bot.sandbox.catalogue import BROWSER, CANARY, CATALOGUE, REGISTRY, VERIFIER
from bot.sandbox.disk.meter import Weight
from bot.sandbox.disk.watch import Rules
from bot.sandbox.engine import Engine
from bot.sandbox.engine_images import EngineImages
from bot.sandbox.gate.truth import Row
from bot.sandbox.gate.words import gate_note
from bot.sandbox.images import list_images
from bot.sandbox.janitor.booked import BookedEngine
from bot.sandbox.janitor.books import Books, Shelf
from bot.sandbox.janitor.burying import bury_dead
from bot.sandbox.janitor.claims import Claim, claimed, engine_at
from bot.sandbox.janitor.rounds import Janitor, Round
from bot.sandbox.janitor.seal import Seal
from bot.sandbox.sandbox import DockerSandbox
from bot.sandbox.sharing.layout import Address
from bot.sandbox.sharing.opening import Opening
from bot.settings import Settings, shipped
from bot.slack.chat import SlackChat
from bot.slack.door import open_door
from bot.slack.instructor import BoardKeeper, InstructorsChannel
from bot.slack.learner import LearnerListeners
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.porter import Porter
from bot.slack.uploads import Uploads
from bot.upkeep import Upkeep, beat
from bot.workbench import Asset, Farewell, Scribe, Workbench

log = structlog.get_logger(__name__)

DATABASE = "docent.sqlite"
CERTIFICATE_SECRET = "certificate.secret"  # noqa: S105 - the note's name, not the secret
SEAL_SECRET = "seal.secret"  # noqa: S105 - as above
LOOK_FOR_IMAGES_S = 10.0
LOOK_FOR_ROOM_S = 30.0
CANCEL_AGAIN_S = 2.0
SLACK_S, SLACK_CONNECT_S = 30.0, 10.0  #: for one call; slack_sdk sets no time of its own for a session that is shared
DRAIN_S = 20.0  #: what is running may end for so long when the bot is asked to stop


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is running."""

    workshop: Workshop
    store: SqlStore
    sandbox: DockerSandbox
    expiry: Expiry


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def running_bot(settings: Settings) -> AsyncIterator[Bot]:
    """Run the bot while the block runs: connected, its desk working, its board kept.

    Raises: `OperatorError` for what the operator can mend, `AuthorError` for a broken workshop.
    """
    if not (settings.slack_bot_token and settings.slack_app_token):
        raise OperatorError("Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or run `docent local` to try without Slack.")
    conceal(settings.slack_bot_token, settings.slack_app_token)
    workshop = load_workshop(settings.workshop)
    async with AsyncExitStack() as stack:
        stack.enter_context(hold(settings.data / "docent.lock"))
        store = await open_store(settings.data / DATABASE)
        stack.push_async_callback(store.close)
        sandbox = await open_sandbox(settings, store)
        stack.enter_context(claimed(settings.claims, claim_of(settings, sandbox.books)))
        bury = partial(bury_dead, sandbox.janitor, settings.claims, settings.docker_host)
        stack.push_async_callback(sandbox.close)
        limits = aiohttp.ClientTimeout(total=SLACK_S, sock_connect=SLACK_CONNECT_S)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=limits))
        client = AsyncWebClient(settings.slack_bot_token, base_url=settings.slack_api_url, session=session)
        team, workspace = await own_team(client)
        outbox = Outbox(paced=settings.pace)
        outbox.start()
        stack.push_async_callback(outbox.stop)
        chat = SlackChat(client, session, outbox)
        desk = Desk()
        queue = Queue(desk, slots=settings.check_slots, most=settings.check_queue)
        roles = SqlRoles(store.database)
        await roles.seed(settings.instructors)
        staff = InstructorsChannel(client, chat, settings.instructors_channel, roles)
        board = BoardKeeper(workshop, store, sandbox, chat, staff, every_s=settings.board_every_s, clock=now)
        notebooks = SqlNotebooks(store.database)
        scribe = Scribe(chat, notebooks)
        camera = sandbox.camera if settings.pictures else None
        people = People(client, outbox)
        budget = Budget(settings.cpu_budget_s, settings.cpu_refill_s_per_h, settings.disk_budget_mb)
        allowances = Allowances(store, chat, staff, roles, sandbox, sandbox.meter, people.room, budget)
        fair = Turnstile(sandbox, Slots(settings.build_slots, settings.command_slots), allowances)
        bench = Workbench(store, SqlStandings(store.database), fair, scribe, asset_reader(settings.workshop), camera)
        start_files = project_files(settings.workshop / workshop.app)
        farewell = Farewell(
            workshop,
            store,
            notebooks,
            SqlFeedbacks(store.database),
            chat,
            staff,
            bench.files,
            sandbox.camera,
            workspace=workspace,
            start_files=start_files,
            secret=await kept_secret(store, CERTIFICATE_SECRET),
            clock=now,
        )
        classroom = Classroom(
            workshop,
            store,
            scribe,
            sandbox,
            Intake(workshop, store, scribe, queue, board.mark, allowances),
            bench,
            farewell,
            start_files=start_files,
            clock=now,
            refresh_board=board.mark,
        )
        checks = Checks(
            workshop, store, scribe, sandbox, queue, classroom, bench.rebuilds, now, settings.check_timeout_s
        )
        await stack.enter_async_context(background(beat(settings.data), "beat"))
        await stack.enter_async_context(background(Upkeep(store, sandbox, staff, bury).keep(), "upkeep"))
        await stack.enter_async_context(background(opened_registry(sandbox), "registry"))
        await stack.enter_async_context(background(later_images(settings, store, sandbox), "images"))
        await stack.enter_async_context(background(sandbox.keeper.keep(store, gate_teller(staff), now), "gate"))
        await desk.start(
            verify=checks.verify,
            publish=checks.publish,
            lose=checks.lost,
            open_attempts=store.open_attempts,
            folder=settings.data,
            slots=settings.check_slots,
            verify_limit_s=settings.check_timeout_s * MOST_STRAIN,
        )
        stack.push_async_callback(desk.stop, DRAIN_S)
        stack.push_async_callback(classroom.stop)
        sandbox.disk.tell = teller(chat, people)
        await stack.enter_async_context(background(told_when_full(sandbox, staff), "room"))
        expiry = Expiry(store, chat, sandbox, classroom, people.room, now, patience_of(settings))
        uploads = Uploads(session, settings.slack_bot_token, settings.slack_api_url)
        teams = settings.teams or (team,)
        porter = Porter(people, chat, teams, guests=settings.guests, paced=settings.pace)
        app = open_door(client, teams, LearnerListeners(classroom, people, porter, chat, uploads), paced=settings.pace)
        await stack.enter_async_context(background(people.fill(), "people"))
        await stack.enter_async_context(background(board.keep(), "board"))
        await stack.enter_async_context(background(sandbox.pulse(board.mark), "pulse"))
        await stack.enter_async_context(background(farewell.tell_staff(), "feedback"))
        await stack.enter_async_context(background(checks.follow_queue(), "queue"))
        await stack.enter_async_context(background(expiry.keep(), "expiry"))
        await stack.enter_async_context(background(allowances.keep(), "allowances"))
        handler = AsyncSocketModeHandler(app, settings.slack_app_token, web_client=client)
        stack.push_async_callback(handler.close_async)
        await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt gives it no types
        log.info("running", workshop=workshop.id, steps=len(workshop.order), data=str(settings.data))
        yield Bot(workshop, store, sandbox, expiry)


def patience_of(settings: Settings) -> Patience:
    """Return how long unused sandboxes are kept."""
    warnings = (timedelta(hours=each) for each in sorted(settings.sandbox_warnings_h, reverse=True))
    return Patience(timedelta(hours=settings.sandbox_idle_h), tuple(warnings))


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Run a coroutine beside the block and cancel it after."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        # told again, because a library may swallow it once (`asyncio.wait_for` of Python 3.11 does)
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_AGAIN_S)
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def open_sandbox(settings: Settings, store: SqlStore) -> DockerSandbox:
    """Return the sandbox on the host's engine, with the images that were prepared for it."""
    instance = await kept_secret(store, "instance", 3)
    bases = await asyncio.to_thread(pinned_images, settings, Pins(store.database))
    verifier, served = bases.get(VERIFIER, ""), {row.name for row in CATALOGUE if row.base}
    bases = {name: image for name, image in bases.items() if name in served}
    registry, browser, canary = (image_finder(settings, store, name) for name in (REGISTRY, BROWSER, CANARY))
    opening = Opening(SqlPasses(store.database), settings.data, registry, address_of(settings))
    return DockerSandbox(
        instance,
        bases,
        verifier,
        url=settings.docker_host,
        run_cgroup=settings.run_cgroup,
        runtime=settings.runtime,
        opening=opening,
        browser=browser,
        books=Books(instance, await seal_of(store), SqlLedger(store.database)),
        rules=Rules(Weight(settings.disk_mb * 1024 * 1024, settings.disk_files), settings.disk_full_pct),
        canary=canary,
        profile=settings.host_profile,
    )


def teller(chat: SlackChat, people: People) -> Callable[[str, str], Awaitable[None]]:
    """Return a function that tells a learner something of their host in their direct message."""

    async def tell(learner: str, sentence: str) -> None:
        try:
            await chat.show(Where(await people.room(learner), learner), Note(sentence))
        except ChatError as error:
            log.warning("not_told", learner=learner, error=str(error))

    return tell


def gate_teller(staff: InstructorsChannel) -> Callable[[Sequence[Row]], Awaitable[bool]]:
    """Return a function that tells the instructors what the host does not hold, and whether they have a channel."""

    async def tell(failed: Sequence[Row]) -> bool:
        return bool(await staff.tell(gate_note(failed)))

    return tell


async def told_when_full(sandbox: DockerSandbox, staff: InstructorsChannel) -> None:
    """Tell instructors when the host's disk is so full that nothing new begins, and when there is room again."""
    told = False
    while True:
        try:
            full = await sandbox.disk.full()
            if bool(full) != told:
                await staff.tell(Note(full or "There is room on the host's disk again; work goes on."))
                told = bool(full)
        except (HostError, ChatError) as error:
            log.warning("room_unknown", error=str(error))
        await asyncio.sleep(LOOK_FOR_ROOM_S)


def claim_of(settings: Settings, books: Books) -> Claim:
    """Return what this Docent says of itself on this machine."""
    key, database = books.seal.key.hex(), (settings.data / DATABASE).resolve()
    return Claim(books.instance, key, str(database), settings.passing, engine_at(settings.docker_host))


async def kept_secret(store: SqlStore, key: str, size: int = 16) -> str:
    """Return what was drawn by lot for this key when it was first needed: `size` bytes in hexadecimal digits."""
    kept = await store.note(key)
    if not kept:
        kept = secrets.token_hex(size)
        await store.remember(key, kept)
    conceal(kept)
    return kept


def image_finder(settings: Settings, store: SqlStore, name: str) -> Callable[[], Awaitable[str]]:
    """Return a function that looks up an image of ours: it may be prepared while the bot runs already."""

    async def image() -> str:
        pins = Pins(store.database)
        known = (await asyncio.to_thread(pins.get)).get(name, "")
        return known or (await asyncio.to_thread(pinned_images, settings, pins)).get(name, "")

    return image


def address_of(settings: Settings) -> Address:
    """Return where the registry is to be."""
    return Address(settings.registry, settings.registry_tokens, settings.registry_public, settings.registry_room_mb)


async def later_images(settings: Settings, store: SqlStore, sandbox: DockerSandbox) -> None:
    """Serve images that are prepared while the bot runs already, until all are there."""
    while True:
        missing = {row.name for row in CATALOGUE if row.base} - set(sandbox.served)
        if not missing:
            return
        await asyncio.sleep(LOOK_FOR_IMAGES_S)
        found = await asyncio.to_thread(pinned_images, settings, Pins(store.database))
        come = {name: found[name] for name in missing & found.keys()}
        if come:
            sandbox.serve(come)
            log.info("images", come=sorted(come))


async def opened_registry(sandbox: DockerSandbox) -> None:
    """Have a registry that was used before ready again; the first of all is made when somebody shares.

    If it cannot be, whoever shares is told.
    """
    if sandbox.sharing is None:
        return
    try:
        if not await sandbox.sharing.house.known():
            return
        await sandbox.sharing.house.open()
    except HostError as error:
        log.warning("registry_waits", error=str(error))
    else:
        log.info("registry", address=sandbox.sharing.house.public)


def pinned_images(settings: Settings, pins: Pins) -> dict[str, str]:
    """Return name → image id. What is not pinned yet, or not on the host any more, is taken from what is prepared."""
    known = pins.get()
    engine = EngineImages(settings.docker_host or None)
    try:
        for image in list_images(engine, shipped("deploy").parent):
            gone = image.name not in known or engine.find(known[image.name]) is None
            if image.id and gone:
                pins.put(image.name, image.id, image.standin)
    except HostError as error:
        log.warning("images_unknown", error=str(error))
    return pins.get()


async def own_team(client: AsyncWebClient) -> tuple[str, str]:
    """Return id and name of the workspace that the token is for. Raises: `OperatorError` when Slack refuses it."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise OperatorError(f"Slack refused the bot token: {error.response['error']}.") from error
    except aiohttp.ClientError as error:
        raise OperatorError(f"Slack could not be reached: {error}.") from error
    return str(answer["team_id"]), str(answer.get("team") or "")


def asset_reader(folder: Path) -> Asset:
    """Return a function that reads a file below the workshop's folder."""
    root = folder.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        if not file.is_relative_to(root):
            raise OperatorError(f"{path} is not inside the workshop's folder.")
        return file.read_bytes()

    return read


def project_files(folder: Path) -> Mapping[str, bytes]:
    """Return the exercise app as a learner's project starts with it: no node_modules, no tests of our own."""
    skipped = {"node_modules", ".git"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not skipped & set(path.relative_to(folder).parts)
    }


async def clean_up(settings: Settings, *, own: bool, alive: bool, dry_run: bool) -> Mapping[str, Round]:
    """Make one round over the host without a bot: '' → what came of our own things, instance → of a dead Docent's.

    While the bot works nothing of it is touched: it does this itself, and knows what it waits for. Without a database
    (`own`) there is nothing of ours. Raises: `HostError`, `OperatorError`.
    """
    if not own:
        janitor = Janitor(BookedEngine(Engine(settings.docker_host), Books("", Seal(b""), Shelf())), "")
        return await bury_dead(janitor, settings.claims, settings.docker_host, dry_run=dry_run)
    store = await open_store(settings.data / DATABASE)
    try:
        books = Books(await kept_secret(store, "instance", 3), await seal_of(store), SqlLedger(store.database))
        pins = await asyncio.to_thread(Pins(store.database).get)
        engine = BookedEngine(Engine(settings.docker_host), books)
        since = datetime.fromtimestamp(0, UTC) if alive else None
        janitor = Janitor(engine, pins.get(VERIFIER, ""), since)
        attempts = {attempt.id for attempt in await store.open_attempts()}
        came = {"": await janitor.round(attempts, alive=alive, dry_run=dry_run or alive)}
        came |= await bury_dead(janitor, settings.claims, settings.docker_host, dry_run=dry_run)
        await books.close()
    finally:
        await store.close()
    return came


async def seal_of(store: SqlStore) -> Seal:
    """Return what this Docent signs with."""
    return Seal(bytes.fromhex(await kept_secret(store, SEAL_SECRET, 32)))
