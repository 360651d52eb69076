"""blocks.validate: Slack's own answer about blocks, without posting them."""

from __future__ import annotations

from bot.localslack.blockkit import validate_blocks, validate_view
from bot.localslack.values import Json, Refused
from bot.localslack.webapi.call import Call


def validate(call: Call) -> Json:
    """blocks.validate."""
    args = call.args
    if args.has("view"):
        errors = validate_view(args.json("view"))
    elif args.has("message"):
        message = args.json("message")
        errors = validate_blocks(message.get("blocks") if isinstance(message, dict) else None, "message")
    elif args.has("blocks"):
        errors = validate_blocks(args.json("blocks"), "message")
    else:
        raise Refused("invalid_arguments")
    if errors:
        listed = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in errors]
        raise Refused("invalid_blocks", errors=listed)
    return {}
