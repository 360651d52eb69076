from __future__ import annotations

import pytest

from bot.sandbox import inspection

VIEW = {
    "Name": "/web",
    "State": {"Running": True, "ExitCode": 0, "Error": ""},
    "Config": {"Cmd": ["node", "src/index.js"], "ExposedPorts": {"3000/tcp": {}}, "Volumes": None},
}


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{.Name}}", "/web"),
        ("{{ .State.Running }} {{.State.ExitCode}}", "true 0"),
        ("{{.Config.Cmd}}", "[node src/index.js]"),
        ("{{json .Config.Cmd}}", '["node","src/index.js"]'),
        ("{{.Config.ExposedPorts}}", "map[3000/tcp:map[]]"),
        ("{{.Config.Volumes}}", "<no value>"),
        ("plain", "plain"),
        ("{{range .Config.Cmd}}x{{end}}", None),
        ("{{index .Config.ExposedPorts}}", None),
    ],
)
def test_a_format_of_plain_fields_prints_as_gos_templates_do(template: str, printed: str | None) -> None:
    assert inspection.formatted(VIEW, template) == printed


def test_a_field_that_is_not_there_is_named_in_dockers_words() -> None:
    assert inspection.missing_field(VIEW, "{{.State.Running}} {{.State.Nope}}") == (
        'template parsing error: template: :1:22: executing "" at <.State.Nope>: map has no entry for key "Nope"'
    )
    assert inspection.missing_field(VIEW, "{{.State.Error}}") == ""


def test_labels_of_ours_are_not_shown() -> None:
    assert inspection.own_labels({"docent.learner": "u1", "mine": "yes"}) == {"mine": "yes"}
    assert inspection.own_labels(None) == {}
