"""The radar: who is stuck and what many fail with, told to instructors, with help in one press."""

from bot.staffroom.radar.acts import AlertDesk
from bot.staffroom.radar.alerts import AlertBook
from bot.staffroom.radar.clusters import ClusterDesk
from bot.staffroom.radar.postbox import Postbox
from bot.staffroom.radar.watch import Watch

__all__ = ["AlertBook", "AlertDesk", "ClusterDesk", "Postbox", "Watch"]
