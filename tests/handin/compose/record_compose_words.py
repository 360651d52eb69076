"""Record what the real Compose says about files: `python tests/handin/compose/record_compose_words.py`.

Needs Docker's client with the Compose plug-in 2.40 (Debian's package `docker-compose`); `config` reaches no engine. The
answers are kept in `compose_words.json`, and `test_words.py` compares ours with them, letter for letter.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
WHERE = HERE / "compose_words.json"
LESSON = Path(__file__).parents[3] / "lessons" / "docker-workshop" / "08-compose"
HOME = "/home/you/getting-started-app"

APP = "services:\n  app:\n    image: node:24-alpine\n"
#: (compose file, `.env` or None)
FILES: list[tuple[str, str | None]] = [
    (APP, None),
    ('version: "3.8"\n' + APP, None),
    ("name: other\n" + APP, None),
    ("name: Bad Name\n" + APP, None),
    (APP + "    command: npm run dev\n    entrypoint: sh -c 'a b'\n", None),
    (APP + "    command: [npm, run, dev]\n", None),
    (APP + "    ports: [3000]\n", None),
    (APP + '    ports: ["3000:3000", "127.0.0.1:9229:9229", "8080"]\n', None),
    (APP + '    ports: ["5000-5002:3000-3002"]\n', None),
    (APP + '    ports: ["53:53/udp"]\n', None),
    (APP + "    ports:\n      - {target: 3000, published: 8080, host_ip: 127.0.0.1}\n", None),
    (APP + '    ports: ["a:b"]\n', None),
    (APP + '    ports: "3000:3000"\n', None),
    (APP + "    expose: [3000]\n", None),
    (APP + "    environment: [A=1, B=two words, C=]\n", None),
    (APP + '    environment: {A: 1, B: true, C: "yes", D: 1.5, E: null}\n', None),
    (APP + "    environment: {A: [1]}\n", None),
    (APP + "    environment: text\n", None),
    (APP + "    environment: {A: $B, C: '${D:-default}', E: $$F}\n", "B=from the file\n"),
    (APP + "    environment: {A: $MISSING}\n", None),
    (APP + "    environment: {A: '${MISSING:?please set it}'}\n", None),
    (APP + "    environment: {A: '${'}\n", None),
    (APP + "    env_file: .env\n", "A=1\nB='two words'\n"),
    (APP + "    env_file: .env\n", None),
    (APP + "    working_dir: /app\n    user: node\n    hostname: web\n    init: true\n", None),
    (APP + "    restart: unless-stopped\n    stop_grace_period: 5s\n    read_only: true\n", None),
    (APP + "    labels: {team: blue, a.b: '1'}\n", None),
    (APP + "    volumes: [./:/app, /app/node_modules, ./src:/src:ro]\n", None),
    (APP + "    volumes:\n      - {type: bind, source: ., target: /app}\n", None),
    (APP + "    volumes: [data:/data]\nvolumes:\n  data:\n", None),
    (APP + "    volumes: [data:/data]\nvolumes: {data: {name: kept}}\n", None),
    (APP + "    volumes: [data:/data]\nvolumes: {data: {external: true}}\n", None),
    (APP + "    volumes: [data:/data]\n", None),
    (APP + "    volumes: ['']\n", None),
    (APP + "    networks: [front]\nnetworks:\n  front:\n", None),
    (APP + "    networks: {front: {aliases: [web]}}\nnetworks: {front: {name: mine}}\n", None),
    (APP + "    networks: [front]\n", None),
    (APP + "    depends_on: [db]\n  db:\n    image: mysql:8.0\n", None),
    (APP + "    depends_on: {db: {condition: service_healthy}}\n  db: {image: 'mysql:8.0'}\n", None),
    (APP + "    depends_on: {db: {condition: healthy}}\n  db: {image: 'mysql:8.0'}\n", None),
    (APP + "    depends_on: [db]\n", None),
    (APP + "    depends_on: [db]\n  db:\n    image: a\n    depends_on: [app]\n", None),
    (APP + "    healthcheck:\n      test: curl -f localhost\n      interval: 10s\n      retries: 3\n", None),
    (APP + "    healthcheck: {test: [CMD, 'true'], timeout: 5s, start_period: 30s}\n", None),
    (APP + "    healthcheck: {test: ['true']}\n", None),
    (APP + "    healthcheck: {disable: true}\n", None),
    (APP + "    healthcheck: {test: 'true', interval: 10}\n", None),
    (APP + "    tmpfs: /run\n    mem_limit: 128m\n    cpus: 0.5\n    pids_limit: 64\n", None),
    (APP + "    container_name: web\n", None),
    (APP + "    profiles: [debug]\n", None),
    (APP + "    x-note: mine\nx-more: 1\n", None),
    (APP + "  app:\n    image: b\n", None),
    (APP + "    image: b\n", None),
    (APP + "    imgae: a\n", None),
    (APP + "enviroment: {A: 1}\n", None),
    (APP + "   command: a\n", None),
    (APP + "\tcommand: a\n", None),
    (APP + "    command: a: b\n", None),
    (APP + "    command: 'a\n", None),
    (APP + "volumes: [data]\n", None),
    ("services:\n  app:\n    build: .\n", None),
    ("services:\n  app:\n    build: {context: ., dockerfile: Dockerfile.dev, target: dev, args: {A: 1}}\n", None),
    ("services:\n  app:\n    build: ./web\n    image: mine\n", None),
    ("services:\n  app:\n    command: a\n", None),
    ("services:\n  app: text\n", None),
    ("services:\n  app:\n", None),
    ("services: [a]\n", None),
    ("services:\n  app:\n  image: a\n", None),
    ("services:\n  app:\n  ports:\n    - a\n", None),
    (APP + "    stop_grace_period: 30\n", None),
    ("services:\n", None),
    ("- a\n", None),
    ("text\n", None),
    ("", None),
    ("a: &x 1\n" + APP + "    command: *y\n", None),
]


def files() -> list[tuple[str, str | None]]:
    """Return the files above and those of section 08."""
    lesson = sorted([*LESSON.glob("solutions/*.yaml"), *LESSON.glob("wrong/*.yaml")])
    return [*FILES, *((path.read_text(encoding="utf-8"), None) for path in lesson)]


def said(text: str, env: str | None, top: Path) -> dict[str, object]:
    """Return the file, what the real program printed about it and its exit code; places and times are made ours."""
    folder = top / "getting-started-app"
    folder.mkdir()
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    if env is not None:
        (folder / ".env").write_text(env, encoding="utf-8")
    done = subprocess.run(
        ["docker", "compose", "config"],
        capture_output=True,
        text=True,
        cwd=folder,
        # nothing of whoever records it is asked for
        env={name: os.environ[name] for name in ("PATH", "DOCKER_CONFIG") if name in os.environ},
        check=False,
        timeout=30,
    )
    if "unknown command: docker compose" in done.stderr:
        raise SystemExit("Docker's client has no Compose plug-in here.")
    out, err = (stream.replace(str(folder), HOME) for stream in (done.stdout, done.stderr))
    return {"file": text, "env": env, "out": out, "err": err, "exit_code": done.returncode}


if __name__ == "__main__":
    rows = []
    for text, env in files():
        with tempfile.TemporaryDirectory() as top:
            rows.append(said(text, env, Path(top)))
    WHERE.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
