"""Claims: which Docents of this machine are dead."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox.janitor.claims import Claim, claimed, dead, engine_at, forget

HERE = "unix:///var/run/docker.sock"
HOLD = """
import sys, time
from pathlib import Path
from bot.sandbox.janitor.claims import Claim, claimed
with claimed(Path(sys.argv[1]), Claim("abc", "00", sys.argv[2], passing=True, engine="unix:///var/run/docker.sock")):
    print("held", flush=True)
    time.sleep(600)
"""


def claim(folder: Path, *, passing: bool = False, data: str = "nowhere", engine: str = HERE) -> Claim:
    made = Claim("abc", "00", data, passing, engine)
    folder.mkdir(exist_ok=True)
    (folder / "abc.json").write_text(json.dumps({k: getattr(made, k) for k in Claim.__slots__}))
    return made


def test_a_killed_process_leaves_a_claim_that_is_dead_and_not_before(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        assert dead(tmp_path, HERE, 0) == []
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        (found,) = dead(tmp_path, HERE, 0)
        assert (found.instance, found.passing) == ("abc", True)
        assert dead(tmp_path, HERE, 60) == [], "it may be about to be locked"
        forget(tmp_path, found)
        assert dead(tmp_path, HERE, 0) == []
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_a_bot_that_is_stopped_is_not_dead_while_its_database_is_there(tmp_path: Path) -> None:
    database = tmp_path / "docent.sqlite"
    database.touch()
    folder = tmp_path / "claims"
    kept = claim(folder, data=str(database))
    assert dead(folder, HERE, 0) == []
    database.unlink()
    assert dead(folder, HERE, 0) == [kept]


def test_of_another_engine_nothing_is_said(tmp_path: Path) -> None:
    claim(tmp_path, passing=True, engine="tcp://elsewhere:2376")
    assert dead(tmp_path, HERE, 0) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"instance": "abc"}', "\x00", '{"instance": 1, "more": 2}'])
def test_what_is_no_claim_is_nobodys(tmp_path: Path, text: str) -> None:
    (tmp_path / "abc.json").write_text(text)
    assert dead(tmp_path, HERE, 0) == []


def test_a_passing_claim_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    for passing in (True, False):
        with claimed(tmp_path, Claim("abc", "00", "x", passing, HERE)):
            assert (tmp_path / "abc.json").stat().st_mode & 0o077 == 0, "the key is in it"
        assert (tmp_path / "abc.json").exists() is not passing


def test_the_usual_engine_is_one_engine_however_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    assert engine_at("") == engine_at(HERE)
    monkeypatch.setenv("DOCKER_HOST", "tcp://there:1")
    assert engine_at("") == "tcp://there:1"


def test_a_folder_that_takes_no_claim_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with claimed(tmp_path / "file" / "claims", Claim("abc", "00", "x")):
        pass
