"""Messages of other versions and programs that no signature was written from, and logs of what went well."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.core.diagnosis import Kind, diagnose
from bot.core.workshop import Workshop

LOGS = Path(__file__).parent / "logs"

#: (what it must be recognised as, what was printed)
UNSEEN: list[tuple[str, str]] = [
    next(iter(row.items())) for row in yaml.safe_load((Path(__file__).parent / "unseen.yaml").read_text("utf-8"))
]


@pytest.mark.parametrize(("code", "text"), UNSEEN, ids=lambda v: str(v)[:40])
def test_a_message_of_a_known_kind_is_recognised(workshop: Workshop, code: str, text: str) -> None:
    found = diagnose(workshop, text)
    assert found, "nothing is found"
    assert found[0].code == code


def test_there_are_many_unseen_messages_of_many_kinds() -> None:
    assert len({text for _, text in UNSEEN}) >= 60
    assert len({code for code, _ in UNSEEN}) >= 60


@pytest.mark.parametrize("log", sorted(LOGS.glob("*.log")), ids=lambda p: p.stem)
def test_a_log_of_what_went_well_raises_nothing(workshop: Workshop, log: Path) -> None:
    text = log.read_text(encoding="utf-8")
    assert len(text) > 200
    found = diagnose(workshop, text)
    assert not [(f.code, f.line) for f in found if f.kind is not Kind.INFORMATION]
    # nor does any line of it by itself; that Docker has to look elsewhere for an image only says so before it did
    for line in text.splitlines():
        if "locally" not in line:
            assert all(f.kind is Kind.INFORMATION for f in diagnose(workshop, line)), line
