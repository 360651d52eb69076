"""The only place where the parts meet: settings in, a running bot out.

`running` opens them in this order, and closes them the other way round:

1. `records`: the data folder and its database.
2. `host`: learners' sandboxes on the engine.
3. `slack`: the line out; nothing comes in yet.
4. `instructors`, then `learners`, then `duties` that join them: their parts are made.
5. What works: `care` of the host, the desk, `watch` for instructors, what `follow`s learners (`beside` each other).
6. `door`: people come in.

So who comes in finds everything there, and what is being done when the bot stops can still be said.
"""

from bot.wiring.cleaning import clean_up
from bot.wiring.host import open_sandbox
from bot.wiring.images import pinned_images
from bot.wiring.kept import BADGE_KEY, CERTIFICATE_SECRET, kept_secret, seal_of
from bot.wiring.records import DATABASE
from bot.wiring.running import Bot, running_bot

__all__ = [
    "BADGE_KEY",
    "CERTIFICATE_SECRET",
    "DATABASE",
    "Bot",
    "clean_up",
    "kept_secret",
    "open_sandbox",
    "pinned_images",
    "running_bot",
    "seal_of",
]
