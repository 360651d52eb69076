"""`docker compose config`: the file as it was understood."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.compose.plan import ComposePlan
from bot.handin.compose.read import read_compose
from bot.handin.compose.render import render_config

FILE = """\
services:
  web:
    build: {context: ./web, target: dev}
    command: ["npm", "run", "dev", "-c", "a $$B: c"]
    depends_on: [db]
    environment: {PORT: "3000", B: yes, A: ""}
    ports: ["127.0.0.1:3000:3000", "9229"]
    volumes: [".:/app", "./src:/src:ro", "/app/node_modules", "db:/data"]
    labels: {team: blue}
    healthcheck: {test: "true", interval: 10s, retries: 5}
    init: true
  db:
    image: mysql:8.0
    command: []
    networks: {back: {aliases: [mysql]}}
    mem_limit: 128m
networks: {back: , front: }
volumes: {db: , unused: , kept: {external: true}}
"""
RENDERED = """\
name: todo
services:
  db:
    command: []
    image: mysql:8.0
    mem_limit: "134217728"
    networks:
      back:
        aliases:
          - mysql
  web:
    build:
      context: /home/you/getting-started-app/web
      dockerfile: Dockerfile
      target: dev
    command:
      - npm
      - run
      - dev
      - -c
      - "a $$B: c"
    depends_on:
      db:
        condition: service_started
        required: true
    environment:
      A: ""
      B: "yes"
      PORT: "3000"
    healthcheck:
      test:
        - CMD-SHELL
        - "true"
      interval: 10s
      retries: 5
    init: true
    labels:
      team: blue
    networks:
      default: null
    ports:
      - mode: ingress
        host_ip: 127.0.0.1
        target: 3000
        published: "3000"
        protocol: tcp
      - mode: ingress
        target: 9229
        protocol: tcp
    volumes:
      - type: bind
        source: /home/you/getting-started-app
        target: /app
        bind:
          create_host_path: true
      - type: bind
        source: /home/you/getting-started-app/src
        target: /src
        read_only: true
        bind:
          create_host_path: true
      - type: volume
        target: /app/node_modules
        volume: {}
      - type: volume
        source: db
        target: /data
        volume: {}
networks:
  back:
    name: todo_back
  default:
    name: todo_default
volumes:
  db:
    name: todo_db
"""


def test_everything_is_written_in_its_long_form() -> None:
    read = read_compose(FILE, project="todo")
    assert isinstance(read, ComposePlan)
    assert render_config(read) == RENDERED


TRICKY = ["3000", "1e3", "true", "~", "null", "-", "a: b", "#", "'", "- x", "*a", "$X", " x ", "yes"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.sampled_from(TRICKY))
def test_what_is_written_is_yaml_that_means_the_same(text: str, word: str) -> None:
    for value in (text, word):
        quoted = yaml.safe_dump(value, default_style='"', allow_unicode=True, width=10_000).strip().replace("$", "$$")
        read = read_compose(f"services:\n  app:\n    image: alpine\n    environment:\n      A: {quoted}\n", project="x")
        if isinstance(read, ComposePlan):
            again = read_compose(render_config(read), project="y")
            assert isinstance(again, ComposePlan)
            assert again.services[0].environment == read.services[0].environment == (("A", value),)
