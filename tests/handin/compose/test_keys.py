"""The keys of a compose file: `keys.yaml` reads as the policy, and the tables are what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.handin.compose import keys
from bot.handin.compose.plan import ComposeProblem
from bot.handin.compose.read import read_compose

EXPECTED: dict[str, str] = yaml.safe_load(Path(__file__).with_name("keys.yaml").read_text("utf-8"))
TABLES = {name: set(table) for name, table in vars(keys).items() if name.strip("_").isupper() and name[0] != "_"}

#: table → a file with the key in its place
PLACES = {
    "UNUSED_TOP": "{key}: x\nservices: {{a: {{image: alpine}}}}\n",
    "UNUSED_SERVICE": "services: {{a: {{image: alpine, {key}: x}}}}\n",
    "UNUSED_BUILD": "services: {{a: {{build: {{context: ., {key}: x}}}}}}\n",
    "UNUSED_MOUNT": "services: {{a: {{image: alpine, volumes: [{{type: bind, source: ., target: /x, {key}: x}}]}}}}\n",
    "UNUSED_NETWORK_USE": "services: {{a: {{image: alpine, networks: {{default: {{{key}: x}}}}}}}}\n",
    "UNUSED_VOLUME": "services: {{a: {{image: alpine}}}}\nvolumes: {{v: {{{key}: x}}}}\n",
    "UNUSED_NETWORK": "services: {{a: {{image: alpine}}}}\nnetworks: {{n: {{{key}: x}}}}\n",
    "UNUSED_HEALTH": "services: {{a: {{image: alpine, healthcheck: {{test: x, {key}: x}}}}}}\n",
}
REFUSED = [(table, key) for table in PLACES for key in EXPECTED[table].split()]


@pytest.mark.parametrize("name", TABLES)
def test_each_key_is_used_or_refused_as_written_down(name: str) -> None:
    assert TABLES[name] == set(EXPECTED[name].split())


@pytest.mark.parametrize(("table", "key"), REFUSED)
def test_a_key_with_a_reason_is_answered_with_it(table: str, key: str) -> None:
    read = read_compose(PLACES[table].format(key=key), project="x")
    assert isinstance(read, ComposeProblem)
    assert (read.code, read.words) == ("COMPOSE_KEY", "")
    assert f"{key}` cannot be used here" in read.say


@pytest.mark.parametrize("table", PLACES)
def test_a_key_that_stands_nowhere_is_refused_as_unknown(table: str) -> None:
    read = read_compose(PLACES[table].format(key="qwertz"), project="x")
    assert isinstance(read, ComposeProblem)
    assert read.code == "UNKNOWN_KEY"
