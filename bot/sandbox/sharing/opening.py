"""What a sandbox needs to share images, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.ports import Passes
from bot.sandbox.setup import Setup
from bot.sandbox.sharing.carrier import Carrier
from bot.sandbox.sharing.contents import Contents
from bot.sandbox.sharing.house import House
from bot.sandbox.sharing.layout import Address
from bot.sandbox.sharing.shop import Shop


@dataclass(frozen=True, slots=True)
class Opening:
    """What the composition root gives: who may do what, where the registry is to be, and where its key is kept."""

    passes: Passes
    folder: Path
    image: Callable[[], Awaitable[str]]  #: the registry's image id, '' while it is not prepared
    address: Address = field(default_factory=Address)


@dataclass(frozen=True, slots=True)
class Sharing:
    """The parts, made for one host."""

    house: House
    contents: Contents
    carrier: Carrier
    shop: Shop
    passes: Passes


def opened(setup: Setup, opening: Opening) -> Sharing:
    """Return the parts; nothing is started yet."""
    house = House(setup.host, setup.instance, opening.image, opening.folder, opening.passes, opening.address)
    contents = Contents(house, setup.limits)
    carrier = Carrier(setup, house, contents)
    return Sharing(house, contents, carrier, Shop(setup, house, contents, carrier, opening.passes), opening.passes)
