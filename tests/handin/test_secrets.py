"""What is kept holds no passwords and no tokens, and still says what it was about."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.secrets import hidden, ours, revealed

TOKEN = "docent-" + "aB3_" * 8
BEGINNINGS = ("xoxb-", "xoxe.xoxp-", "ghp_", "AKIA", "-----BEGIN PRIVATE KEY-----", "-----BEGIN A", "docker login -p ")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("docker run -e MYSQL_ROOT_PASSWORD=secret mysql:8.0", "docker run -e MYSQL_ROOT_PASSWORD=**** mysql:8.0"),
        ("docker run -e 'MYSQL_PASSWORD=s e c' x", "docker run -e 'MYSQL_PASSWORD=****' x"),
        ('docker run -e MYSQL_PASSWORD="s e c" x', "docker run -e MYSQL_PASSWORD=**** x"),
        (
            "docker run --env=API_KEY=abc -p 127.0.0.1:3000:3000 x",
            "docker run --env=API_KEY=**** -p 127.0.0.1:3000:3000 x",
        ),
        ('MYSQL_PASSWORD="half', "MYSQL_PASSWORD=****"),
        ("docker login -u ada -p hunter2 reg", "docker login -u ada -p **** reg"),
        ("docker exec -it db mysql -u root -psecret todos", "docker exec -it db mysql -u root -p**** todos"),
        ("mysqladmin -uroot --password=secret ping", "mysqladmin -uroot --password=**** ping"),
        (f"your token is {TOKEN}.", "your token is docent-****."),
        ("      MYSQL_ROOT_PASSWORD: secret", "      MYSQL_ROOT_PASSWORD: ****"),
        ('  "MYSQL_PASSWORD": "secret",', '  "MYSQL_PASSWORD": ****,'),
        ('"Env": ["MYSQL_ROOT_PASSWORD=secret", "PATH=/bin"]', '"Env": ["MYSQL_ROOT_PASSWORD=****", "PATH=/bin"]'),
        ("+ENV DB_PASSWORD secret", "+ENV DB_PASSWORD ****"),
        ("git clone https://ada:hunter2@example.org/x", "git clone https://ada:****@example.org/x"),
        ("SLACK=xoxb-1234567890-abcdefghij", "SLACK=xoxb-****"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA****"),
        ("TOKEN_ghp_0123456789abcdefghij", "TOKEN_ghp_****"),
        ("dckr_pat_0123456789-abcdefghij", "dckr_pat_****"),
        ("https://hooks.slack.com/services/T01/B01/abcdefghij", "https://hooks.slack.com/services/****"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/=\n-----END RSA PRIVATE KEY-----\nafter",
            "-----BEGIN RSA PRIVATE KEY-----****\nafter",
        ),
        ('"-----BEGIN PRIVATE KEY-----\\nMIIEow==\\n"', '"-----BEGIN PRIVATE KEY-----****"'),
        ("secret=1\nsecret=2", "secret=****\nsecret=****"),
    ],
)
def test_secrets_are_hidden_and_their_names_stay(text: str, kept: str) -> None:
    assert hidden(text) == kept
    assert hidden(kept) == kept, "twice is once"


@pytest.mark.parametrize(
    "text",
    [
        "docker run -dp 127.0.0.1:3000:3000 -w /app --mount type=bind,src=$PWD,target=/app node:24-alpine",
        "docker exec -it db mysql -u root -p",
        "docker run -e MYSQL_HOST=mysql -e MYSQL_USER=root x",
        "docker login -u ada",
        "the secret of a good Dockerfile is its order",
        "http://localhost:3000/items",
        "",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert hidden(text) == text


@given(word=st.text("abcdefXYZ0123456789_", min_size=6, max_size=30), lead=st.text(max_size=20))
def test_a_password_of_the_environment_never_stays(word: str, lead: str) -> None:
    assert f"={word}" not in hidden(f"{lead}\nMYSQL_PASSWORD={word}")


@pytest.mark.parametrize(
    "piece", ["password", "a://b", "mysql -p ", "ENV token ", "passwordpassword=", "x" * 50, *BEGINNINGS]
)
def test_a_long_hostile_text_takes_no_time(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    began = time.perf_counter()
    hidden(text)
    quick = time.perf_counter() - began
    began = time.perf_counter()
    hidden("\n".join([piece] * (20_000 // len(piece))))
    usual = time.perf_counter() - began
    assert quick < 100 * max(usual, 0.002)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("nothing of that kind", ()),
        ("my sk-learn and disk-image-of-the-whole-machine", ()),
        ("docker login -u docent-x -p hunter2", ("a password",)),
        (f"docker login -u ada -p {TOKEN}", ()),
        ("xoxb-1234567890-abc and xoxp-1234567890-abc", ("a Slack token",)),
        ("ASIAIOSFODNN7EXAMPLE glpat-0123456789", ("an AWS key", "a GitLab token")),
    ],
)
def test_what_a_text_reveals_is_named_once(text: str, kinds: tuple[str, ...]) -> None:
    assert revealed(text) == kinds


def test_a_token_of_the_registry_is_known_for_our_own() -> None:
    assert ours(TOKEN)
    assert not ours("docent-hunter2")
