"""What Docent stands on is not older than the mends we rely on; the engine's own versions are the gate's to judge."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: package → the first version with the mend, and what it mends. Source: the projects' own advisories
FLOORS = {
    "aiohttp": ("3.12.14", "CVE-2025-53643: requests smuggled in trailers"),
    "certifi": ("2024.7.4", "CVE-2024-39689: a root that is not trusted any more"),
    "cryptography": ("44.0.1", "CVE-2024-12797 in the OpenSSL that comes with it"),
    "docker": ("7.1.0", "works with requests that keep to CVE-2024-35195's mend"),
    "idna": ("3.7", "CVE-2024-3651: a host name that takes for ever"),
    "mako": ("1.2.2", "CVE-2022-40023: a template that takes for ever"),
    "pyjwt": ("2.10.1", "CVE-2024-53861: part of an issuer was enough"),
    "pyyaml": ("5.4", "CVE-2020-14343: objects out of YAML"),
    "requests": ("2.32.4", "CVE-2024-47081: credentials of another host"),
    "urllib3": ("2.6.0", "CVE-2025-66418 and 66471: bombs in encodings"),
}


def numbers(text: str) -> tuple[int, ...]:
    found = [int(part) for part in re.findall(r"[0-9]+", text.split("+", maxsplit=1)[0])]
    return tuple([*found, 0, 0][:3])


@pytest.mark.parametrize("package", FLOORS, ids=[f"H07 {name}" for name in FLOORS])
def test_no_package_is_older_than_its_mend(package: str) -> None:
    floor, why = FLOORS[package]
    try:
        installed = version(package)
    except PackageNotFoundError:
        pytest.skip(f"{package} is not used here")
    assert numbers(installed) >= numbers(floor), why


def test_h07_what_we_ask_for_admits_nothing_older() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    bounds = re.compile(r"([\w-]+)>=([\d.]+),<.*")
    lowest = {found[1].lower(): found[2] for each in asked if (found := bounds.fullmatch(each))}
    assert len(lowest) == len(asked), "each has a lower and an upper bound"
    too_low = {name: low for name, low in lowest.items() if name in FLOORS and numbers(low) < numbers(FLOORS[name][0])}
    assert too_low == {}
