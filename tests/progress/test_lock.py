from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.progress.lock import hold

HOLDER = """
import sys, time
from pathlib import Path
from bot.progress.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "data" / "docent.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(OperatorError, match=f"process {other.pid}"), hold(path):
                pass
        finally:
            other.send_signal(signal.SIGKILL)
    with hold(path):  # the kernel let go with the process
        assert path.read_text() == f"{os.getpid()}\n"


def test_the_lock_is_let_go_at_the_end_of_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with hold(tmp_path / "docent.lock"):
            pass
