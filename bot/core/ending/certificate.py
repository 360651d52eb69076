"""What stands on a certificate (a value); `bot.ports.Painter` draws it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

LONGEST_NAME = 80  #: characters. Source: docs.slack.dev, users.profile.set, display_name


@dataclass(frozen=True, slots=True)
class SectionDone:
    """One section on the certificate."""

    id: str
    title: str
    passed: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """Everything on the picture but its number, which tells whose it is (`bot.workbench.farewell`)."""

    name: str  #: as Slack shows it, in any script; one line, at most `LONGEST_NAME` characters
    title: str  #: of the workshop
    on: date  #: when the last step was passed or skipped
    sections: tuple[SectionDone, ...]

    @property
    def passed(self) -> int:
        """Return how many steps were passed."""
        return sum(each.passed for each in self.sections)

    @property
    def skipped(self) -> int:
        """Return how many steps were skipped."""
        return sum(each.skipped for each in self.sections)


def number_of(secret: str, workshop: str, learner: str) -> str:
    """Return a certificate's number, such as `7FQ2-KXMA-P3ZD`: always the same for one learner in one workshop.

    Whoever has the `secret` can tell whose it is (`docent certificate`); nobody else can make one.
    """
    made = hmac.new(secret.encode(), f"{workshop}\0{learner}".encode(), hashlib.sha256).digest()
    letters = base64.b32encode(made).decode()
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def same_number(one: str, other: str) -> bool:
    """Tell whether two numbers are the same, however they were typed: small letters, no dashes, 0 for O, 1 for I."""
    return _bare(one) == _bare(other)


def _bare(number: str) -> str:
    return "".join(c for c in number.upper().translate(_MISREAD) if c.isalnum())


#: the alphabet of base 32 has neither 0, 1 nor 8
_MISREAD = str.maketrans("018", "OIB")
