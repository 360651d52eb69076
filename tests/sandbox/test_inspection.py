from __future__ import annotations

import pytest

from bot.handin.template import read_template
from bot.sandbox import inspection

VIEW = {
    "Name": "/web",
    "State": {"Running": True, "ExitCode": 0, "Error": ""},
    "Mounts": [{"Destination": "/a"}, {"Destination": "/b"}],
    "NetworkSettings": {"Networks": {"todo": {"IPAddress": "10.0.0.2"}, "bridge": {"IPAddress": "10.0.0.1"}}},
    "Ports": {"3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "3000"}, {"HostIp": "::", "HostPort": "3000"}]},
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
        ("{{range .Config.Cmd}}x{{end}}", "xx"),
        ("{{range .Config.Cmd}}{{.}},{{end}}", "node,src/index.js,"),
        ("{{range .Mounts}}{{.Destination}} {{end}}", "/a /b "),
        ("{{range .NetworkSettings.Networks}}{{.IPAddress}};{{end}}", "10.0.0.1;10.0.0.2;"),
        ("{{range .Config.Volumes}}x{{end}}none", "none"),
        ("{{.Ports}}", "map[3000/tcp:[{127.0.0.1 3000} {:: 3000}]]"),
        ("a } b { c", "a } b { c"),
    ],
)
def test_a_format_prints_as_gos_templates_do(template: str, printed: str) -> None:
    parts = read_template(template)
    assert parts is not None
    assert inspection.formatted(VIEW, parts) == printed


@pytest.mark.parametrize(
    "template",
    [
        "{{index .Config.ExposedPorts}}",
        "{{end}}",
        "{{range .Mounts}}",
        "{{.Name",
        "{{if .Name}}x{{end}}",
        "}}{{",
        "{{range .}}" * 4 + "{{end}}" * 4,
        "x" * 301,
    ],
)
def test_a_format_of_more_than_that_is_not_read(template: str) -> None:
    assert read_template(template) is None


@pytest.mark.parametrize(
    ("template", "at", "path", "key"),
    [
        ("{{.State.Running}} {{.State.Nope}}", 27, ".State.Nope", "Nope"),
        ("{{.Nope}}", 2, ".Nope", "Nope"),
        ("{{range .Mounts}}{{.Nope}}{{end}}", 19, ".Nope", "Nope"),
    ],
)
def test_a_field_that_is_not_there_is_named_in_dockers_words(template: str, at: int, path: str, key: str) -> None:
    with pytest.raises(inspection.MissingField) as missing:
        inspection.formatted(VIEW, read_template(template) or ())
    assert str(missing.value) == (
        f'template parsing error: template: :1:{at}: executing "" at <{path}>: map has no entry for key "{key}"'
    )


def test_labels_of_ours_are_not_shown() -> None:
    assert inspection.own_labels({"docent.learner": "u1", "mine": "yes"}) == {"mine": "yes"}
    assert inspection.own_labels(None) == {}
