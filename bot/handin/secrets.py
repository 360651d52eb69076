"""Hide secrets in what is kept for longer than a moment: tokens, and passwords of commands, files, environments."""

from __future__ import annotations

import re

from bot.handin.sharing_plans import without_secrets

HIDDEN = "****"
#: what the name of a secret has in it; what stands before that does not matter, what follows has an end
_NAME = r"(?:passw(?:or)?d|passwrd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]{0,40}"
_VALUE = r"(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[\"']?[^\s,;)\]}\"'`]+)"
#: `MYSQL_PASSWORD=secret`, `"MYSQL_PASSWORD": "secret"`, `MYSQL_PASSWORD: secret`, `--password=secret`
_SETTING = re.compile(rf"({_NAME}[\"']?[ \t]{{0,9}}[=:][ \t]{{0,9}})(?!\*\*\*\*)({_VALUE})", re.IGNORECASE)
#: `'MYSQL_PASSWORD=two words'`
_QUOTED = re.compile(rf"(?P<mark>[\"'])(?P<name>[\w.-]{{0,60}}?{_NAME}=)[^\"'\n]*(?P=mark)", re.IGNORECASE)
#: the Dockerfile's older form, `ENV MYSQL_PASSWORD secret`
_ENV = re.compile(
    rf"(^[ \t+-]{{0,99}}ENV[ \t]+[\w.-]{{0,60}}?{_NAME}[ \t]+)(?![=*])(\S.*)$", re.IGNORECASE | re.MULTILINE
)
#: MySQL's clients take the password right after `-p`
_MYSQL = re.compile(r"(\b(?:mysql|mariadb)[a-z-]*\b[^\n|;&]{0,200}?\s-p)(?=\S)('[^'\n]*'|\"[^\"\n]*\"|\S+)")
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:)[^\s/@]{1,200}(?=@)", re.IGNORECASE)
#: what services give out, by its look: what it is, how it begins, and what follows
_TOKENS = (
    ("a Slack token", r"xox[a-z](?:\.xox[a-z])?-|xapp-", r"[\w-]{10,}"),
    ("the address of a Slack webhook", r"hooks\.slack\.com/services/", r"[\w/-]{10,}"),
    ("a GitHub token", r"gh[oprsu]_|github_pat_", r"\w{10,}"),
    ("a GitLab token", r"glpat-", r"[\w-]{10,}"),
    ("a Docker Hub token", r"dckr_[op]at_", r"[\w-]{10,}"),
    ("an npm token", r"\bnpm_", r"[A-Za-z0-9]{10,}"),
    ("an AWS key", r"AKIA|ASIA", r"[A-Z0-9]{16}"),
    ("a Google key", r"AIza", r"[\w-]{35}"),
    ("an API key", r"\bsk-", r"[\w-]{20,}"),
    (
        "a private key",
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?!\*\*\*\*)",
        r"(?:[\w+/=\s,:]|\\n)*(?:-----END[A-Z ]{0,40}-----)?",
    ),
)
_KNOWN = re.compile("|".join(f"({begins})(?:{rest})" for _, begins, rest in _TOKENS))
_KINDS = tuple(kind for kind, _, _ in _TOKENS)
#: each begins with one of these: what has none of them needs no closer look
_BEGINNINGS = (
    *("xox", "xapp-", "hooks.slack", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_", "glpat-", "dckr_", "npm_"),
    *("AKIA", "ASIA", "AIza", "sk-", "PRIVATE"),
)
_OURS = re.compile(r"docent-[A-Za-z0-9_-]{32}")  #: what the class's registry gives out; here it is at home
PASSWORD = "a password"  # noqa: S105 - what stands where `docker login` takes one


def without_tokens(text: str) -> str:
    """Return a text with **** in place of what services give out: it is known by its look, wherever it stands."""
    if not any(begins in text for begins in _BEGINNINGS):
        return text
    return _KNOWN.sub(lambda found: found[found.lastindex or 0] + HIDDEN, text)


def revealed(text: str) -> tuple[str, ...]:
    """Return what kinds of secrets of other services a text holds, each once: `a Slack token`, `a private key`."""
    kinds: list[str] = []
    if any(begins in text for begins in _BEGINNINGS):
        kinds += (_KINDS[(found.lastindex or 1) - 1] for found in _KNOWN.finditer(text))
    others = _OURS.sub(HIDDEN, text)
    if any(without_secrets(line) != line for line in others.split("\n")):
        kinds.append(PASSWORD)
    return tuple(dict.fromkeys(kinds))


def ours(password: str) -> bool:
    """Tell whether this is a token that the class's registry gives out."""
    return _OURS.fullmatch(password) is not None


def hidden(text: str) -> str:
    """Return a text with **** in place of passwords and tokens; names stay, so that one sees what it was about."""
    text = "\n".join(without_secrets(line) for line in text.split("\n"))
    text = without_tokens(text)
    text = _URL.sub(lambda found: found[1] + HIDDEN, text)
    text = _MYSQL.sub(lambda found: found[1] + HIDDEN, text)
    text = _ENV.sub(lambda found: found[1] + HIDDEN, text)
    text = _QUOTED.sub(lambda found: f"{found['mark']}{found['name']}{HIDDEN}{found['mark']}", text)
    return _SETTING.sub(lambda found: found[1] + HIDDEN, text)
