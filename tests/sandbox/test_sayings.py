"""Moments and spans as the engine's log filter takes them."""

from __future__ import annotations

import pytest

from bot.sandbox.sayings import engine_since


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("42m", f"{1_000_000 - 42 * 60:.3f}"),
        ("1h30m", f"{1_000_000 - 5400:.3f}"),
        ("1.5s", "999998.500"),
        ("250ms", "999999.750"),
        ("1763900000", "1763900000"),
        ("2025-11-23T12:13:20", "1763900000.0"),
        ("2025-11-23T12:13:20.5Z", "1763900000.0"),
        ("2025-11-23T12:13", "1763899980.0"),
        ("2025-11-23", "1763856000.0"),
    ],
)
def test_since_is_a_span_before_now_or_a_moment(written: str, asked: str) -> None:
    assert engine_since(written, 1_000_000.0) == asked
