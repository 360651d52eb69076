"""What a message, a press or a form means, as an event; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from bot.core.events import (
    AnsweredQuestion,
    AskedForBack,
    AskedForCertificate,
    AskedForCheck,
    AskedForHelp,
    AskedForHint,
    AskedForNext,
    AskedForNotebook,
    AskedForStatus,
    AskedForSummary,
    AskedForSurvey,
    AskedToKeepSandbox,
    AskedToLetGoOn,
    AskedToRebuild,
    AskedToReset,
    AskedToSee,
    AskedToSeeApp,
    AskedToSkip,
    Event,
    FilledForm,
    HandedInUnusable,
    OpenedEditor,
    PressedForeignCard,
    SaidSomething,
    Started,
    TypedCommands,
    WentTo,
    WroteFiles,
)
from bot.core.messages import Offer
from bot.handin.command import looks_like_commands, read_commands, unslack
from bot.handin.project import read_code_blocks
from bot.handin.replacing import asks_to_replace
from bot.handin.transcript import asked_command
from bot.slack.buttons import ANSWER, GO, OFFER, Value, read_spot, read_value

SPOKEN = (None, "file_share", "thread_broadcast")  #: subtypes of messages that people write
MESSAGE_LIMIT = 12_000  #: characters read of one message; Slack itself cuts at 40,000


def by_a_person(event: Mapping[str, Any]) -> bool:
    """Tell whether somebody said this, now: no program, no change of what was said before."""
    programs = ("bot_id", "bot_profile", "edited", "hidden")
    return bool(event.get("user")) and event.get("subtype") in SPOKEN and not any(event.get(name) for name in programs)


def read_message(text: str) -> Event:
    """Return the event that a learner's message is; `text` is as Slack sends it, `&amp;` and all."""
    said = unslack(text).strip()
    if len(said) > MESSAGE_LIMIT:
        return HandedInUnusable(
            f"That message has {len(said):,} characters; I read up to {MESSAGE_LIMIT:,} at a time. "
            "If it is a file, please upload it. If it is an error, its last 20 lines are what helps."
        )
    if asks_to_replace(said):  # its texts may be in code blocks, and may look like commands
        return SaidSomething(said)
    blocks = read_code_blocks(said)
    if blocks:
        return WroteFiles(tuple((path, content.encode()) for path, content in blocks), "code block")
    if looks_like_commands(said):
        return TypedCommands(read_commands(said))
    if command := asked_command(said):
        return TypedCommands(read_commands(command))
    return SaidSomething(said)


def read_press(action_id: str, raw_value: str, presser: str) -> Event:
    """Return the event that a pressed button of ours is."""
    value = read_value(raw_value)
    if action_id == OFFER + Offer.LET_GO_ON:  # nobody's own: whether they may is asked of the roles
        return AskedToLetGoOn(value.detail)
    if value.owner != presser:
        return PressedForeignCard(value.owner)
    if action_id.startswith(OFFER):
        return _read_offer(Offer(action_id.removeprefix(OFFER)), value)
    if action_id.startswith(ANSWER) and value.ref:
        return AnsweredQuestion(value.ref, value.detail, int(action_id.removeprefix(ANSWER)))
    if action_id.startswith(GO):
        return WentTo(value.detail)
    raise ValueError(f"no button of ours has the action {action_id!r}")


def read_form(detail: str, text: str) -> FilledForm:
    """Return the event that a saved file form is; `detail` is what `editor_view` put into it."""
    place, _, mark = detail.partition("#")
    path, spot = read_spot(place)
    return FilledForm(path, text, spot.first, spot.last, mark)


def _read_offer(offer: Offer, value: Value) -> Event:  # noqa: C901 - one row each
    match offer:
        case Offer.START | Offer.CONTINUE:
            return Started()
        case Offer.NEXT:
            return AskedForNext(value.ref)
        case Offer.BACK:
            return AskedForBack(value.ref)
        case Offer.RUN:
            return TypedCommands(read_commands(value.detail))
        case Offer.CHECK:
            return AskedForCheck(value.ref)
        case Offer.HINT:
            return AskedForHint(value.ref)
        case Offer.EDIT | Offer.EDIT_LINES:
            return OpenedEditor(*read_spot(value.detail))
        case Offer.PAGE_BACK | Offer.PAGE_ON:
            return AskedToSee(*read_spot(value.detail), turned=True)
        case Offer.SKIP:
            return AskedToSkip(value.ref)
        case Offer.SKIP_SURE:
            return AskedToSkip(value.ref, sure=True)
        case Offer.RESET_SURE:
            return AskedToReset(value.detail or "step", sure=True)
        case Offer.REBUILD:
            return AskedToRebuild()
        case Offer.REBUILD_SURE:
            return AskedToRebuild(sure=True)
        case Offer.KEEP:
            return AskedToKeepSandbox()
        case Offer.SHOW_APP:
            return AskedToSeeApp(value.detail)
        case Offer.STATUS:
            return AskedForStatus()
        case Offer.HELP | Offer.ASK | Offer.NO_NUDGES:  # the latter are of duties, and never come here
            return AskedForHelp()
        case Offer.SUMMARY:
            return AskedForSummary()
        case Offer.CERTIFICATE:
            return AskedForCertificate()
        case Offer.NOTEBOOK:
            return AskedForNotebook()
        case Offer.FEEDBACK:
            return AskedForSurvey()
        case Offer.LET_GO_ON:
            return AskedToLetGoOn(value.detail)
        case _:
            assert_never(offer)
