"""The table of methods: who handles them, how often they may be called, what scope they need.

Source: java-slack-sdk's MethodsRateLimits (tiers) and https://docs.slack.dev/reference/methods/ (scopes).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.localslack.tiers import Tier
from bot.localslack.webapi import assistant, chat, conversations, files, marks, streams, users, validate, views
from bot.localslack.webapi.call import Method

_WRITE = ("chat:write",)

METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(users.connections_open, Tier.T1, token="app"),  # noqa: S106 - a kind of token
    "assistant.threads.setStatus": Method(assistant.set_status, Tier.POST, _WRITE),
    "assistant.threads.setSuggestedPrompts": Method(assistant.set_suggested_prompts, Tier.T3, ("assistant:write",)),
    "assistant.threads.setTitle": Method(assistant.set_title, Tier.T3, ("assistant:write",)),
    "auth.test": Method(users.auth_test, Tier.MANY),
    "blocks.validate": Method(validate.validate, Tier.T4, token="none"),  # noqa: S106
    "chat.appendStream": Method(streams.append, Tier.T4, _WRITE),
    "chat.delete": Method(chat.delete, Tier.T3, _WRITE),
    "chat.getPermalink": Method(chat.get_permalink, Tier.MANY),
    "chat.postEphemeral": Method(chat.post_ephemeral, Tier.T4, _WRITE),
    "chat.postMessage": Method(chat.post_message, Tier.POST, _WRITE),
    "chat.startStream": Method(streams.start, Tier.T2, _WRITE),
    "chat.stopStream": Method(streams.stop, Tier.T2, _WRITE),
    "chat.update": Method(chat.update, Tier.T3, _WRITE),
    "conversations.history": Method(conversations.history, Tier.T3),
    "conversations.info": Method(conversations.info, Tier.T3),
    "conversations.join": Method(conversations.join, Tier.T3, ("channels:join",)),
    "conversations.list": Method(conversations.list_, Tier.T2),
    "conversations.members": Method(conversations.members, Tier.T4),
    "conversations.open": Method(conversations.open_, Tier.T3, ("im:write",)),
    "conversations.replies": Method(conversations.replies, Tier.T3),
    "dnd.info": Method(users.dnd_info, Tier.T3, ("dnd:read",)),
    "files.completeUploadExternal": Method(files.complete_upload, Tier.T4, ("files:write",)),
    "files.getUploadURLExternal": Method(files.get_upload_url, Tier.T4, ("files:write",)),
    "files.info": Method(files.info, Tier.T4, ("files:read",)),
    "pins.add": Method(marks.add_pin, Tier.T2, ("pins:write",)),
    "pins.remove": Method(marks.remove_pin, Tier.T2, ("pins:write",)),
    "reactions.add": Method(marks.add_reaction, Tier.T3, ("reactions:write",)),
    "reactions.remove": Method(marks.remove_reaction, Tier.T2, ("reactions:write",)),
    "users.conversations": Method(conversations.users_conversations, Tier.T2),
    "users.info": Method(users.info, Tier.T4, ("users:read",)),
    "users.list": Method(users.list_, Tier.T2, ("users:read",)),
    "views.open": Method(views.open_, Tier.T4),
    "views.publish": Method(views.publish, Tier.T4),
    "views.push": Method(views.push, Tier.T4),
    "views.update": Method(views.update, Tier.T4),
}
