"""The worst that can be handed in costs little work; `deploy/bench policy` prints milliseconds and megabytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.handin.worst import CASES, JUDGES, outcome

#: in million loop rounds, of which a machine of today does about 25 in a second; an archive is read, not only judged
MOST = {"archive": 10.0}


@pytest.mark.parametrize("name", CASES)
def test_the_worst_hand_in_is_decided_in_little_work(
    name: str, loops: Callable[[Callable[[], object]], float], seen: Callable[[object], None]
) -> None:
    case = CASES[name]
    content, judge = case.make(), JUDGES[case.kind]
    assert loops(lambda: judge(content)) < MOST.get(case.kind, 2.0)
    said = outcome(judge(content))
    assert (said == "accepted") is name.startswith((f"{case.kind}: accepted", *ACCEPTED))
    seen(said)


#: so bad they are not; what they ask for is held by the engine and by the container
ACCEPTED = (
    "dockerfile: D11 names that are nearly",
    "dockerfile: D09 letters that are nearly",
    "dockerfile: D15 10,000 directives",
    "dockerfile: D40 many pairs",
    "dockerfile: D44 64 KB of letters",
    "dockerfile: D44 continued lines",
    "dockerfile: D50 64 KB of quotes",
    "compose: C49 ten services in a knot",
    "command: R22 many quotes",
    "command: R22 backslashes",
    "ignore: any folders",
    "ignore: stars and letters",
    "ignore: the pattern of 13 letters",
)
