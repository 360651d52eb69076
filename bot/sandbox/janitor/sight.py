"""What one Docent sees of a host: the engine's lists without what only says that it is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.ports import Stage
from bot.sandbox.janitor.books import Books
from bot.sandbox.janitor.seal import What

Raw = Mapping[str, Any]


class Sight:
    """Looks at what the engine lists, with the books in hand."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def of(self, path: str, json: Any) -> Any:
        """Return the answer to `GET path`: a list without what only claims to be ours, anything else as it is."""
        match path:
            case "/containers/json":
                return [each for each in json or () if self._shown(each)]
            case "/networks":
                return [each for each in json or () if self._honest(What.NETWORK, each["Name"], each)]
            case "/volumes":
                kept = [v for v in json.get("Volumes") or () if self._honest(What.VOLUME, v["Name"], v)]
                return {**json, "Volumes": kept}
            case "/images/json":
                return [each for raw in json or () if (each := self._image(raw)) is not None]
        return json

    def _honest(self, what: What, name: str, raw: Raw) -> bool:
        labels = raw.get("Labels") or {}
        return not self._books.claimed(labels) or self._books.ours(what, name, str(raw.get("Id", "")), labels)

    def _shown(self, raw: Raw) -> bool:
        """Tell whether a container is to be seen; one that nobody was handed yet is not."""
        name = next(iter(raw.get("Names") or [""])).removeprefix("/")
        entry = self._books.entry(What.CONTAINER, name)
        half_made = entry is not None and entry.stage is Stage.INTENDED
        return self._honest(What.CONTAINER, name, raw) and not half_made

    def _image(self, raw: Raw) -> Raw | None:
        """Return an image with those names that are ours or claim nothing; None when it only claims to be ours."""
        books = self._books
        tags = [str(tag) for tag in raw.get("RepoTags") or ()]
        mine = (f"docent-{books.instance}/", f"docentcheck-{books.instance}/")
        kept = [tag for tag in tags if not tag.startswith(mine) or books.entry(What.IMAGE, tag)]
        labels = raw.get("Labels") or {}
        sealed = books.claimed(labels) and books.seal.genuine(What.IMAGE, labels)
        named = any(books.entry(What.IMAGE, tag) for tag in kept)
        if books.claimed(labels) and not (sealed or named):
            return None
        if tags and not kept and not sealed:
            return None
        return {**raw, "RepoTags": kept}
