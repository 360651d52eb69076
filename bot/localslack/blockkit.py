"""What Slack would refuse in blocks and views, told the way `blocks.validate` tells it. Pure.

`blocktable` says what each object looks like; this module adds what only the whole payload knows: which
block may stand on which surface, how many, which ids must differ.
Codes are our own words: Slack publishes only `failed_constraint` as an example of its own.

Source: https://docs.slack.dev/reference/methods/blocks.validate and the limits in `blocktable`.
"""

from collections.abc import Iterator
from typing import Literal

from bot.localslack.blocktable import BLOCKS, VIEWS
from bot.localslack.shape import BlockError, many, tagged

__all__ = [
    "MESSAGE_CHARACTERS",
    "BlockError",
    "Surface",
    "message_characters",
    "validate_blocks",
    "validate_view",
]

Surface = Literal["message", "modal", "home"]

#: A message above this is refused with `msg_blocks_too_long`. Undocumented; one report measured 13,297.
#: Source: https://github.com/slackapi/bolt-js/issues/2509
MESSAGE_CHARACTERS = 13_200

#: Source: https://docs.slack.dev/reference/block-kit/blocks
_MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}

#: Blocks a surface does not take. Slack's table and what was seen of the live API differ for card, table
#: and data_visualization; a name is listed as soon as one of them says no.
_REFUSED: dict[Surface, frozenset[str]] = {
    "message": frozenset({"alert"}),
    "modal": frozenset(
        (
            "card",
            "carousel",
            "container",
            "context_actions",
            "data_table",
            "data_visualization",
            "markdown",
            "plan",
            "table",
            "task_card",
        )
    ),
    "home": frozenset(("alert", "context_actions", "data_visualization", "markdown", "plan", "table", "task_card")),
}

#: How many of one block a payload may hold.
_MOST_OF = {"table": 1, "plan": 1, "data_visualization": 2}
_MARKDOWN_IN_TOTAL = 12_000
_DATA_TABLE_IN_TOTAL = 20_000

_Placed = tuple[str, dict[str, object]]


def validate_blocks(blocks: object, surface: Surface) -> list[BlockError]:
    """Return what Slack would refuse in `blocks` on `surface`, in reading order; empty when all is well.

    Pointers start at `/blocks`. An empty list is fine in a message (that is how blocks are taken away).
    """
    return list(_block_faults(blocks, surface, "/blocks"))


def validate_view(view: object) -> list[BlockError]:
    """Return what Slack would refuse in a modal or Home view; pointers start at `/view`."""
    faults = list(tagged(lambda: VIEWS, "view")(view, "/view"))
    if isinstance(view, dict) and (kind := view.get("type")) in ("modal", "home") and "blocks" in view:
        surface: Surface = "modal" if kind == "modal" else "home"
        faults += _block_faults(view["blocks"], surface, "/view/blocks")
        faults += _view_faults(view)
    return faults


def message_characters(blocks: object) -> int:
    """Return how long a message's blocks are for `msg_blocks_too_long`: all strings in them."""
    match blocks:
        case str():
            return len(blocks)
        case list():
            return sum(message_characters(entry) for entry in blocks)
        case dict():
            return sum(message_characters(entry) for entry in blocks.values())
        case _:
            return 0


def _block_faults(blocks: object, surface: Surface, at: str) -> Iterator[BlockError]:
    least = 0 if surface == "message" else 1
    yield from many(tagged(lambda: BLOCKS, "block"), least, _MOST_BLOCKS[surface], noun="blocks")(blocks, at)
    placed = list(_all_blocks(blocks, at))
    yield from _surface_faults(placed, surface)
    yield from _same_ids(placed)
    yield from _count_faults(placed, at)
    yield from _length_faults(placed)
    yield from _focus_faults(blocks, at)
    yield from _task_faults(blocks, at)


def _all_blocks(blocks: object, at: str) -> Iterator[_Placed]:
    """Yield every block with its pointer, those inside containers too."""
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if isinstance(block, dict):
            yield f"{at}/{index}", block
            yield from _all_blocks(block.get("child_blocks"), f"{at}/{index}/child_blocks")


def _elements(block: dict[str, object], at: str) -> Iterator[_Placed]:
    for field in ("accessory", "element"):
        if isinstance(element := block.get(field), dict):
            yield f"{at}/{field}", element
    for field in ("elements", "actions"):
        inside = block.get(field)
        for index, element in enumerate(inside if isinstance(inside, list) else ()):
            if isinstance(element, dict):
                yield f"{at}/{field}/{index}", element


def _surface_faults(placed: list[_Placed], surface: Surface) -> Iterator[BlockError]:
    for at, block in placed:
        kind = str(block.get("type"))
        if kind in _REFUSED[surface]:
            yield BlockError(f"{at}/type", "not_allowed_here", f"{kind} cannot be shown in a {surface}")
        for where, element in _elements(block, at):
            if element.get("type") == "file_input" and surface != "modal":
                yield BlockError(f"{where}/type", "not_allowed_here", "file_input works in modals only")
            if element.get("response_url_enabled") is True and (surface != "modal" or kind != "input"):
                yield BlockError(
                    f"{where}/response_url_enabled",
                    "not_allowed_here",
                    "works in input blocks of modals only",
                )


def _same_ids(placed: list[_Placed]) -> Iterator[BlockError]:
    seen: set[object] = set()
    for at, block in placed:
        if isinstance(name := block.get("block_id"), str) and name:
            if name in seen:
                yield BlockError(f"{at}/block_id", "duplicate", f"block_id {name!r} is used twice")
            seen.add(name)
        actions: set[object] = set()
        for where, element in _elements(block, at):
            if isinstance(name := element.get("action_id"), str) and name:
                if name in actions:
                    yield BlockError(
                        f"{where}/action_id", "duplicate", f"action_id {name!r} is used twice in this block"
                    )
                actions.add(name)


def _count_faults(placed: list[_Placed], at: str) -> Iterator[BlockError]:
    for kind, most in _MOST_OF.items():
        count = sum(block.get("type") == kind for _, block in placed)
        if count > most:
            yield BlockError(at, "too_many", f"must have at most {most} {kind} block(s), has {count}")


def _length_faults(placed: list[_Placed]) -> Iterator[BlockError]:
    written = 0
    for at, block in placed:
        if block.get("type") == "markdown" and isinstance(text := block.get("text"), str):
            written += len(text)
            if written > _MARKDOWN_IN_TOTAL >= written - len(text):
                yield BlockError(
                    f"{at}/text", "too_long", f"markdown blocks hold at most {_MARKDOWN_IN_TOTAL} together"
                )
        if block.get("type") == "data_table" and message_characters(block.get("rows")) > _DATA_TABLE_IN_TOTAL:
            yield BlockError(f"{at}/rows", "too_long", f"must be at most {_DATA_TABLE_IN_TOTAL} characters")


def _focus_faults(blocks: object, at: str) -> Iterator[BlockError]:
    focused = [
        where
        for place, block in _all_blocks(blocks, at)
        for where, element in _elements(block, place)
        if element.get("focus_on_load") is True
    ]
    for where in focused[1:]:
        yield BlockError(f"{where}/focus_on_load", "conflict", "only one element may take the focus")


def _task_faults(blocks: object, at: str) -> Iterator[BlockError]:
    top = [block for block in (blocks if isinstance(blocks, list) else ()) if isinstance(block, dict)]
    kinds = {kind for block in top if isinstance(kind := block.get("type"), str)}
    if {"plan", "task_card"} <= kinds:
        yield BlockError(at, "conflict", "plan and task_card cannot be in the same message")
    for index, block in enumerate(top):
        if block.get("type") == "task_card" and block.get("status") == "pending":
            yield BlockError(f"{at}/{index}/status", "invalid_value", "only a task inside a plan may be pending")


def _view_faults(view: dict[str, object]) -> Iterator[BlockError]:
    blocks = view.get("blocks")
    asks = any(block.get("type") == "input" for _, block in _all_blocks(blocks, ""))
    if view.get("type") == "modal" and asks and "submit" not in view:
        yield BlockError("/view/submit", "missing_field", "submit is required when a modal has input blocks")
