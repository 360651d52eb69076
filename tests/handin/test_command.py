"""From a message to commands: what chats, phones and terminals add is taken off, and chatter is left alone."""

# ruff: noqa: E501 - a table reads by the row

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.command import LONGEST_LINE, MOST_CHARACTERS, looks_like_commands, read_commands, unslack
from bot.handin.plan import (
    BindMount,
    BuildPlan,
    Command,
    ConnectNetwork,
    CreateNetwork,
    CreateVolume,
    Curl,
    DisconnectNetwork,
    ExecPlan,
    Inspect,
    KillContainers,
    ListContainers,
    ListFiles,
    ListImages,
    Listing,
    ListNetworks,
    ListVolumes,
    PauseContainers,
    Plan,
    Prune,
    PublishedPort,
    ReadLogs,
    Refusal,
    RemoveContainers,
    RemoveFiles,
    RemoveImages,
    RemoveNetworks,
    RemoveVolumes,
    RenameContainer,
    RunPlan,
    ShowChanges,
    ShowDisk,
    ShowFiles,
    ShowHelp,
    ShowHistory,
    ShowPorts,
    ShowProcesses,
    ShowStats,
    ShowVersion,
    StartContainers,
    StopContainers,
    TagImage,
    VolumeMount,
    WaitContainers,
)

LOOPBACK = (PublishedPort(3000, 3000, "127.0.0.1"),)
BUILD = BuildPlan(("getting-started:latest",))
RUN = RunPlan("getting-started", detach=True, ports=LOOPBACK)

PLANS: list[tuple[str, Plan]] = [
    ("docker build -t getting-started .", BUILD),
    ("docker build . -t getting-started", BUILD),
    ("docker build --tag=getting-started ./", BUILD),
    ("docker image build -t getting-started .", BUILD),
    ("docker buildx build --load --progress plain -t getting-started .", BUILD),
    ("docker build -t docker.io/library/getting-started:latest $(pwd)", BUILD),
    ("docker build -t getting-started ${PWD}", BUILD),
    ("docker build -t getting-started %cd%", BUILD),
    ("docker build -t getting-started .\\", BUILD),
    ("docker build .", BuildPlan(())),
    ("docker build -q --no-cache -t a:1 -t b app", BuildPlan(("a:1", "b:latest"), "app", "app/Dockerfile", quiet=True, no_cache=True)),
    ("docker build -f docker/Dev.Dockerfile --target run --build-arg V=1 --build-arg HOME .",
     BuildPlan((), dockerfile="docker/Dev.Dockerfile", target="run", build_args=(("V", "1"),))),
    ("docker run -dp 127.0.0.1:3000:3000 getting-started", RUN),
    ("docker run -d -p 127.0.0.1:3000:3000 getting-started", RUN),
    ("docker run -d -p127.0.0.1:3000:3000 getting-started", RUN),
    ("docker run --detach --publish=127.0.0.1:3000:3000 -- getting-started", RUN),
    (
        "docker run -itd -p published=3000,target=3000 x",
        RunPlan("x", detach=True, ports=(PublishedPort(3000, 3000),), interactive=True, tty=True),
    ),
    ("docker exec -it db mysql -u root -p", ExecPlan("db", ("mysql", "-u", "root", "-p"), interactive=True, tty=True)),
    ("docker start -ai web", StartContainers(("web",), attach=True)),
    ("docker start --interactive web", StartContainers(("web",), attach=True)),
    ("docker run -p 3000 -p 53:53/udp -p [::1]:80:8080 x",
     RunPlan("x", ports=(PublishedPort(3000), PublishedPort(53, 53, protocol="udp"), PublishedPort(8080, 80, "::1")))),
    ("docker container run --rm --name=web --name box alpine:3 ls -l /", RunPlan("alpine:3", ("ls", "-l", "/"), "box", remove=True)),
    ("docker run getting-started -d -p 127.0.0.1:3000:3000",
     RunPlan("getting-started", ("-d", "-p", "127.0.0.1:3000:3000"))),
    ("docker run -e A=1 --env B=x=y -e HOME -w /app -u node:node -h box -l k=v -l bare --init --entrypoint sh x -c 'echo $A && ls | wc'",
     RunPlan("x", ("-c", "echo $A && ls | wc"), env=(("A", "1"), ("B", "x=y")), workdir="/app", user="node:node", hostname="box",
             labels=(("k", "v"), ("bare", "")), init=True, entrypoint="sh")),
    ("docker run --pull missing --platform linux/amd64 --network bridge -i x", RunPlan("x", interactive=True)),
    ("docker run --rm=false --detach=true x", RunPlan("x", detach=True)),
    ("docker ps", ListContainers()),
    ("docker container ls -aq --no-trunc", ListContainers(all=True, quiet=True, no_trunc=True)),
    ("docker container list -l", ListContainers(last=1)),
    ("docker ps -n 3", ListContainers(last=3)),
    ("docker stop web box", StopContainers(("web", "box"))),
    ("docker container stop -t 0 web", StopContainers(("web",), 0)),
    ("docker stop --timeout=9999 web", StopContainers(("web",), 30)),
    ("docker start web", StartContainers(("web",))),
    ("docker restart -t 3 web", StartContainers(("web",), restart=True, grace_s=3)),
    ("docker logs --since 1h30m web", ReadLogs("web", since="1h30m")),
    ("docker kill -s TERM web", KillContainers(("web",), "TERM")),
    ("docker container kill web b", KillContainers(("web", "b"))),
    ("docker pause web", PauseContainers(("web",))),
    ("docker unpause web", PauseContainers(("web",), resume=True)),
    ("docker wait web", WaitContainers(("web",))),
    ("docker rename web shop", RenameContainer("web", "shop")),
    ("docker ps -f name=web --filter status=exited --format '{{.ID}}: {{ .Names }}'",
     ListContainers(shown=Listing("{{.ID}}: {{ .Names }}", (("name", "web"), ("status", "exited"))))),
    ("docker images --digests --format json", ListImages(digests=True, shown=Listing("json"))),
    ("docker volume ls --filter dangling=true", ListVolumes(shown=Listing(filters=(("dangling", "true"),)))),
    ("docker network ls --format 'table {{.Name}}\\t{{.Driver}}'",
     ListNetworks(shown=Listing("table {{.Name}}\\t{{.Driver}}"))),
    ("docker rm -vf web", RemoveContainers(("web",), force=True, volumes=True)),
    ("docker logs -ft --tail 20 web", ReadLogs("web", 20, timestamps=True, follow=True)),
    ("docker logs -n all web", ReadLogs("web")),
    ("docker images", ListImages()),
    ("docker image ls -a --no-trunc node", ListImages("node", all=True, no_trunc=True)),
    ("docker images -q", ListImages(quiet=True)),
    ("docker inspect -f '{{.State.Status}} {{json .Config.Cmd}}' web", Inspect(("web",), format="{{.State.Status}} {{json .Config.Cmd}}")),
    ("docker image inspect node:24-alpine sha256:0123abcd", Inspect(("node:24-alpine", "sha256:0123abcd"), "image")),
    ("docker inspect --type container web", Inspect(("web",), "container")),
    ("docker rmi -f getting-started", RemoveImages(("getting-started",), force=True)),
    ("docker image rm a b", RemoveImages(("a", "b"))),
    ("docker exec -e A=b -w /app -u node web ls -la", ExecPlan("web", ("ls", "-la"), env=(("A", "b"),), workdir="/app", user="node")),
    ("docker exec web sh -c 'ls; pwd > /tmp/x'", ExecPlan("web", ("sh", "-c", "ls; pwd > /tmp/x"))),
    ("docker run -v todo-db:/etc/todos x", RunPlan("x", mounts=(VolumeMount("todo-db", "/etc/todos"),))),
    ("docker run -v todo-db:/etc/todos/:ro,z x", RunPlan("x", mounts=(VolumeMount("todo-db", "/etc/todos", True),))),
    ("docker run -v /cache x", RunPlan("x", mounts=(VolumeMount("", "/cache"),))),
    ("docker run --mount type=volume,src=todo-db,target=/etc/todos x", RunPlan("x", mounts=(VolumeMount("todo-db", "/etc/todos"),))),
    ("docker run --mount source=todo-db,dst=/etc/todos,readonly x", RunPlan("x", mounts=(VolumeMount("todo-db", "/etc/todos", True),))),
    ("docker run --mount destination=/etc/todos,ro=false x", RunPlan("x", mounts=(VolumeMount("", "/etc/todos"),))),
    ("docker run --mount type=bind,src=.,target=/src x", RunPlan("x", mounts=(BindMount(".", "/src"),))),
    ('docker run --mount "type=bind,src=$(pwd),target=/src" x', RunPlan("x", mounts=(BindMount(".", "/src"),))),
    ("docker run --mount type=bind,source=./src,target=/app/src,readonly x", RunPlan("x", mounts=(BindMount("src", "/app/src", True),))),
    ('docker run -v ".:/app" x', RunPlan("x", mounts=(BindMount(".", "/app"),), made_folders=(".",))),
    ('docker run -v "$(pwd):/app" x', RunPlan("x", mounts=(BindMount(".", "/app"),), made_folders=(".",))),
    ("docker run -v ${PWD}:/app x", RunPlan("x", mounts=(BindMount(".", "/app"),), made_folders=(".",))),
    ("docker run -v %cd%:/app x", RunPlan("x", mounts=(BindMount(".", "/app"),), made_folders=(".",))),
    ('docker run -v "/$(pwd)://app" x', RunPlan("x", mounts=(BindMount(".", "/app"),), made_folders=(".",))),
    ("docker run -v $PWD/src:/app/src:ro x", RunPlan("x", mounts=(BindMount("src", "/app/src", True),), made_folders=("src",))),
    ("docker run --network todo-app --network-alias mysql x", RunPlan("x", networks=("todo-app",), aliases=(("todo-app", "mysql"),))),
    ("docker run --network name=todo-app,alias=a --network b x", RunPlan("x", networks=("todo-app", "b"), aliases=(("todo-app", "a"),))),
    ("docker run --net none x", RunPlan("x", networks=("none",))),
    ("docker run --env-file ./db.env -e A=1 x", RunPlan("x", env=(("A", "1"),), env_files=("db.env",))),
    ("docker tag getting-started ada/getting-started", TagImage("getting-started", "ada/getting-started:latest")),
    ("docker image tag a:1 b:2", TagImage("a:1", "b:2")),
    ("docker volume create", CreateVolume()),
    ("docker volume create --label a=b -d local todo-db", CreateVolume("todo-db", (("a", "b"),))),
    ("docker volume ls -q", ListVolumes(quiet=True)),
    ("docker volume list", ListVolumes()),
    ("docker volume inspect todo-db", Inspect(("todo-db",), "volume")),
    ("docker inspect --type volume Todo_db", Inspect(("Todo_db",), "volume")),
    ("docker volume rm -f a b", RemoveVolumes(("a", "b"), force=True)),
    ("docker network create todo-app", CreateNetwork("todo-app")),
    ("docker network create -d bridge --internal x", CreateNetwork("x")),
    ("docker network ls --no-trunc -q", ListNetworks(quiet=True, no_trunc=True)),
    ("docker network inspect -f '{{.Driver}}' todo-app", Inspect(("todo-app",), "network", "{{.Driver}}")),
    ("docker network rm a", RemoveNetworks(("a",))),
    ("docker network connect --alias db todo-app web", ConnectNetwork("todo-app", "web", ("db",))),
    ("docker network disconnect -f todo-app web", DisconnectNetwork("todo-app", "web", force=True)),
    ("docker history --no-trunc x", ShowHistory("x", no_trunc=True)),
    ("docker image history -qH=false x", ShowHistory("x", quiet=True, human=False)),
    ("docker diff web", ShowChanges("web")),
    ("docker port web 3000/tcp", ShowPorts("web", "3000/tcp")),
    ("docker container top web", ShowProcesses("web")),
    ("docker stats --no-stream -a", ShowStats(all=True, stream=False)),
    ("docker stats web box", ShowStats(("web", "box"))),
    ("docker system df", ShowDisk()),
    ("docker container prune -f", Prune("container")),
    ("docker image prune -af", Prune("image", all=True)),
    ("docker volume prune --force", Prune("volume")),
    ("docker network prune -f", Prune("network")),
    ("rm -rf src/x.js README.md", RemoveFiles(("src/x.js", "README.md"), force=True, folders=True)),
    ("rm -- Dockerfile.txt", RemoveFiles(("Dockerfile.txt",))),
    ("docker version", ShowVersion()),
    ("docker --version", ShowVersion(short=True)),
    ("docker -v", ShowVersion(short=True)),
    ("docker", ShowHelp()),
    ("docker --help", ShowHelp()),
    ("docker help run", ShowHelp("run")),
    ("docker run --help", ShowHelp("run")),
    ("docker ps -h", ShowHelp("ps")),
    ("docker image", ShowHelp("image")),
    ("docker image ls --help", ShowHelp("image ls")),
    ("curl localhost:3000", Curl("localhost", 3000)),
    ("curl -s http://127.0.0.1:3001/items?x=1#top", Curl("127.0.0.1", 3001, "/items?x=1", silent=True)),
    ("curl -sSfL -i http://localhost", Curl("localhost", 80, silent=True, fail=True, show_headers=True)),
    ("curl -I http://localhost:3000/", Curl("localhost", 3000, method="HEAD", head_only=True)),
    ("curl -XDELETE localhost:3000/items/1", Curl("localhost", 3000, "/items/1", "DELETE")),
    ("curl -d name=x -d y=2 localhost:3000/items",
     Curl("localhost", 3000, "/items", "POST", (("Content-Type", "application/x-www-form-urlencoded"),), "name=x&y=2")),
    ("""curl --json '{"name": "a b"}' localhost:3000/items""",
     Curl("localhost", 3000, "/items", "POST", (("Content-Type", "application/json"), ("Accept", "application/json")), '{"name": "a b"}')),
    ("""curl -X PUT -H 'Content-Type: application/json' -d '{}' localhost:3000/items/1""",
     Curl("localhost", 3000, "/items/1", "PUT", (("Content-Type", "application/json"),), "{}")),
    ("ls", ListFiles()),
    ("ls -la ./src//static src/..", ListFiles(("src/static", "."), long=True, all=True)),
    ("dir", ListFiles()),
    ("cat Dockerfile src/index.js", ShowFiles(("Dockerfile", "src/index.js"))),
]  # fmt: skip


def only(text: str) -> Plan | Refusal:
    (command,) = read_commands(text)
    return command.plan


@pytest.mark.parametrize(("line", "plan"), PLANS, ids=[line for line, _ in PLANS])
def test_a_command_means_one_typed_plan(line: str, plan: Plan) -> None:
    assert only(line) == plan
    assert looks_like_commands(line)


WRAPPED = [
    "$ docker ps -a",
    "% docker ps -a",
    "> docker ps -a",
    "# docker ps -a",
    "$docker ps -a",
    "PS C:\\Users\\Ada Lovelace\\app> docker ps -a",
    "C:\\app>docker ps -a",
    "root@host:~# docker ps -a",
    "ada@laptop:~/getting-started-app$ docker ps -a",
    "ada@MacBook-Pro getting-started % docker ps -a",
    "[ada@host app]$ docker ps -a",
    "(venv) ada@host:/srv$ docker ps -a",
    "bash-5.1$ docker ps -a",
    "➜  app git:(main) ✗ docker ps -a",
    "❯ docker ps -a",
    "~/app $ docker ps -a",
    "1. docker ps -a",
    "• docker ps -a",
    "- `docker ps -a`",
    "`docker ps -a`",
    "```docker ps -a```",
    "```\ndocker ps -a\n```",
    "```bash\n$ docker ps -a\n```",
    "sudo docker ps -a",
    "winpty docker ps -a",
    "DOCKER_BUILDKIT=1 docker ps -a",
    "Docker ps -a",
    "docker.exe ps -a",
    "/usr/bin/docker ps -a",
    "docker ps -a # what runs?",
    "docker\u00a0ps\u2003-a",
    "docker ps \u2013a",
    "docker ps \u2014a",
    "docker ps \u2014all",
    "docker ps \u2013\u2013all",
    "docker ps \u2013all",
    "\u200bdocker ps\u202e -a\u202c",
    "docker ps \\\n  -a",
    "docker ps ^\n  -a",
    "docker ps `\n  -a",
    "docker ps \\  \n\n -a",
    "docker ps\n-a",
    "docker ps -a;",
    "docker ps -a &&",
    "docker 'ps' \"-a\"",
    "docker 'ps' \u201c-a\u201d",
    "$ docker ps -a\n$",
    "docker ps -a\r\n",
    "cd getting-started-app && docker ps -a",
    "clear; docker ps -a",
]


@pytest.mark.parametrize("text", WRAPPED)
def test_what_a_terminal_or_a_chat_puts_around_a_command_is_taken_off(text: str) -> None:
    assert only(text) == ListContainers(all=True)
    assert looks_like_commands(text)


def test_commands_come_in_order_and_lines_are_shown_as_typed() -> None:
    text = "$ docker build -t x . && docker run -d \\\n  --name web x; docker ps\n\n# look\ncurl localhost:3000"
    assert [command.line for command in read_commands(text)] == [
        "docker build -t x .",
        "docker run -d --name web x",
        "docker ps",
        "curl localhost:3000",
    ]


def test_a_quoted_text_may_go_on_over_lines() -> None:
    text = 'curl -d \'{\n "name": "x"\n}\' localhost:3000/items\ndocker ps'
    body, ps = read_commands(text)
    assert isinstance(body.plan, Curl)
    assert body.plan.body == '{\n"name": "x"\n}'
    assert ps.plan == ListContainers()
    assert looks_like_commands(text)


def test_a_forgotten_quote_costs_its_own_line_only() -> None:
    wrong, right = read_commands("docker run 'x\ndocker ps")
    assert isinstance(wrong.plan, Refusal)
    assert wrong.plan.code == "UNCLOSED_QUOTE"
    assert right.plan == ListContainers()


def test_text_typed_behind_a_heredoc_is_not_taken_for_commands() -> None:
    (command,) = read_commands("cat > Dockerfile << EOF\nFROM node:24-alpine\nEOF\ndocker ps")
    assert isinstance(command.plan, Refusal)
    assert command.plan.code == "SHELL"
    assert "edit" in command.plan.say


CHATTER = [
    "", "   ", "hello", "hint", "help", "next", "check", "what is docker build?", "docker is great", "Docker is great!",
    "docker build fails", "docker build does not work", "docker run is failing with an error", "docker run a container",
    "docker images are big", "docker images vs containers", "docker build or docker run first?", "docker stop working?",
    "docker: Error response from daemon: Conflict.", "docker desktop crashed yesterday", "docker hub is down",
    "docker says port is already allocated", "docker volume is confusing", "docker stats are nice", "rm is scary",
    "del toro is great", "docker history shows nothing", "docker tag how does it work?", "docker, please", "is docker ps right?", "docker ps doesn't show anything",
    "docker run -d fails", "docker help me please", "docker compose what is it", "curl is great", "curl gives me nothing",
    "cat is cute", "ls what does it do", "find me a hint", "echo chamber of friends", "make it so", "git is hard",
    "node is not found", "Error: Cannot find module", "FROM node:24-alpine\nCOPY . .", "```\nFROM node:24-alpine\n```",
    "```dockerfile\nFROM node:24-alpine\nCMD [\"node\"]\n```", "I ran ```docker ps``` and it broke",
    "please look:\n```\ndocker ps\n```\nwhy?", "docker ps\nit shows nothing, why?", "the doctor run",
    "$ docker ps\nCONTAINER ID   IMAGE   COMMAND\n1234   x   \"node\"", "version", "start", "images", "build it",
    "Sending build context to Docker daemon  3.072kB", "<@U123> docker?", "dockerfile is missing", "docker-in-docker rocks a lot",
]  # fmt: skip


@pytest.mark.parametrize("text", CHATTER)
def test_a_sentence_is_no_command(text: str) -> None:
    assert not looks_like_commands(text)


SLIPS = [
    ("dcoker ps", "docker ps"),
    ("docekr run -d x", "docker run -d x"),
    ("doker ps -a", "docker ps -a"),
    ("docer images", "docker images"),
    ("crul localhost:3000", "curl localhost:3000"),
    ("docker biuld -t x .", "docker build -t x ."),
    ("docker rnu x", "docker run x"),
    ("docker imagse", "docker images"),
    ("docker run-d x", "docker run -d x"),
    ("docker image lst", "docker image ls"),
    ("docker run --naem web x", "docker run --name web x"),
    ("docker run -name web x", "docker run --name web x"),
    ("docker run -rm x", "docker run --rm x"),
    ("docker run --d x", "docker run -d x"),
    ("docker build -t x", "docker build -t x ."),
    ("docker build x .", "docker build -t x ."),
    ("docker build -t X .", "docker build -t x ."),
    ("docker build -t x Dockerfile", "docker build -t x ."),
    ("docker run -d Getting-Started", "docker run -d getting-started"),
    ("docker run --privileged -v /:/h -dp 80:80 x", "docker run -d -p 80:80 x"),
    ("docker stop <the-container-id>", "docker ps"),
    ("docker stop the-container-id", "docker ps"),
    ("docker rm <the container id>", "docker ps"),
    ("docker run <image>", "docker ps"),
    ("docker ps | grep web", "docker ps"),
    ("docker ps foo", "docker ps"),
    ("docker foo", "docker help"),
    ("build -t x .", "docker build -t x ."),
    ("run -d x", "docker run -d x"),
    ("ps -a", "docker ps"),
    ("nano Dockerfile", "edit Dockerfile"),
    ("vim ./src/index.js", "edit src/index.js"),
    ("touch Dockerfile", "edit Dockerfile"),
    ("ls -R", "ls -la"),
    ("wget http://localhost:3000", "curl http://localhost:3000"),
    ("git clone https://github.com/docker/getting-started-app.git", "ls"),
]


@pytest.mark.parametrize(("typed", "nearest"), SLIPS)
def test_a_slip_is_answered_with_the_nearest_command(typed: str, nearest: str) -> None:
    refusal = only(typed)
    assert isinstance(refusal, Refusal)
    assert refusal.nearest == nearest
    assert looks_like_commands(typed)


SLACK = [
    ("docker run &lt;image&gt; &amp;&amp; ls", "docker run <image> && ls"),
    ("curl <http://localhost:3000|localhost:3000>", "curl localhost:3000"),
    ("curl <http://localhost:3000/items>", "curl http://localhost:3000/items"),
    ("curl -d '{\"a\": \"&lt;b&gt;\"}' <http://localhost:3000/items>", "curl -d '{\"a\": \"<b>\"}' http://localhost:3000/items"),
    ("mail <mailto:a@b.example|a@b.example> <mailto:c@d.example>", "mail a@b.example c@d.example"),
    ("<@U123> and <@U123|ada>", "@U123 and @ada"),
    ("<#C1|general> <#C2>", "#general #C2"),
    ("<!channel> <!here|here> <!subteam^S1|@crew>", "@channel here @crew"),
    ("&amp;lt;", "&lt;"),
    ("a < b", "a < b"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "typed"), SLACK)
def test_slack_marks_are_undone(sent: str, typed: str) -> None:
    assert unslack(sent) == typed


def test_a_message_that_is_too_long_is_refused_as_a_whole() -> None:
    refusal = only("docker ps " + "x" * MOST_CHARACTERS)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "TOO_LONG"
    assert looks_like_commands("docker ps " + "x" * MOST_CHARACTERS)
    assert not looks_like_commands("hello " + "x" * MOST_CHARACTERS)


def test_a_line_that_is_too_long_is_refused() -> None:
    refusal = only("docker run " + "x" * LONGEST_LINE)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "TOO_LONG"


def test_more_than_twenty_commands_are_refused_before_the_first_runs() -> None:
    assert len(read_commands("docker ps\n" * 20)) == 20
    (command,) = read_commands("docker ps;" * 21)
    assert isinstance(command.plan, Refusal)
    assert command.plan.code == "TOO_MANY"


# ---- whatever is sent, an answer comes, and quickly

_PIECES = st.sampled_from([
    "docker ", "run ", "build ", "-t ", "-dp ", "--name=", "-v /:/h ", "'", '"', "\\", "\n", "`", "```", "$(", "<", ">", "|",
    "&&", ";", "#", "curl ", "localhost:3000 ", "--mount type=bind,src=/ ", "--", "—", "“", "\x00", "\u202e", "%cd%", "$PWD", "é",
    "sudo ", "PS C:\\>", "$ ", "-it ", "exec ", "cat ", "ls ", "ps ", "{{.A}}", "@", "x:y ", "  ", "1. ", "<a b>",
])  # fmt: skip
_MESSAGES = st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=40).map("".join))


@settings(max_examples=400, deadline=None)
@given(_MESSAGES)
def test_any_text_is_read_without_a_fault(text: str) -> None:
    looks_like_commands(text)
    for command in read_commands(unslack(text)):
        assert len(command.line) <= 2000
        plan = command.plan
        if isinstance(plan, Refusal):
            assert plan.code == plan.code.upper()
            assert plan.say
            assert len(plan.say) < 600
            assert plan.docker == bool(plan.words)
        if isinstance(plan, Refusal) and plan.nearest.startswith("docker "):
            assert not isinstance(only(plan.nearest), Refusal)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=20).map("".join), st.sampled_from(["run", "exec", "build", "container run"]))
def test_a_plan_never_names_anything_outside_of_the_project(text: str, verb: str) -> None:
    for command in read_commands(f"docker {verb} {text}"):
        plan = command.plan
        if isinstance(plan, BuildPlan):
            assert not plan.context.startswith(("/", "~"))
            assert ".." not in plan.context.split("/")
            assert ".." not in plan.dockerfile.split("/")
        if isinstance(plan, RunPlan):
            assert not any(hasattr(plan, field) for field in ("volumes", "privileged", "network"))
            for mount in plan.mounts:
                assert not mount.source.startswith(("/", "~"))
                assert ".." not in mount.source.split("/")
                assert "/" not in mount.source or isinstance(mount, BindMount)
                assert mount.target.startswith("/")
                assert mount.target != "/"


HEAVY = [
    "docker run " + "-d " * 2600,
    "docker run -" + "d" * 7900,
    "'\"" * 3900,
    "`" * 40_000,
    "```" * 13_000,
    "<" * 40_000,
    "–" * 7_900,
    "docker ps\n" + "'\n" * 19_000,
    ("docker run '" + "x" * 1_900 + "\n") * 20,
    "docker inspect -f '" + "{{.A" * 1_900 + "' x",
    "docker run " + "a-" * 3_900,
    "docker run -v " + "a:" * 3_900 + " x",
    "a@b " * 9_000,
    "$ " * 19_000,
    "docker run -p " + "1-" * 3_900 + " x",
    "curl " + "http://" * 1_000,
    "docker " + "x" * 7_900,
    "\\\n" * 19_000,
]


@pytest.mark.parametrize("text", HEAVY, ids=[text[:20] for text in HEAVY])
def test_the_work_for_a_text_is_bounded(text: str, loops: Callable[[Callable[[], object]], float]) -> None:
    """A bound far above what is needed: only quadratic work or worse on 40,000 characters would pass it."""
    assert loops(lambda: (looks_like_commands(text), read_commands(unslack(text)))) < 40


def test_a_command_is_a_value() -> None:
    assert read_commands("docker ps") == (Command("docker ps", ListContainers()),)
