"""Take away every rule of the policy, one at a time, and see a test fail: `deploy/test --mutants [WORDS]`.

Each mutant is one change to one module: a condition that refuses never holds, or holds the other way round; one part of
an `and` or `or` is left out; a row, a word or a key of a table is left out, or loses its lesson; a limit is lifted; a
pattern fits everything or nothing. It is loaded in place of the module in a forked process, and the quick tests of what
learners hand in run until one fails. `mutants.yaml` holds those that no test can notice, with the reason; a line there
that nothing needs any more fails, too.
"""

from __future__ import annotations

import ast
import copy
import gc
import importlib.abc
import importlib.util
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from rich.console import Console
from rich.table import Table

console = Console(soft_wrap=True, highlight=False)
ROOT = Path(__file__).parents[2]
SAME_FILE = Path(__file__).with_name("mutants.yaml")
AT_ONCE = len(os.sched_getaffinity(0))
DEADLINE_S = 90
LIFTED = 10**9
AS_IT_IS = "as it is"
#: how pytest runs: quick tests only, and as little around them as can be
QUICK = [
    *("-x", "-q", "-m", "not engine and not hypothesis", "-k", "not without_end"),
    *("-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception"),
    *("--tb=no", "--no-summary", "--assert=plain"),
]
#: a list of names in one text; sentences are no rules
NAMES = re.compile(r"\s*[\w/-]+(?:\s+[\w/-]+){2,}\s*")
#: tables that are no rules: they tell what to say, or what to mend
NO_RULES = frozenset({"LONG_OPTIONS", "KEYWORDS"})
DOCKERFILE = ("tests/handin/test_policy.py", "tests/handin/test_dockerfile.py", "tests/handin/test_decision.py")
COMMAND = (
    "tests/handin/test_options.py",
    "tests/handin/test_policy.py",
    "tests/handin/test_command.py",
    "tests/handin/test_docker_flags.py",
    "tests/handin/test_docker_line.py",
)
COMPOSE = tuple(
    f"tests/handin/compose/test_{name}.py" for name in ("keys", "policy", "read", "events", "interpolation")
)
ARCHIVE = ("tests/handin/test_archive.py", "tests/handin/test_project.py")
#: module → the tests that are to notice
TARGETS: dict[str, Sequence[str]] = {
    "policy": (*DOCKERFILE, "tests/handin/compose/test_policy.py"),
    "dockerfile_rules": DOCKERFILE,
    "build_state": DOCKERFILE,
    "bases": DOCKERFILE,
    "expansion": ("tests/handin/test_expansion.py", *DOCKERFILE),
    "docker_flags": COMMAND,
    "run_plan": ("tests/handin/test_run_plan.py", *COMMAND),
    "mounts": COMMAND,
    "places": COMMAND,
    "paths": ("tests/handin/test_paths.py", *COMMAND, "tests/handin/compose/test_policy.py"),
    "env_files": ("tests/handin/test_env_files.py", "tests/handin/test_run_plan.py"),
    "ignore": ("tests/handin/test_ignore.py",),
    "compose.policy": COMPOSE,
    "compose.keys": COMPOSE,
    "compose.mounts": ("tests/handin/compose/test_mounts.py", *COMPOSE),
    "compose.build": ("tests/handin/compose/test_service.py", *COMPOSE),
    "compose.things": ("tests/handin/compose/test_service.py", *COMPOSE),
    "compose.parts": ("tests/handin/compose/test_service.py", *COMPOSE),
    "archive": ARCHIVE,
    "archive_member": ARCHIVE,
    "archive_tar": ARCHIVE,
    "archive_zip": ARCHIVE,
}


Change = Callable[[Any], object]


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield (what was changed, the whole module) for every change there is; no two are called the same."""
    tree = ast.parse(source)
    called: Counter[str] = Counter()
    inside = dict(named(tree))
    for number, node in enumerate(ast.walk(tree)):
        for what, change in changes(node):
            other = copy.deepcopy(tree)
            change(next(each for at, each in enumerate(ast.walk(other)) if at == number))
            name = f"{inside[node]}: {what}" if node in inside else what
            called[name] += 1
            again = f" ({called[name]})" if called[name] > 1 else ""
            yield name + again, ast.unparse(ast.fix_missing_locations(other))


def named(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield (node, the constant or the function that it is a part of)."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            yield from ((each, name_of(statement)) for each in ast.walk(statement))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            yield from ((each, function.name) for each in ast.walk(function))


def name_of(node: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Yield (what, how) for the changes of one node; `how` is given the same node of another tree."""
    if isinstance(node, ast.If) and any(isinstance(each, ast.Return | ast.Raise) for each in node.body):
        shown = ast.unparse(node.test)[:70]
        yield f"never: if {shown}", lambda it: setattr(it, "test", ast.Constant(False))
        yield f"inverted: if {shown}", lambda it: setattr(it, "test", ast.UnaryOp(ast.Not(), it.test))
    if isinstance(node, ast.BoolOp):
        for at, part in enumerate(node.values):
            yield f"without: {ast.unparse(part)[:70]}", lambda it, at=at: it.values.pop(at)
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.expr):
        yield from table(node)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "_flags":
        yield from options(node)


def table(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[str, Change]]:
    """Yield the changes of a constant: limits, patterns, and the rows of tables."""
    name = name_of(node)
    if not name.strip("_").replace("_", "").isupper() or name in NO_RULES or node.value is None:
        return
    if isinstance(node.value, ast.Constant | ast.BinOp) and not isinstance(getattr(node.value, "value", 0), str):
        yield "lifted", lambda it: setattr(it, "value", ast.Constant(LIFTED))
    for number, part in enumerate(ast.walk(node.value)):
        for what, change in row(part) if not isinstance(node.value, ast.Constant) else ():  # words are no rules
            yield what, lambda it, number=number, change=change: change(list(ast.walk(it.value))[number])


def row(part: ast.AST) -> Iterator[tuple[str, Change]]:
    """Yield the changes of a part of a table."""
    if isinstance(part, ast.Call) and ast.unparse(part.func) == "re.compile":
        for pattern in ("(?s:.*)", "(?!)"):
            yield f"is {pattern}", lambda it, to=pattern: it.args.__setitem__(0, ast.Constant(to))
    elif isinstance(part, ast.Dict):
        for at, key in enumerate(part.keys):
            shown = ast.unparse(key or part.values[at])[:40]
            yield f"without {shown}", lambda it, at=at: (it.keys.pop(at), it.values.pop(at))
    elif isinstance(part, ast.Set | ast.Tuple | ast.List):
        for at, element in enumerate(part.elts):
            yield f"without {ast.unparse(element)[:40]}", lambda it, at=at: it.elts.pop(at)
    elif isinstance(part, ast.Constant) and isinstance(part.value, str) and NAMES.fullmatch(part.value):
        for word in part.value.split():
            kept = " ".join(each for each in part.value.split() if each != word)
            yield f"without {word}", lambda it, kept=kept: setattr(it, "value", kept)


def options(node: ast.Call) -> Iterator[tuple[str, Change]]:
    """Yield the changes of a row of options: a word is left out, or all of them are let through."""
    spec = node.args[0]
    if not isinstance(spec, ast.Constant):
        return
    for word in str(spec.value).split():
        kept = " ".join(each for each in str(spec.value).split() if each != word)
        yield f"without --{word}", lambda it, kept=kept: it.args.__setitem__(0, ast.Constant(kept))
    if len(node.args) == 3:
        yield f"let through: {spec.value}", lambda it: it.args.pop()


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a text in place of its file."""

    def __init__(self, name: str, source: str, path: Path) -> None:
        self.name, self.source, self.path = name, source, path

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        """Return how to load the module, None for all others."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def create_module(self, spec: object) -> None:
        """Leave it to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the text."""
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)  # noqa: S102 - this is what a mutant is


def started(name: str, source: str, tests: Sequence[str]) -> int:
    """Return the process that runs these tests with this text as the module; nothing of the bot is loaded before."""
    if child := os.fork():
        return child
    code = 1
    try:
        signal.alarm(DEADLINE_S)
        silence()
        sys.meta_path.insert(0, Instead(f"bot.handin.{name}", source, path_of(name)))
        # one file first: most mutants die there, and the others need not be read
        code = int(pytest.main([*QUICK, tests[0]])) or (len(tests) > 1 and int(pytest.main([*QUICK, *tests[1:]])))
    finally:
        os._exit(code)


def silence() -> None:
    """Let this process print nothing any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)


def warm_up() -> None:
    """Load what every fork would load: pytest with its plugins, and what the tests import, but nothing of ours."""
    said, errors = os.dup(1), os.dup(2)
    silence()
    pytest.main([*QUICK, "--collect-only", *(tests[0] for tests in TARGETS.values())])
    os.dup2(said, 1)
    os.dup2(errors, 2)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"bot", "tests"}]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()


def path_of(name: str) -> Path:
    return ROOT / "bot" / "handin" / f"{name.replace('.', '/')}.py"


def all_of(names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (module, what was changed, the text) of all mutants; first each module as it is, which must live."""
    for name in names:
        yield name, AS_IT_IS, path_of(name).read_text("utf-8")
    for name in names:
        for what, source in mutants(path_of(name).read_text("utf-8")):
            yield name, what, source


@dataclass(slots=True)
class Seen:
    """What came of the mutants of one module, by what was changed."""

    killed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)  #: lived, and `mutants.yaml` says why
    alive: list[str] = field(default_factory=list)


def sorted_out(names: Sequence[str], known: dict[str, dict[str, str]]) -> dict[str, Seen]:
    """Try the mutants of these modules, say which live, and return what came of them. Raises `SystemExit`."""
    found = {name: Seen() for name in names}
    running: dict[int, tuple[str, str]] = {}
    waiting = all_of(names)
    while True:
        while len(running) < AT_ONCE and (following := next(waiting, None)):
            name, what, source = following
            running[started(name, source, TARGETS[name])] = (name, what)
        if not running:
            return found
        child, status = os.wait()
        name, what = running.pop(child)
        if what == AS_IT_IS:
            if status:
                raise SystemExit(f"{name}: its tests fail as it is")
        elif status:
            found[name].killed.append(what)
        elif what in known.get(name, {}):
            found[name].same.append(what)
        else:
            found[name].alive.append(what)
            console.print(f"LIVES  {name}: {what}", markup=False)


def shown(found: dict[str, Seen]) -> Table:
    """Return the table of all modules."""
    table = Table("module", "mutants", "killed", "equivalent", "alive", box=None)
    rows = [(name, (len(seen.killed), len(seen.same), len(seen.alive))) for name, seen in found.items()]
    for name, row in [*rows, ("together", tuple(map(sum, zip(*(row for _, row in rows), strict=True))))]:
        table.add_row(name, str(sum(row)), *map(str, row))
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def main(names: Sequence[str]) -> int:
    """Try the mutants of these modules, or of all; return 1 when one lives that `mutants.yaml` does not know."""
    os.chdir(ROOT)
    known: dict[str, dict[str, str]] = yaml.safe_load(SAME_FILE.read_text("utf-8"))
    began = time.monotonic()
    warm_up()
    found = sorted_out(names or list(TARGETS), known)
    needless = [f"{name}: {what}" for name, seen in found.items() for what in {*known.get(name, {})} - {*seen.same}]
    for line in needless:
        console.print(f"NEEDLESS in {SAME_FILE.name}  {line}", markup=False)
    console.print(shown(found))
    console.print(f"{time.monotonic() - began:.0f} s with {AT_ONCE} at once")
    return int(bool(needless) or any(seen.alive for seen in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
