"""The table of hostile cases, as a run of pytest saw them: `pytest --catalogue FILE`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from tests.catalogue.cases import IDS, LETTERS, Case, catalogue, ids_in

OPTION = "--catalogue"
SEEN = "seen"
COLUMNS = ("case", "level", "tries", "expected", "seen", "tests", "outcome")


@dataclass(slots=True)
class Row:
    """One case in this run. `outcome`: held, FAILED, skipped, not here, not run or unknown."""

    case: str
    level: str
    tries: str
    expected: str
    outcome: str = "not run"
    tests: int = 0
    seen: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Return what was seen, in a line."""
        words = list(dict.fromkeys(self.seen))
        return " · ".join(words[:3]) + (f" · … {len(words) - 3} more" if len(words) > 3 else "")


class Collected:
    """A plugin that runs the tests that carry the id of a case, and keeps what came of them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reports: defaultdict[str, list[pytest.TestReport]] = defaultdict(list)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out tests without an id."""
        others = [item for item in items if not ids_in(item.nodeid)]
        items[:] = [item for item in items if ids_in(item.nodeid)]
        config.hook.pytest_deselected(items=others)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the report of a test: its call, or what kept it from being called."""
        if report.when == "call" or not report.passed:
            for name in ids_in(report.nodeid):
                self._reports[name].append(report)

    def pytest_terminal_summary(self) -> None:
        """Print the table, and write it as JSON."""
        rows = rows_of(catalogue(), self._reports)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False), "utf-8")
        show(rows, Console(width=200))


def rows_of(cases: Mapping[str, Case], reports: Mapping[str, Iterable[pytest.TestReport]]) -> list[Row]:
    """Return a row for every id, in the catalogue's order."""
    rows = []
    for name in IDS:
        case = cases.get(name)
        if case is None:
            rows.append(Row(name, "", "", "", "unknown"))
            continue
        row = Row(name, case.level, case.tries, case.expect or case.not_here)
        if case.not_here:
            row.outcome, row.level = "not here", ""
        for report in reports.get(name, ()):
            row.tests += report.passed
            row.seen += [str(what) for key, what in report.user_properties if key == SEEN]
            row.outcome = _worse(row.outcome, "held" if report.passed else report.outcome.replace("failed", "FAILED"))
        rows.append(row)
    return rows


def _worse(one: str, other: str) -> str:
    order = ("not here", "not run", "skipped", "held", "FAILED")  # one test that ran outweighs one that could not
    return max(one, other, key=order.index)


def show(rows: Iterable[Row], console: Console) -> None:
    """Print one table a letter, and the sums."""
    rows = list(rows)
    for letter, title in LETTERS.items():
        table = Table(
            "case", "level", "tries", "expected", "seen", "tests", "outcome", title=title, title_justify="left"
        )
        for row in (row for row in rows if row.case[0] == letter):
            table.add_row(row.case, row.level, row.tries, row.expected, row.said, str(row.tests or ""), row.outcome)
        console.print(table)
    sums: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        sums[row.outcome] += 1
    tests = sum(row.tests for row in rows)
    console.print(f"{len(rows)} cases, {tests} tests: " + ", ".join(f"{n} {what}" for what, n in sorted(sums.items())))
