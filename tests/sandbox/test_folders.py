"""What is known of a mounted folder: what both sides hold is agreed on, and goes from one when the other drops it."""

from __future__ import annotations

from bot.handin.returning import Returned, Seen, digest, returned
from bot.sandbox.folders import Folder, below, known_of, learn


def looked(folder: Folder, volume: dict[str, bytes], files: dict[str, bytes]) -> Returned:
    """Look through a volume as the keeper does, and learn from it."""
    known = known_of(folder, files)
    changed = {path: content for path, content in volume.items() if known.get(path) != digest(content)}
    seen = Seen(changed, tuple(path for path in known if path not in volume))
    back = returned(seen, folder.agreed, files)
    learn(folder, known, seen, back, files)
    return back


def test_a_new_file_is_agreed_on_once_it_is_kept_and_stays_away_once_it_is_removed() -> None:
    folder, volume = Folder(".", agreed={"a": digest(b"1")}), {"a": b"1", "new": b"n"}
    assert looked(folder, volume, {"a": b"1"}).changes == {"new": b"n"}
    assert looked(folder, volume, {"a": b"1"}).changes == {"new": b"n"}, "it is not kept yet"
    assert looked(folder, volume, {"a": b"1", "new": b"n"}).changes == {}
    assert looked(folder, volume, {"a": b"1"}).changes == {}, "the learner has removed it"


def test_a_file_that_a_container_removed_may_be_written_anew_by_the_learner() -> None:
    folder = Folder(".", agreed={"a": digest(b"1"), "b": digest(b"1")})
    assert looked(folder, {"a": b"1"}, {"a": b"1", "b": b"1"}).changes == {"b": None}
    assert looked(folder, {"a": b"1"}, {"a": b"1"}).changes == {}
    assert looked(folder, {"a": b"1"}, {"a": b"1", "b": b"2"}).changes == {}


def test_after_a_start_what_both_hold_is_agreed_on_and_what_is_kept_stands() -> None:
    folder, volume = Folder("."), {"same": b"1", "other": b"theirs", "new": b"n"}
    files = {"same": b"1", "other": b"mine", "lost": b"1"}
    assert looked(folder, volume, files).changes == {"new": b"n"}
    assert folder.agreed == {"same": digest(b"1")}
    files = {"other": b"mine", "lost": b"1", "new": b"n"}
    assert looked(folder, volume, files).changes == {}, "nothing of theirs is taken, and what was removed stays so"
    volume["other"] = b"theirs again"
    assert looked(folder, volume, files).changes == {}


def test_a_folder_is_seen_without_its_own_name() -> None:
    files = {"src/a": b"1", "src/b/c": b"2", "srcx/d": b"3", "e": b"4"}
    assert below("src", files) == {"a": b"1", "b/c": b"2"}
    assert below(".", files) == files
