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
#: what services give out, wherever it stands
_KNOWN = re.compile(
    r"\b(xox[a-z]-|xapp-|ghp_|gho_|github_pat_|glpat-|dckr_pat_|npm_|sk-)[A-Za-z0-9_-]{10,}|\b(AKIA)[A-Z0-9]{16}\b"
)


def hidden(text: str) -> str:
    """Return a text with **** in place of passwords and tokens; names stay, so that one sees what it was about."""
    text = "\n".join(without_secrets(line) for line in text.split("\n"))
    text = _KNOWN.sub(lambda found: (found[1] or found[2]) + HIDDEN, text)
    text = _URL.sub(lambda found: found[1] + HIDDEN, text)
    text = _MYSQL.sub(lambda found: found[1] + HIDDEN, text)
    text = _ENV.sub(lambda found: found[1] + HIDDEN, text)
    text = _QUOTED.sub(lambda found: f"{found['mark']}{found['name']}{HIDDEN}{found['mark']}", text)
    return _SETTING.sub(lambda found: found[1] + HIDDEN, text)
