"""Record a session with the real Compose: `python tests/sandbox/compose/record_session.py`.

Needs an engine with the image `alpine`, Docker's client and the Compose plug-in 2.40. What it printed is kept in
`session.json`, and `test_session.py` lets ours answer the same lines and compares. Ids, times and colours are left out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

WHERE = Path(__file__).with_name("session.json")
#: not ours: on an engine where Docent runs, Compose would find learners' containers by their labels
PROJECT = "docent-recording"
OURS = "getting-started-app"
FILE = """\
services:
  web:
    image: alpine
    command: sh -c "echo hello; sleep 600"
    init: true
    ports: ["127.0.0.1:38471:3000"]
    volumes: [data:/data]
    depends_on:
      db: {condition: service_healthy}
  db:
    image: alpine
    command: sleep 600
    init: true
    healthcheck: {test: "true", interval: 5s}
volumes:
  data:
"""
LINES = """
config --services
config --volumes
config --images
config -q
ps
ps -a
ls
up -d
ps
ps --services
ps web
ls
logs
logs web
logs --no-log-prefix web
logs nope
exec web sh -c 'exit 3'
exec nope ls
up -d
up -d --force-recreate --no-deps web
restart web
stop
ps
ps -a
ls
ls -a
exec web ls
start
stop web
rm -f
up nope
down nope
down
ps -a
ls -a
start
restart
stop
rm -f
logs
down
down -v
down -v
foo
up --foo
exec
-f nope.yaml ps
"""


def masked(text: str) -> str:
    """Return the text without what differs from one run to the next; the lines of progress are sorted."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    text = re.sub(r"\b[0-9a-f]{12}\b", "ID", text)
    text = re.sub(r"(?:Less than a second|About a minute|\d+ seconds?)( ago)?", r"TIME\1", text)
    text = re.sub(r" +\d+\.\d+s\b", " SECONDS", text)
    return "\n".join(re.sub(r" {2,}", "  ", line).rstrip() for line in text.strip("\n").splitlines())


def final(text: str) -> str:
    """Return a block of progress as it stands at the end, its lines in order of their names."""
    blocks = re.split(r"(?m)^(?=\[\+\] )", text)
    before, last = blocks[0], blocks[-1]
    if len(blocks) == 1:
        return text
    head, *lines = last.strip().splitlines()
    marked = sorted(line for line in lines if re.match(r" [✔✘!⠿]", line))
    rest = [line for line in lines if not re.match(r" [✔✘!⠀-⣿]", line)]
    return "\n".join(filter(None, [before.strip(), head, *marked, *rest]))


def said(line: str, folder: Path) -> dict[str, object]:
    """Return the line, and what a person sees of it on a screen."""
    done = subprocess.run(
        ["script", "-qec", f"stty cols 160; docker compose {line}", "/dev/null"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env={name: os.environ[name] for name in ("PATH", "DOCKER_CONFIG", "TERM") if name in os.environ},
        check=False,
        timeout=120,
    )
    text = done.stdout.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("^@", "")
    if line.startswith("ls"):  # it lists the projects of everybody
        text = "\n".join(row for row in text.splitlines() if row.startswith(("NAME", PROJECT)))
    text = text.replace(str(folder), f"/home/you/{OURS}").replace(PROJECT, OURS)
    return {"line": line, "text": final(masked(text)), "exit_code": done.returncode}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / PROJECT
        folder.mkdir()
        (folder / "compose.yaml").write_text(FILE, encoding="utf-8")
        rows = [said(line, folder) for line in LINES.strip().splitlines()]
    WHERE.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
