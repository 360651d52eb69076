"""Record what Docker's own client says about wrong usages: `python -m tests.handin.record_docker_words`.

Takes the clients and an engine of `deploy/differ`: Buildx looks at a name only when it has an engine. The answers are
kept in `docker_words.json`, and `test_docker_line.py` compares ours with them, letter for letter.
"""

import json
import re
import tempfile
from pathlib import Path

from tests.differ.clients import clients
from tests.differ.real import Machine, machine

USAGES = """
build
build -t x
build a b
image build
build -t Getting-Started .
build -t 'a b' .
build -t 'getting started' .
build --tag Foo/Bar:x .
build -t a:b:c .
build -t x@y .
build -t '' .
build --foo .
build -x .
build -t
build --tag
build --no-cache=maybe .
run
run -d
run -d -p 3000
run -x a
run --foo a
run -itx a
run -name web a
run --naem web a
run -e
run -l
run -u
run -dp
run --name
run --detach=maybe a
run -d=x a
run --=x a
run ---x a
run -p 3000:abc a
run -p abc a
run -p 3000:3000:3000 a
run -p 127.0.0.1:3000:3000:1 a
run -p 99999:3000 a
run -p 3000:99999 a
run -p 3000: a
run -p 3000:3000/foo a
run -p localhost:3000:3000 a
run -p 300.0.0.1:3000:3000 a
run -p '' a
run -p -d a
run -dpx a
run -p 3000-3001:3000-3002 a
run -p published=3000,foo a
run -p 3000-2999:80 a
run -p 3000:80/ x:y:z
run Getting-Started
run Foo:Bar
run foo/Bar
run a:b:c
run '<image>:x'
run 'a b'
run '-d getting-started'
run .
run ./x
run -- -x
run a..b
run a__b___c
run foo/bar:
build -t 0000000000000000000000000000000000000000000000000000000000000000 .
ps foo
ps -x
ps --foo
ps -n
ps -n abc
ps --last=1x
container ls foo
container list foo
stop
stop -t
stop -t abc x
container stop
start
restart
rm
rm -x
container rm
container remove
logs
logs a b
logs --tail
container logs
images --foo
image ls -x
image foo
image inspect
image rm
image remove
inspect
inspect -f
container inspect
rmi
exec
exec a
exec -x a b
container exec a
container foo
foo
biuld .
dokcer
--foo
-x
version foo
version --foo
tag
tag a
tag a b c
image tag a
tag alpine UPPER
tag alpine a@sha256:1
volume create a b
volume create --foo
volume create --label
volume ls x
volume list x
volume rm
volume remove
volume inspect
volume inspect -f
volume creat x
volume prune x
network create
network create a b
network connect a
network connect a b c
network disconnect a
network rm
network ls x
network inspect
network foo
network prune x
history
history a b
image history
diff
diff a b
port
port a b c
top
stats --foo
system df x
container prune x
image prune x
run --mount foo alpine
run --mount type=bind alpine
run --mount type=volume,src=a alpine
run --mount type=bind,src=.,target= alpine
run --mount type=volume,src=a,target=/a,foo=1 alpine
run --mount type=volume,src=a,target=/a,ro=5 alpine
run -v :/b alpine
run -v ./a/: alpine
run --network-alias x alpine
run --network bridge --network-alias x alpine
help foo
"""
WHERE = Path(__file__).with_name("docker_words.json")
KEPT = Path(__file__).parents[2] / ".docent" / "clients"
#: Debian builds the client with an older library for ports than Docker itself does (docker/go-connections 0.5 and 0.6)
PORTS = (
    (r"^docker: Invalid ip address (\S+): address .*: too many colons in address$", r"docker: invalid IP address: \1"),
    (r"^docker: Invalid ip address", "docker: invalid IP address"),
    (r"^docker: Invalid (containerPort|hostPort|proto|ranges)", r"docker: invalid \1"),
    (r"^docker: No port specified", "docker: no port specified"),
)


def said(line: str, here: Machine) -> dict[str, object]:
    """Return the line, what the client printed about it and its exit code."""
    answer = here.ask(f"docker {line}", screen=False)
    words = answer.text.strip("\n")
    for old, new in PORTS:
        words = re.sub(old, new, words, flags=re.MULTILINE)
    return {"line": f"docker {line}", "words": words, "exit_code": answer.exit_code}


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="docent-differ-") as folder,
        machine(Path(folder) / "m", clients(KEPT)) as here,
    ):
        rows = [said(line, here) for line in USAGES.strip().splitlines()]
    WHERE.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
