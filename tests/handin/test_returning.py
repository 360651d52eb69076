"""What comes back from containers: within the limits, and never over an edit of the learner's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.project import MOST_FILE_BYTES, MOST_FILES, MOST_PROJECT_BYTES
from bot.handin.returning import Seen, digest, returned

OLD, NEW, MINE = b"old", b"new", b"mine"


@pytest.mark.parametrize(
    ("was", "theirs", "mine", "comes"),
    [
        (OLD, NEW, OLD, {"a": NEW}),
        (OLD, None, OLD, {"a": None}),
        (None, NEW, None, {"a": NEW}),
        (OLD, NEW, MINE, {}),  # both changed it: the learner's edit stands
        (OLD, None, MINE, {}),
        (OLD, NEW, None, {}),  # the learner removed it
        (OLD, NEW, NEW, {}),
        (None, NEW, MINE, {}),
    ],
)
def test_a_file_comes_back_unless_the_learner_changed_it_too(
    was: bytes | None, theirs: bytes | None, mine: bytes | None, comes: dict[str, bytes | None]
) -> None:
    agreed = {} if was is None else {"a": digest(was)}
    seen = Seen({}, ("a",)) if theirs is None else Seen({"a": theirs})
    assert returned(seen, agreed, {} if mine is None else {"a": mine}).changes == comes


def test_after_a_start_what_is_kept_stands_and_only_new_files_come_back() -> None:
    back = returned(Seen({"a": NEW, "b": NEW}, ("c",)), None, {"a": MINE, "c": MINE})
    assert back.changes == {"b": NEW}


@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "a/../../x", "node_modules/x", ".git/config", "a\nb", "x" * 201, "a:b", "\udcff"]
)
def test_a_name_that_leads_out_or_is_odd_stays_where_it_is(path: str) -> None:
    back = returned(Seen({path: b"x"}), {}, {})
    assert back.changes == {}
    assert set(back.refused) == {path}


names = st.one_of(st.from_regex(r"[a-z]{1,3}(/[a-z]{1,3}){0,2}", fullmatch=True), st.text(max_size=12))
contents = st.one_of(st.binary(max_size=30), st.just(b"x" * (MOST_FILE_BYTES + 1)))


@given(st.dictionaries(names, contents, max_size=12), st.dictionaries(names, st.just(MINE), max_size=6))
def test_a_project_never_grows_over_its_limits(changed: dict[str, bytes], files: dict[str, bytes]) -> None:
    back = returned(Seen(changed), {}, files)
    after = dict(files) | {path: content for path, content in back.changes.items() if content is not None}
    assert len(after) <= MOST_FILES
    assert sum(map(len, after.values())) <= MOST_PROJECT_BYTES
    assert all(len(after[path]) <= MOST_FILE_BYTES for path in back.changes)
    assert all(after[path] == files[path] for path in files)
    assert set(back.changes).isdisjoint(back.refused)
