from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app


def judged(*words: str, given: bytes = b"") -> tuple[int, list[dict[str, Any]]]:
    """Return the exit code and the documents that were printed."""
    result = CliRunner().invoke(app, ["judge", *words], input=given)
    documents, rest = [], result.output
    while rest.strip():
        document, end = json.JSONDecoder().raw_decode(rest)
        documents.append(document)
        rest = rest[end:].lstrip()
    return result.exit_code, documents


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_an_accepted_dockerfile_is_shown_as_it_is_written_anew() -> None:
    text = b"# note\nARG B=node:24-alpine\nFROM $B AS app\nRUN a \\\n  b\n"
    code, (told,) = judged("dockerfile", "-", given=text)
    assert (code, told["accepted"]) == (0, True)
    assert told["plan"]["text"] == "\nARG B=node:24-alpine\nFROM node:24-alpine AS app\nRUN a   b\n"
    assert told["plan"]["bases"] == ["node:24-alpine"]
    (decision,) = told["decisions"]
    assert (decision["kind"], decision["input"]) == ("dockerfile", hashlib.sha256(text).hexdigest())


@pytest.mark.parametrize(
    ("words", "given", "refused"),
    [
        (["dockerfile", "-"], b"FROM evil\n", "UNKNOWN_BASE"),
        (["dockerfile", "-"], b"FORM alpine\n", "UNKNOWN_INSTRUCTION"),
        (["dockerfile", "-", "--target", "x"], b"FROM alpine\n", "UNKNOWN_STAGE"),
        (["dockerfile", "-", "--build-arg", "B=evil"], b"ARG B=alpine\nFROM $B\n", "UNKNOWN_BASE"),
        (["compose", "-"], b"services: {a: {image: alpine, privileged: true}}", "COMPOSE_KEY"),
        (["compose", "-"], b"services: {a: {image: evil}}", "UNKNOWN_IMAGE"),
        (["command", "-"], b"docker run -v /:/h alpine", "HOST_MOUNT"),
        (["command", "-"], b"docker run evil", "UNKNOWN_IMAGE"),
        (["archive", "-"], b"Rar!....", "ARCHIVE_KIND"),
    ],
)
def test_a_refusal_ends_with_exit_code_3_and_its_code(words: list[str], given: bytes, refused: str) -> None:
    code, (told,) = judged(*words, given=given)
    assert (code, told["accepted"], told["refusal"]["code"]) == (3, False, refused)
    assert told["refusal"]["say"]
    assert told["decisions"][-1]["code"] == refused
    assert told["decisions"][-1]["plan"] == ""


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["dockerfile", "-", "--own", "mine"], b"FROM mine\n"),
        (["compose", "-", "--own", "mine"], b"services: {a: {image: mine}}"),
        (["command", "-", "--own", "mine"], b"docker run mine"),
    ],
)
def test_an_image_of_the_learners_own_can_be_named(words: list[str], given: bytes) -> None:
    assert judged(*words, given=given)[0] == 0
    assert judged(*words[:2], given=given)[0] == 3


def test_a_message_of_commands_is_one_document_for_each() -> None:
    code, told = judged(
        "command", "-", given=b"docker ps\ndocker run -d alpine\ndocker login -u ada -p geheim\nrm -rf /"
    )
    assert code == 3
    assert [each["accepted"] for each in told] == [True, True, True, False]
    assert [len(each["decisions"]) for each in told] == [1, 2, 1, 1]
    assert "geheim" not in json.dumps(told)


def test_a_project_gives_a_compose_file_its_settings(tmp_path: Path) -> None:
    text = b"services: {a: {image: '${BASE}'}}"
    assert judged("compose", "-", given=text)[0] == 3
    (tmp_path / ".env").write_text("BASE=alpine\n")
    assert judged("compose", "-", "--project", str(tmp_path), given=text)[0] == 0
    packed = tmp_path / "app.zip"
    packed.write_bytes(zipped({".env": b"BASE=alpine\n"}))
    assert judged("compose", "-", "--project", str(packed), given=text)[0] == 0


def test_an_archive_is_told_by_names_sizes_and_hashes(tmp_path: Path) -> None:
    packed = tmp_path / "app.zip"
    packed.write_bytes(zipped({"Dockerfile": b"FROM alpine\n", ".env": b"SECRET=geheim"}))
    code, (told,) = judged("archive", str(packed))
    assert code == 0
    assert told["plan"]["files"][1] == {
        "path": ".env",
        "bytes": 13,
        "sha256": hashlib.sha256(b"SECRET=geheim").hexdigest(),
    }
    assert "geheim" not in json.dumps(told)


@pytest.mark.parametrize("words", [["dockerfile", "/no/such/file"], ["dockerfile"], ["poem", "-"], ["command", "-"]])
def test_a_wrong_use_ends_with_exit_code_2(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.cli import main

    monkeypatch.setattr("sys.argv", ["docent", "judge", *words])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
