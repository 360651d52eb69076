"""Settings are read in one place, and every fault is named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.settings import read_settings, shipped


def test_the_lessons_and_the_manifest_are_found_wherever_docent_is_installed() -> None:
    assert (shipped("lessons") / "docker-workshop" / "workshop.yaml").is_file()
    assert (shipped("deploy") / "slack-manifest.yaml").is_file()


def test_every_fault_is_named_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCENT_CHECK_SLOTS", "0")
    monkeypatch.setenv("DOCENT_LOG_LEVEL", "loud")
    with pytest.raises(OperatorError, match="check_slots") as caught:
        read_settings()
    assert "log_level" in str(caught.value)
    assert "loud" in str(caught.value)


def test_tokens_in_each_others_place_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xoxb-1")
    with pytest.raises(OperatorError) as caught:
        read_settings()
    assert "SLACK_BOT_TOKEN must begin with xoxb-" in str(caught.value)
    assert "SLACK_APP_TOKEN must begin with xapp-" in str(caught.value)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docent.toml").write_text('instructors_channel = "staff"\ncheck_slots = 7\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCENT_CHECK_SLOTS", "3")
    settings = read_settings()
    assert (settings.instructors_channel, settings.check_slots) == ("staff", 3)


@pytest.mark.parametrize("place", ["5055", "localhost", "127.0.0.1:", "http://127.0.0.1:5055", "127.0.0.1:port"])
def test_a_place_for_the_registry_has_a_host_and_a_port(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(registry="127.0.0.1:5055", registry_tokens="").registry == "127.0.0.1:5055"
    monkeypatch.setenv("DOCENT_REGISTRY", place)
    with pytest.raises(OperatorError, match="registry"):
        read_settings()


def test_a_word_that_is_no_setting_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docent.toml").write_text("chek_slots = 7\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OperatorError, match="chek_slots"):
        read_settings()


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("http://example.org/x", "s" * 16, "must begin with https://"),
        ("http://127.0.0.1.evil.org/x", "s" * 16, "must begin with https://"),
        ("http://169.254.169.254/", "s" * 16, "must begin with https://"),
        ("ftp://localhost/", "s" * 16, "must begin with https://"),
        ("https:///x", "s" * 16, "must begin with https://"),
        ("https://me:word@example.org/", "s" * 16, "no name, password"),
        ("https://example.org/x", "short", "a webhook_secret of 16"),
        ("https://example.org/x", "s" * 16, ""),
        ("http://localhost:8080/x", "s" * 16, ""),
        ("http://[::1]:8080/x", "s" * 16, ""),
    ],
)
def test_a_webhook_goes_to_https_or_to_this_machine_and_is_signed(url: str, secret: str, said: str) -> None:
    if not said:
        assert read_settings(webhook_url=url, webhook_secret=secret).webhook_url == url
        assert "ssss" not in repr(read_settings(webhook_url=url, webhook_secret=secret))
        return
    with pytest.raises(OperatorError, match=said):
        read_settings(webhook_url=url, webhook_secret=secret)
