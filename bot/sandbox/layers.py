"""What a learner's image is made of above its base, as its history tells."""

from __future__ import annotations

from urllib.parse import quote

from bot.core.evidence import HistorySeen
from bot.sandbox.belongings import Picture, pictures, which_picture
from bot.sandbox.figures import OURS
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup


async def history_seen(setup: Setup, owner: Owner, name: str) -> HistorySeen:
    """Return the words of each layer of the learner's image, newest first, down to its base."""
    mine = await pictures(setup, owner)
    found = which_picture(name, mine)
    others = tuple(tag for picture in mine if not picture.base for tag in picture.tags)
    if not isinstance(found, Picture):
        return HistorySeen(False, others=others)
    rows = await _rows(setup, found.id)
    detail = await setup.host.image(found.id)
    labels = ((detail.raw.get("Config") or {}).get("Labels") or {}) if detail else {}
    for base in filter(None, labels.get("docent.bases", "").split(",")):
        below = await _rows(setup, setup.bases.get(base, ""))
        if below and rows[-len(below) :] == below:
            rows = rows[: -len(below)]
            break
    return HistorySeen(True, tuple(words for words, _ in rows if not OURS.search(words)), others)


async def _rows(setup: Setup, image_id: str) -> list[tuple[str, int]]:
    """Return words and time of each layer, newest first; none for an image that is not there."""
    if not image_id:
        return []
    answer = await setup.host.must("GET", f"/images/{quote(image_id)}/history")
    return [(str(raw.get("CreatedBy") or ""), int(raw.get("Created") or 0)) for raw in answer.json]
