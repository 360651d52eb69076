"""Settings from the environment (`DOCENT_…`, `SLACK_…`) and `docent.toml`; all faults are reported at once."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import OperatorError


def shipped(name: str) -> Path:
    """Return a folder that comes with Docent (`lessons`, `deploy`), in a checkout or in an installed wheel."""
    here = Path(__file__).parent
    inside = here / name
    return inside if inside.is_dir() else here.parent / name


def claims_folder() -> Path:
    """Return where the Docents of this user are listed: one folder a machine."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state else Path.home() / ".local" / "state") / "docent" / "claims"


PLACE = r"^([\w.-]+:\d{1,5})?$"  #: `host:port`, or nothing


DATABASE = "docent.sqlite"  #: in the data folder
SECRET_MIN = 16


def is_loopback(host: str) -> bool:
    """Tell whether this host is this machine and nothing else."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Settings(BaseSettings):
    """Everything an operator may set. `docent.toml` in the working folder, the environment wins over it."""

    model_config = SettingsConfigDict(env_prefix="DOCENT_", toml_file="docent.toml", extra="forbid")

    slack_bot_token: str = Field("", repr=False, validation_alias=AliasChoices("SLACK_BOT_TOKEN", "slack_bot_token"))
    slack_app_token: str = Field("", repr=False, validation_alias=AliasChoices("SLACK_APP_TOKEN", "slack_app_token"))
    slack_api_url: str = Field(
        "https://slack.com/api/", description="another address for tests and the local workspace"
    )
    teams: tuple[Annotated[str, Field(pattern=r"^[TE][A-Z0-9]{2,}$")], ...] = Field(
        (), description="ids of workspaces, or of an Enterprise Grid organisation, that may use this bot; empty: own"
    )
    guests: bool = Field(False, description="let guests of the workspace take part")
    instructors: tuple[Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")], ...] = Field(
        (), description="user ids of instructors, for the first start; later: docent instructors add U…"
    )
    instructors_channel: str = Field(
        "docent-instructors", description="id of the channel with the board, or its name if an instructor made it"
    )
    data: Path = Field(Path(".docent"), description="folder of the database, the queue and the log")
    workshop: Path = Field(default_factory=lambda: shipped("lessons") / "docker-workshop")
    docker_host: str = Field("", validation_alias=AliasChoices("DOCKER_HOST", "docker_host"))
    runtime: str = Field(
        "", pattern=r"^[\w.-]*$", description="what learners' containers run with (runsc); empty: the engine's default"
    )
    run_cgroup: str = Field(
        "docent-run", pattern=r"^[\w.-]*$", description="group or slice above learners' containers; empty: none"
    )
    disk_mb: int = Field(
        1024, ge=10, description="one learner's containers and volumes may hold so much, and one build"
    )
    disk_files: int = Field(50_000, ge=1000, description="…and so many files; who writes more is stopped")
    disk_full_pct: float = Field(85, ge=10, le=100, description="nothing new begins on a host's disk as full as this")
    host_profile: Literal["try", "class"] = Field(
        "try", description="class: no learner's work is run on a host that fails `docent doctor --host`"
    )
    check_slots: int = Field(2, ge=1, le=64, description="checks that run at the same time on this host")
    check_queue: int = Field(200, ge=1, description="checks that may wait; more are asked to come back later")
    build_slots: int = Field(2, ge=1, le=64, description="builds, pushes and pulls that run at the same time")
    command_slots: int = Field(8, ge=1, le=64, description="other commands that run at the same time")
    cpu_budget_s: float = Field(900, ge=60, description="processor seconds that one learner's things may use at once")
    cpu_refill_s_per_h: float = Field(600, ge=60, description="processor seconds that each gets back an hour")
    disk_budget_mb: float = Field(3000, ge=100, description="of the disk that one learner's things may take")
    check_timeout_s: float = Field(120, ge=5, le=900)
    registry: str = Field(
        "", pattern=PLACE, description="host:port of the class's registry; empty: a free port of this machine only"
    )
    registry_tokens: str = Field(
        "", pattern=PLACE, description="host:port at which tokens for it are given out; empty: as above"
    )
    registry_public: str = Field(
        "", pattern=r"^[\w.-]*(:\d+)?$", description="host name under which both are published over HTTPS (see deploy/)"
    )
    registry_room_mb: int = Field(10_000, ge=100, description="the registry takes nothing more in above this")
    keep_days: int = Field(
        0, ge=0, description="who was not seen for so many days is deleted, after two weeks' notice; 0: never"
    )
    sandbox_idle_h: float = Field(24, ge=0, description="an unused sandbox is put away after so long; 0: never")
    sandbox_warnings_h: tuple[float, ...] = Field((4, 0.5), description="so long before, its learner is warned")
    claims: Path = Field(
        default_factory=claims_folder, description="folder in which the Docents of a machine are listed"
    )
    passing: bool = Field(False, description="nobody comes back for what this Docent makes: any other may remove it")
    pictures: bool = Field(True, description="show learners their app as a browser sees it, and layers as bars")
    badge_issuer: str = Field(
        "",
        pattern=r"^(https://\S+|did:web:\S+)?$",
        description="https or did:web address of who gives out badges; empty: the key itself (did:jwk)",
    )
    badge_issuer_name: str = Field("", max_length=100, description="how they are called; empty: the workspace's name")
    webhook_url: str = Field("", description="https address that is told what learners pass and fail; empty: none")
    webhook_secret: str = Field("", repr=False, description="what its calls are signed with, 16 characters at least")
    webhook_pseudonyms: bool = Field(False, description="call learners by pseudonyms there")
    webhook_at_once: int = Field(4, ge=1, le=32, description="calls to it at the same time; each learner's in order")
    nudge_after_d: float = Field(
        2, ge=0, le=60, description="who has been away from their course for so many days is reminded of it; 0: nobody"
    )
    board_every_s: float = Field(5, ge=1)
    pace: bool = Field(True, description="keep Slack's pace, about one message a second per channel, both ways")
    log_level: str = "INFO"
    log_json: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, strongest first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        levels = ("DEBUG", "INFO", "WARNING", "ERROR")
        if value.upper() not in levels:
            raise ValueError(f"is {value!r}; it must be one of {', '.join(levels)}")
        return value.upper()

    @field_validator("keep_days")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if 0 < value < 30:
            raise ValueError(f"is {value}; it must be 30 or more, or 0 to keep until people delete it themselves")
        return value

    @model_validator(mode="after")
    def _webhook_is_safe(self) -> Self:
        if not self.webhook_url:
            return self
        url = urlsplit(self.webhook_url)
        if not (url.hostname and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname)))):
            raise ValueError("webhook_url must begin with https://, or with http:// for an address of this machine")
        if url.username or url.password or url.fragment:
            raise ValueError("webhook_url must have no name, password or # part: calls are signed with webhook_secret")
        if len(self.webhook_secret) < SECRET_MIN:
            raise ValueError(f"webhook_url needs a webhook_secret of {SECRET_MIN} characters at least")
        return self

    @model_validator(mode="after")
    def _tokens_look_right(self) -> Self:
        wrong = []
        if self.slack_bot_token and not self.slack_bot_token.startswith("xoxb-"):
            wrong.append("SLACK_BOT_TOKEN must begin with xoxb- (the Bot User OAuth Token)")
        if self.slack_app_token and not self.slack_app_token.startswith("xapp-"):
            wrong.append("SLACK_APP_TOKEN must begin with xapp- (an app-level token with connections:write)")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def read_settings(**given: Any) -> Settings:
    """Return the settings; raise `OperatorError` that names every fault at once."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [f"  {'.'.join(str(p) for p in e['loc']) or 'settings'}: {e['msg']}" for e in error.errors()]
        raise OperatorError("These settings cannot be used:\n" + "\n".join(lines)) from error
