"""A learner asks, instructors answer: a thread on each side, and what is written in one is read in the other.

`asking` opens it, `talking` passes words on, `holding` says whose it is, `tending` makes good what went wrong;
`desk` is what they all do to a thread, and `relay` what both sides see.
"""

from bot.staffroom.help.asking import Asking
from bot.staffroom.help.desk import HelpDesk
from bot.staffroom.help.holding import Holding
from bot.staffroom.help.relay import Relay
from bot.staffroom.help.talking import Talking
from bot.staffroom.help.tending import Tending

__all__ = ["Asking", "HelpDesk", "Holding", "Relay", "Talking", "Tending"]
