from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.evidence import RegistrySeen
from bot.core.judging.shares import CODES, judge
from bot.core.specs import RegistrySpec
from bot.core.verdict import Failed, Fault, Passed

SPEC = RegistrySpec(image="getting-started", like="getting-started")
MINE, OTHER = "sha256:" + 64 * "a", "sha256:" + 64 * "b"
NAME = "ada/getting-started"
BUILT = RegistrySeen(NAME, local_id=MINE, names=("getting-started:latest",))
TAGGED = replace(BUILT, tagged_id=MINE, names=(f"{NAME}:latest", "getting-started:latest"))
SHARED = replace(TAGGED, digest="sha256:d", stored_id=MINE, platforms=("linux/amd64",))

FAILURES = [
    (BUILT, "NOT_TAGGED", "getting-started"),
    (RegistrySeen(NAME), "NOT_TAGGED", "no image yet"),
    (replace(BUILT, names=("docker/getting-started:latest",)), "OTHER_NAMESPACE", "docker/getting-started"),
    (replace(BUILT, names=("ada/todo:latest", "getting-started:latest")), "OTHER_NAME", "ada/todo"),
    (replace(BUILT, names=("ada/getting-started:v1",)), "OTHER_TAG", "ada/getting-started:v1"),
    (replace(BUILT, tags=("v2",)), "OTHER_TAG", "ada/getting-started:v2"),
    (TAGGED, "NOT_PUSHED", "nothing of that name there"),
    (replace(SHARED, stored_id=OTHER), "OLD_PUSHED", "image bbbbbbbbbbbb in the registry"),
    (replace(SHARED, stored_id=OTHER, tagged_id=OTHER), "OTHER_IMAGE", f"image bbbbbbbbbbbb as {NAME}"),
    (replace(SHARED, stored_id=OTHER, tagged_id=""), "OTHER_IMAGE", f"image bbbbbbbbbbbb as {NAME}"),
    (replace(SHARED, stored_id="", platforms=("linux/arm64",)), "WRONG_PLATFORM", "linux/arm64"),
    (replace(SHARED, refused="it has ONBUILD instructions"), "NOT_TAKEN_IN", "it has ONBUILD instructions"),
]


@pytest.mark.parametrize(("seen", "code", "observed"), FAILURES)
def test_what_is_amiss_is_named(seen: RegistrySeen, code: str, observed: str) -> None:
    result = judge(SPEC, seen)
    assert isinstance(result, Failed)
    assert (result.code, result.observed) == (code, observed)


def test_every_code_is_in_the_table() -> None:
    assert {code for _, code, _ in FAILURES} == CODES


@pytest.mark.parametrize(
    "seen",
    [
        SHARED,
        replace(SHARED, tagged_id=""),  # the local name was taken off again
        replace(SHARED, local_id="", tagged_id="", names=()),  # handed in from a machine of one's own
    ],
)
def test_the_learners_own_image_in_the_registry_passes(seen: RegistrySeen) -> None:
    assert isinstance(judge(SPEC, seen), Passed)


def test_a_registry_that_is_down_is_our_fault_whatever_else_was_seen() -> None:
    assert judge(SPEC, replace(SHARED, down="it does not answer")) == Fault("it does not answer")
