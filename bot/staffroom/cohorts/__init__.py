"""Cohorts: made by instructors, joined by learners, followed through their channels."""

from bot.staffroom.cohorts.caretaker import Caretaker
from bot.staffroom.cohorts.duty import CohortDuty
from bot.staffroom.cohorts.invitations import Invitations
from bot.staffroom.cohorts.rosters import Rosters
from bot.staffroom.cohorts.seating import SeatDuty

__all__ = ["Caretaker", "CohortDuty", "Invitations", "Rosters", "SeatDuty"]
