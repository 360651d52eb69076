"""The installer writes what it says, sees every difference, and takes everything away again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.host.conftest import HOST

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer takes root")
INSTALLED = [
    "etc/docent/daemon.json",
    "etc/docent/seccomp.json",
    "usr/local/lib/docent/egress",
    "usr/local/lib/docent/engine",
]


def install(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HOST / "install", "--root", root, *words], capture_output=True, text=True, check=False, timeout=60
    )


def files(root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and "systemd" not in str(path)
    )


def test_it_can_be_run_again_and_again_and_leaves_nothing_when_it_is_removed(tmp_path: Path) -> None:
    assert install(tmp_path, "--check").returncode == 1
    assert files(tmp_path) == []
    first = install(tmp_path)
    assert first.returncode == 0, first.stderr
    assert files(tmp_path) == INSTALLED
    assert "wrote" in first.stdout
    assert "wrote" not in install(tmp_path).stdout
    assert install(tmp_path, "--check").returncode == 0
    assert install(tmp_path, "--remove").returncode == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("what", ["changed", "gone", "open to all"])
def test_every_difference_is_named(tmp_path: Path, what: str) -> None:
    install(tmp_path)
    path = tmp_path / "etc" / "docent" / "seccomp.json"
    match what:
        case "changed":
            path.write_text(path.read_text().replace("SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", 1))
        case "gone":
            path.unlink()
        case _:
            path.chmod(0o666)
    said = install(tmp_path, "--check")
    assert said.returncode == 1
    wrong = [line for line in said.stdout.splitlines() if line.startswith("✗")]
    assert len(wrong) == 1
    assert wrong[0].startswith("✗ /etc/docent/seccomp.json: ")
    assert install(tmp_path).returncode == 0
    assert install(tmp_path, "--check").returncode == 0


def test_beside_another_engine_no_rule_of_that_ones_is_touched(tmp_path: Path) -> None:
    install(tmp_path)
    beside = json.loads((tmp_path / "etc/docent/daemon.json").read_text())
    assert (beside["iptables"], beside["ip6tables"], beside["bridge"]) == (False, False, "docent0")
    install(tmp_path, "--alone")
    alone = json.loads((tmp_path / "etc/docent/daemon.json").read_text())
    assert (alone["icc"], alone["userland-proxy"]) == (False, False)
    assert "iptables" not in alone
    for config in (beside, alone):
        assert config["no-new-privileges"] is True
        assert config["seccomp-profile"] == "/etc/docent/seccomp.json"
        assert not config.keys() & {"hosts", "insecure-registries", "authorization-plugins"}


def test_ids_of_containers_may_be_none_of_this_hosts(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/subuid").write_text("somebody:100000:65536\n")
    install(tmp_path, "--userns-remap")
    assert json.loads((tmp_path / "etc/docent/daemon.json").read_text())["userns-remap"] == "docent-remap"
    assert (tmp_path / "etc/subuid").read_text() == "somebody:100000:65536\ndocent-remap:3000000:65536\n"
    assert install(tmp_path, "--userns-remap", "--check").returncode == 0
    install(tmp_path, "--remove")
    assert (tmp_path / "etc/subuid").read_text() == "somebody:100000:65536\n"


def test_the_units_are_understood_by_systemd(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    units = [tmp_path / unit.name for unit in (HOST / "systemd").iterdir()]
    for unit in units:
        text = (HOST / "systemd" / unit.name).read_text()
        text = text.replace("@BUILD_CPU@", "180%").replace("@RUN_CPU@", "180%")
        # what they start is not installed here
        unit.write_text(
            text.replace("/usr/local/lib/docent/", "/bin/echo ").replace("/opt/docent/.venv/bin/", "/bin/echo ")
        )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:/lib/systemd/system"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_two_engines_that_both_manage_iptables_are_not_started(tmp_path: Path) -> None:
    if not Path("/var/run/docker.sock").exists():
        pytest.skip("no other engine here")
    (tmp_path / "daemon.json").write_text("{}")
    words = ["--config", tmp_path / "daemon.json", "--folder", tmp_path / "data", "--run", tmp_path / "run"]
    done = subprocess.run([HOST / "engine", "start", *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith(("install without --alone.", "too long for the sockets below it."))
    assert "install without --alone" in done.stderr or len(str(tmp_path)) > 60
