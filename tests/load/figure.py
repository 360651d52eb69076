"""What measurements print."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number beside its bar."""

    name: str
    value: float
    unit: str
    bar: str
