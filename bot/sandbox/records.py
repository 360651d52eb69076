"""Follow an item from the app into the database: is it a row there, does it change and go with the item?

The app is asked as a browser asks it, the database as any client on the network. Its password is taken from the
settings that the learner gave to their own containers; it goes to the verifier and nowhere else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.core.evidence import SqlSeen
from bot.core.specs import SqlSpec
from bot.errors import HostError
from bot.sandbox import evidence
from bot.sandbox.answers import ASK_S, ROUND_S, answer, content
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Raw, ended_of

#: both names of the table are words, by the shape of the spec
QUERY = "select count(*), coalesce(sum(completed = 1), 0) from {table} where id = ?"
#: the verifier's codes → the states of the evidence
STATES = {"denied": "denied", "no-table": "no_table", "no-database": "no_table"}


class Halted(Exception):
    """The item did not get further; the evidence says where."""

    def __init__(self, state: str, observed: str = "") -> None:
        super().__init__(state)
        self.state, self.observed = state, observed


@dataclass(frozen=True, slots=True)
class Pair:
    """An app and its database, both running, as they were started."""

    app: Container
    app_env: Mapping[str, str]
    database: Container
    database_env: Mapping[str, str]

    @property
    def logins(self) -> list[dict[str, str]]:
        """Return who may ask, by the settings of both: the app's user, the database's root, the database's user."""
        app, own = self.app_env, self.database_env
        pairs = [
            (app.get("MYSQL_USER"), app.get("MYSQL_PASSWORD", "")),
            ("root", own.get("MYSQL_ROOT_PASSWORD", "")),
            (own.get("MYSQL_USER"), own.get("MYSQL_PASSWORD", "")),
        ]
        return [{"user": user, "password": password} for user, password in dict.fromkeys(pairs) if user]


class Records:
    """Follows items on one host."""

    def __init__(self, setup: Setup, verifiers: Verifiers) -> None:
        self._setup, self._verifiers = setup, verifiers

    async def follow(
        self, owner: Owner, spec: SqlSpec, app: Container | None, database: Container | None, *, patient: bool
    ) -> SqlSeen:
        """Return what became of an item that was added, ticked and removed; it is removed in any case."""
        app_raw = await self._setup.host.inspect(app.id) if app else None
        if app is None or app_raw is None:
            return SqlSeen("no_app")
        if not ended_of(app_raw).running:
            return await self._seen(app, app_raw, SqlSeen("exited", exit_code=ended_of(app_raw).exit_code))
        database_raw = await self._setup.host.inspect(database.id) if database and database.running else None
        if database is None or database_raw is None:
            return await self._seen(app, app_raw, SqlSeen("no_database"))
        pair = Pair(app, environment(app_raw), database, environment(database_raw))
        posted: list[str] = []
        try:
            seen = await self._play(owner, spec, pair, posted, retry_for_s=ROUND_S if patient else 0)
        except Halted as halted:
            seen = SqlSeen(halted.state, observed=halted.observed)
        finally:
            for each in posted:
                with suppress(HostError, Halted):
                    await self._app(owner, spec, pair, "DELETE", f"{spec.items}/{each}")
        return await self._seen(app, app_raw, seen)

    async def _seen(self, app: Container, raw: Raw, seen: SqlSeen) -> SqlSeen:
        """Return the evidence with what the app was told, and what it says."""
        env = environment(raw)
        log = evidence.tail(await self._setup.host.logs(app.id, tail=200))
        return SqlSeen(
            seen.state,
            seen.added,
            seen.ticked,
            seen.removed,
            names_host=bool(env.get("MYSQL_HOST")),
            schema=env.get("MYSQL_DB", ""),
            observed=seen.observed,
            log=log,
            exit_code=seen.exit_code,
        )

    async def _play(self, owner: Owner, spec: SqlSpec, pair: Pair, posted: list[str], *, retry_for_s: float) -> SqlSeen:
        marker = f"chk-{secrets.token_hex(4)}"
        answered = await self._app(owner, spec, pair, "POST", spec.items, {"name": marker}, retry_for_s=retry_for_s)
        item = answered.get("id") if isinstance(answered, Mapping) else None
        if not isinstance(item, str) or not 0 < len(item) <= 64:
            raise Halted("not_saved", f"an answer without an id: {str(answered)[:60]}")
        posted.append(item)
        added, _ = await self._rows(owner, spec, pair, item)
        if not added:
            return SqlSeen("played")
        path = f"{spec.items}/{item}"
        await self._app(owner, spec, pair, "PUT", path, {"name": marker, "completed": True})
        _, ticked = await self._rows(owner, spec, pair, item)
        await self._app(owner, spec, pair, "DELETE", path)
        posted.clear()
        removed, _ = await self._rows(owner, spec, pair, item)
        return SqlSeen("played", added, ticked, removed)

    async def _app(
        self,
        owner: Owner,
        spec: SqlSpec,
        pair: Pair,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        retry_for_s: float = 0,
    ) -> object:
        """Return what the app answered, as JSON where it is that. Raises: Halted."""
        url = f"http://{pair.app.ip}:{spec.port}{path}"
        answered = await answer(self._verifiers, owner, method, url, body=body, retry_for_s=retry_for_s)
        if answered.get("error"):
            raise Halted("silent", f"no answer to {method} {spec.items} ({answered['error']})")
        if answered.get("status") != 200:
            raise Halted("not_saved", f"{answered.get('status')} for {method} {spec.items}")
        found = content(answered)
        return str(answered.get("body")) if found is None else found

    async def _rows(self, owner: Owner, spec: SqlSpec, pair: Pair, item: str) -> tuple[int, int]:
        """Return how many rows the item has, and how many of them are completed. Raises: Halted."""
        question: dict[str, object] = {
            "op": "sql",
            "host": pair.database.ip,
            "logins": pair.logins,
            "query": QUERY.format(table=f"`{spec.schema_}`.`{spec.table}`"),
            "values": [item],
            "timeout_s": ASK_S,
        }
        said = await self._verifiers.ask(owner, question, deadline_s=ASK_S)
        error = said.get("error")
        if error == "bad-request":
            raise HostError(f"The verifier did not understand us: {said.get('say')}")
        if error:
            raise Halted(STATES.get(str(error), "unreached"), str(said.get("say", ""))[:160])
        try:
            ((count, ticked),) = said["rows"]
            return int(count), int(ticked)
        except (TypeError, ValueError):
            raise Halted("unreached", "an answer that is no number of rows") from None


def environment(raw: Raw) -> Mapping[str, str]:
    """Return the settings that a container was started with."""
    pairs = (str(each).partition("=") for each in (raw.get("Config") or {}).get("Env") or ())
    return {name: value for name, _, value in pairs}
