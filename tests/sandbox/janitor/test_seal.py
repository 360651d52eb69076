"""The seal: what is ours, and what only says so."""

from __future__ import annotations

import pytest

from bot.sandbox.janitor.seal import FIRST, SIGNATURE, Seal, What

OURS = Seal(b"ours")
LABELS = {"docent.instance": "main", "docent.learner": "u1", "docent.kind": "learner", "docent.attempt": ""}
WEB = "docent-main-u1-web"
NAMELESS = "0f" * 32


@pytest.mark.parametrize(("what", "name"), [(What.CONTAINER, WEB), (What.NETWORK, WEB), (What.VOLUME, WEB)])
def test_what_we_made_is_ours_under_its_name_only(what: What, name: str) -> None:
    labels = OURS.sealed(what, name, LABELS)
    assert OURS.holds(what, name, labels)
    assert not OURS.holds(what, "backup-of-web", labels)


@pytest.mark.parametrize(
    "changed",
    [
        {"docent.instance": "other"},
        {"docent.learner": "u2"},
        {"docent.kind": "probe"},
        {"docent.attempt": "7"},
        {FIRST: "docent-main-u1-db"},
        {SIGNATURE: ""},
        {SIGNATURE: "0" * 32},
        {SIGNATURE: "ä"},
    ],
)
def test_f32_a_label_that_was_changed_breaks_the_seal(changed: dict[str, str]) -> None:
    labels = OURS.sealed(What.CONTAINER, WEB, LABELS) | changed
    assert not OURS.genuine(What.CONTAINER, labels)
    assert not OURS.holds(What.CONTAINER, labels[FIRST], labels)


def test_f32_a_seal_is_for_one_kind_of_thing_and_one_secret() -> None:
    labels = OURS.sealed(What.CONTAINER, WEB, LABELS)
    for what in (What.NETWORK, What.VOLUME, What.IMAGE):
        assert not OURS.holds(what, WEB, labels)
    assert not Seal(b"another bot's").holds(What.CONTAINER, WEB, labels)


def test_f32_a_container_that_takes_over_the_labels_of_our_image_is_not_ours() -> None:
    image = OURS.sealed(What.IMAGE, "", {"docent.instance": "main", "docent.learner": "u1"})
    assert OURS.holds(What.IMAGE, "sha256:1", image)
    assert not OURS.holds(What.CONTAINER, "somebody-elses", image)
    assert not OURS.holds(What.CONTAINER, NAMELESS, image)


def test_f32_the_seal_of_a_nameless_volume_fits_no_volume_with_a_name() -> None:
    labels = OURS.sealed(What.VOLUME, "", LABELS)
    assert OURS.holds(What.VOLUME, NAMELESS, labels)
    assert not OURS.holds(What.VOLUME, "their-database", labels)


def test_what_is_sealed_twice_is_sealed_for_its_new_name() -> None:
    once = OURS.sealed(What.CONTAINER, WEB, LABELS)
    assert OURS.holds(What.CONTAINER, "docent-main-u1-db", OURS.sealed(What.CONTAINER, "docent-main-u1-db", once))


def test_the_secret_is_in_no_text_of_it() -> None:
    assert "ours" not in repr(OURS)
