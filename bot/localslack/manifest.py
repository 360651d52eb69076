"""Read the app manifest: the same file that is pasted into Slack decides what works here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.localslack.values import Prompt


class ManifestError(Exception):
    """The manifest is not one Slack would take; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command that the app declares."""

    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut that the app declares; `kind` is `global` or `message`."""

    name: str
    kind: str
    callback_id: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the app is, may do, and hears of."""

    name: str
    bot_name: str
    bot_scopes: frozenset[str]
    bot_events: frozenset[str]
    commands: Mapping[str, Command]
    shortcuts: Mapping[str, Shortcut]
    prompts: tuple[Prompt, ...]
    agent_view: bool
    interactivity: bool
    home_tab: bool
    messages_tab: bool


class _Part(BaseModel):
    # An unknown key is refused by Slack too ("no_additional_properties").
    model_config = ConfigDict(extra="forbid")


class _Display(_Part):
    name: Annotated[str, Field(min_length=1, max_length=35)]
    description: Annotated[str, Field(max_length=140)] = ""
    long_description: Annotated[str, Field(min_length=174, max_length=4000)] | None = None
    background_color: Annotated[str, Field(pattern=r"^#([0-9a-fA-F]{3}){1,2}$")] | None = None


class _Home(_Part):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = True
    messages_tab_read_only_enabled: bool = False


class _BotUser(_Part):
    display_name: Annotated[str, Field(min_length=1, max_length=80)]
    always_online: bool = False


class _Prompt(_Part):
    title: Annotated[str, Field(min_length=1)]
    message: Annotated[str, Field(min_length=1)]


class _AgentView(_Part):
    agent_description: Annotated[str, Field(min_length=1)]
    # Source: https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts/
    suggested_prompts: Annotated[list[_Prompt], Field(max_length=4)] = []


class _Command(_Part):
    command: Annotated[str, Field(pattern=r"^/[a-z0-9_-]{1,31}$")]
    description: Annotated[str, Field(min_length=1, max_length=2000)]
    usage_hint: Annotated[str, Field(max_length=1000)] = ""
    should_escape: bool = False
    url: str | None = None


class _Shortcut(_Part):
    name: Annotated[str, Field(min_length=1, max_length=24)]
    type: Annotated[str, Field(pattern="^(global|message)$")]
    callback_id: Annotated[str, Field(min_length=1, max_length=255)]
    description: Annotated[str, Field(min_length=1, max_length=150)]


class _Features(_Part):
    app_home: _Home = _Home()
    bot_user: _BotUser | None = None
    agent_view: _AgentView | None = None
    slash_commands: Annotated[list[_Command], Field(max_length=50)] = []
    shortcuts: Annotated[list[_Shortcut], Field(max_length=10)] = []


class _Scopes(_Part):
    bot: Annotated[list[str], Field(max_length=255)] = []
    user: list[str] = []


class _OAuth(_Part):
    redirect_urls: list[str] = []
    scopes: _Scopes = _Scopes()


class _Events(_Part):
    request_url: str | None = None
    bot_events: Annotated[list[str], Field(max_length=100)] = []
    user_events: list[str] = []


class _Interactivity(_Part):
    is_enabled: bool
    request_url: str | None = None
    message_menu_options_url: str | None = None


class _Settings(_Part):
    event_subscriptions: _Events = _Events()
    interactivity: _Interactivity | None = None
    org_deploy_enabled: bool = False
    socket_mode_enabled: bool = False
    token_rotation_enabled: bool = False


class _File(_Part):
    display_information: _Display
    features: _Features = _Features()
    oauth_config: _OAuth = _OAuth()
    settings: _Settings = _Settings()
    metadata: Annotated[dict[str, int], Field(alias="_metadata")] = {}


#: The scope without which Slack does not let an app subscribe to the event.
EVENT_SCOPES: Mapping[str, frozenset[str]] = {
    "app_mention": frozenset({"app_mentions:read"}),
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
    "member_joined_channel": frozenset({"channels:read", "groups:read"}),
    "member_left_channel": frozenset({"channels:read", "groups:read"}),
    "channel_rename": frozenset({"channels:read"}),
    "channel_archive": frozenset({"channels:read"}),
    "channel_unarchive": frozenset({"channels:read"}),
    "channel_deleted": frozenset({"channels:read"}),
    "channel_left": frozenset({"channels:read"}),
    "group_left": frozenset({"groups:read"}),
    "group_rename": frozenset({"groups:read"}),
    "group_archive": frozenset({"groups:read"}),
    "group_unarchive": frozenset({"groups:read"}),
    "group_deleted": frozenset({"groups:read"}),
    "reaction_added": frozenset({"reactions:read"}),
    "reaction_removed": frozenset({"reactions:read"}),
    "file_shared": frozenset({"files:read"}),
    "user_change": frozenset({"users:read"}),
    "app_home_opened": frozenset(),
    "app_context_changed": frozenset(),
    "app_uninstalled": frozenset(),
    "tokens_revoked": frozenset(),
}


def read_manifest(path: Path) -> Manifest:
    """Return what the file at `path` (YAML or JSON) declares.

    Raises: ManifestError, naming each place that Slack would not accept.
    """
    try:
        return parse_manifest(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as unreadable:
        raise ManifestError(f"Cannot read the app manifest {path}: {unreadable}") from unreadable


def parse_manifest(raw: Any) -> Manifest:
    """Return what a manifest, already read, declares. Raises: ManifestError."""
    try:
        file = _File.model_validate(raw)
    except ValidationError as bad:
        places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in bad.errors())
        raise ManifestError(f"The app manifest is not valid: {places}") from bad
    faults = _contradictions(file)
    if faults:
        raise ManifestError("The app manifest contradicts itself: " + "; ".join(faults))
    return _manifest(file)


def _contradictions(file: _File) -> list[str]:
    """Return what Slack's own form would not let a person save."""
    scopes = set(file.oauth_config.scopes.bot)
    faults = []
    for event in file.settings.event_subscriptions.bot_events:
        needed = EVENT_SCOPES.get(event)
        if needed is None:
            faults.append(f"the event {event} is not one this workspace knows")
        elif needed and not needed & scopes:
            faults.append(f"the event {event} needs the scope {' or '.join(sorted(needed))}")
    if file.features.slash_commands and "commands" not in scopes:
        faults.append("slash commands need the scope commands")
    if file.features.agent_view and "assistant:write" not in scopes:
        faults.append("agent_view needs the scope assistant:write")
    if not file.settings.socket_mode_enabled:
        faults.append("settings.socket_mode_enabled must be true")
    return faults


def _manifest(file: _File) -> Manifest:
    features = file.features
    agent = features.agent_view
    interactivity = file.settings.interactivity
    return Manifest(
        name=file.display_information.name,
        bot_name=features.bot_user.display_name if features.bot_user else file.display_information.name,
        bot_scopes=frozenset(file.oauth_config.scopes.bot),
        bot_events=frozenset(file.settings.event_subscriptions.bot_events),
        commands={c.command: Command(c.command, c.description, c.usage_hint) for c in features.slash_commands},
        shortcuts={s.callback_id: Shortcut(s.name, s.type, s.callback_id) for s in features.shortcuts},
        prompts=tuple(Prompt(p.title, p.message) for p in agent.suggested_prompts) if agent else (),
        agent_view=agent is not None,
        interactivity=bool(interactivity and interactivity.is_enabled),
        home_tab=features.app_home.home_tab_enabled,
        messages_tab=features.app_home.messages_tab_enabled,
    )
