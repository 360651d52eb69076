"""What is sent to the engine, word for word: reading this is reading the security policy."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.plan import BindMount, PublishedPort, RunPlan, VolumeMount
from bot.handin.written import written
from bot.sandbox import recipe
from bot.sandbox.names import Owner

OWNER = Owner("main", "U01ABC")
IMAGE = recipe.ImageFacts("sha256:" + "a" * 64, "getting-started", ("/data",), ("3000/tcp",))
MIB = 1024 * 1024

ULIMITS = [
    {"Name": "nofile", "Soft": 1024, "Hard": 1024},
    {"Name": "core", "Soft": 0, "Hard": 0},
    {"Name": "fsize", "Soft": 256 * MIB, "Hard": 256 * MIB},
    {"Name": "memlock", "Soft": 65536, "Hard": 65536},
    {"Name": "msgqueue", "Soft": 0, "Hard": 0},
]
BARE = {
    "CapDrop": ["ALL"],
    "SecurityOpt": ["no-new-privileges:true"],
    "OomKillDisable": False,
    "OomScoreAdj": 500,
    "CpuShares": 128,
    "Ulimits": ULIMITS,
    "ShmSize": 16 * MIB,
    "IpcMode": "private",
    "AutoRemove": False,
    "RestartPolicy": {"Name": ""},
    "LogConfig": {"Type": "local", "Config": {"max-size": "1m", "max-file": "2", "compress": "false"}},
}
#: Never asked for, whatever a learner writes.
NEVER = frozenset(
    {"Binds", "Privileged", "PidMode", "UTSMode", "UsernsMode", "Devices", "DeviceRequests", "DeviceCgroupRules"}
    | {"GroupAdd", "Sysctls", "VolumesFrom", "Links", "ExtraHosts", "PublishAllPorts", "PortBindings", "Runtime"}
    | {"VolumeDriver", "CpusetCpus", "CgroupnsMode", "MaskedPaths", "ReadonlyPaths", "StorageOpt"}
)


def test_a_learners_container_is_confined_to_this_and_nothing_else() -> None:
    plan = RunPlan(
        "getting-started",
        command=("node", "src/index.js"),
        detach=True,
        env=(("A", "1"),),
        labels=(("mine", "yes"), ("docent.learner", "somebody-else")),
    )
    ports = (PublishedPort(3000, 3000, "127.0.0.1"),)
    made = recipe.container(plan, "web", IMAGE, ports, recipe.Making(OWNER, cgroup="/docent-main-run"))
    assert made.name == "docent-main-u01abc-web"
    assert made.body == {
        "Image": IMAGE.id,
        "Cmd": ["node", "src/index.js"],
        "Env": ["A=1"],
        "WorkingDir": "",
        "User": "",
        "Hostname": "",
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "Healthcheck": {"Test": ["NONE"]},
        "StopTimeout": 10,
        "Labels": {
            "mine": "yes",
            "docent.instance": "main",
            "docent.learner": "u01abc",
            "docent.kind": "learner",
            "docent.attempt": "",
            "docent.name": "web",
            "docent.image": "getting-started",
            "docent.command": '["node", "src/index.js"]',
            "docent.ports": '[["127.0.0.1", 3000, 3000, "tcp"]]',
            "docent.exposed": '["3000/tcp"]',
            "docent.detached": "1",
            "docent.remove": "",
            "docent.mounts": "[]",
            "docent.plan": json.dumps(written(plan)),
        },
        "HostConfig": BARE
        | {
            "CapAdd": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"],
            "PidsLimit": 128,
            "Memory": 256 * MIB,
            "MemorySwap": 256 * MIB,
            "NanoCpus": 1_000_000_000,
            "CgroupParent": "/docent-main-run",
            "NetworkMode": "docent-main-u01abc",
            "Dns": ["127.0.0.1"],
            "DnsOptions": ["timeout:1", "attempts:1"],
            "DnsSearch": [],
            "Tmpfs": {"/data": "rw,nosuid,nodev,mode=1777,size=32m,nr_inodes=4096"},
            "Init": False,
        },
        "NetworkingConfig": {"EndpointsConfig": {"docent-main-u01abc": {}}},
    }


def test_a_mount_is_a_volume_of_the_learners_and_never_a_path_of_the_host() -> None:
    plan = RunPlan(
        "getting-started",
        mounts=(
            VolumeMount("todo-db", "/data"),
            VolumeMount("", "/cache"),
            BindMount(".", "/app"),
            BindMount("src", "/app/src", read_only=True),
        ),
    )
    body = recipe.container(plan, "web", IMAGE, (), recipe.Making(OWNER)).body
    host = body["HostConfig"]
    assert isinstance(host, dict)
    assert host["Tmpfs"] == {}  # a volume stands where the image wants one
    assert host["Mounts"] == [
        {"Type": "volume", "Source": "docent-main-u01abc-todo-db", "Target": "/data", "ReadOnly": False},
        {
            "Type": "volume",
            "Target": "/cache",
            "ReadOnly": False,
            "VolumeOptions": {"Labels": recipe.labels(OWNER, "volume")},
        },
        {
            "Type": "volume",
            "Source": "docentproject-main-u01abc",
            "Target": "/app",
            "ReadOnly": False,
            "VolumeOptions": {"NoCopy": True},
        },
        {
            "Type": "volume",
            "Source": "docentproject-main-u01abc-25a6634263c1",
            "Target": "/app/src",
            "ReadOnly": True,
            "VolumeOptions": {"NoCopy": True},
        },
    ]
    assert not NEVER & set(host)


def test_a_volume_is_local_and_has_no_options_that_could_name_a_device() -> None:
    assert recipe.volume(OWNER, OWNER.volume("db"), "db", {"mine": "1", "docent.learner": "other"}) == {
        "Name": "docent-main-u01abc-db",
        "Driver": "local",
        "Labels": {"mine": "1", "docent.name": "db"} | recipe.labels(OWNER, "volume"),
    }


def test_a_container_joins_the_learners_own_networks_by_their_names() -> None:
    plan = RunPlan("x", networks=("todo-app", "bridge"), aliases=(("todo-app", "mysql"),))
    body = recipe.container(plan, "db", IMAGE, (), recipe.Making(OWNER)).body
    assert body["NetworkingConfig"] == {
        "EndpointsConfig": {"docent-main-u01abc-todo-app": {"Aliases": ["db", "mysql"]}}
    }
    assert body["HostConfig"]["NetworkMode"] == "docent-main-u01abc-todo-app"  # type: ignore[index]


def test_a_runtime_is_the_operators_choice_and_adds_nothing_else() -> None:
    plain = recipe.container(RunPlan("x"), "db", IMAGE, (), recipe.Making(OWNER)).body
    chosen = recipe.container(RunPlan("x"), "db", IMAGE, (), recipe.Making(OWNER, runtime="runsc")).body
    assert chosen == plain | {"HostConfig": plain["HostConfig"] | {"Runtime": "runsc"}}  # type: ignore[operator]


def test_a_container_may_have_no_network_at_all() -> None:
    body = recipe.container(RunPlan("x", networks=("none",)), "db", IMAGE, (), recipe.Making(OWNER)).body
    assert body["NetworkingConfig"] == {"EndpointsConfig": {}}
    assert body["HostConfig"]["NetworkMode"] == "none"  # type: ignore[index]


def test_the_keeper_of_the_project_sees_it_read_only_and_without_network() -> None:
    made = recipe.project_keeper(OWNER, "sha256:" + "b" * 64, [("docentproject-main-u01abc", "/projects/0")])
    host = made.body["HostConfig"]
    assert isinstance(host, dict)
    assert made.name == "docentkeeper-main-u01abc"
    assert (host["NetworkMode"], host["ReadonlyRootfs"], host["CapAdd"]) == ("none", True, ["DAC_READ_SEARCH"])
    assert host["CapDrop"] == ["ALL"]
    assert [(each["Type"], each["ReadOnly"]) for each in host["Mounts"]] == [("volume", True)]
    assert not NEVER & host.keys()


def test_the_writer_of_the_project_runs_our_program_without_network_on_a_read_only_system() -> None:
    body = recipe.project_writer(OWNER, "sha256:" + "b" * 64, "docentproject-main-u01abc", "pass", "[]").body
    assert body["Image"] == "sha256:" + "b" * 64
    assert body["Entrypoint"][-1] == "-c"  # type: ignore[index]
    assert body["NetworkDisabled"] is True
    assert body["HostConfig"] == BARE | {
        "CapAdd": ["CHOWN", "DAC_OVERRIDE"],
        "PidsLimit": 16,
        "Memory": 64 * MIB,
        "MemorySwap": 64 * MIB,
        "NanoCpus": 500_000_000,
        "ReadonlyRootfs": True,
        "NetworkMode": "none",
        "Mounts": [
            {
                "Type": "volume",
                "Source": "docentproject-main-u01abc",
                "Target": "/project",
                "VolumeOptions": {"NoCopy": True},
            }
        ],
    }


def test_a_verifier_may_do_nothing_but_ask() -> None:
    body = recipe.verifier(OWNER, "sha256:" + "b" * 64).body
    assert body["User"] == "65534:65534"
    assert body["HostConfig"] == BARE | {
        "PidsLimit": 32,
        "Memory": 64 * MIB,
        "MemorySwap": 64 * MIB,
        "NanoCpus": 1_000_000_000,
        "ReadonlyRootfs": True,
        "NetworkMode": "docent-main-u01abc",
    }


BROWSER = BARE | {
    "PidsLimit": 160,
    "Memory": 512 * MIB,
    "MemorySwap": 512 * MIB,
    "NanoCpus": 1_000_000_000,
    "ReadonlyRootfs": True,
    "Tmpfs": {"/tmp": "rw,nosuid,nodev,noexec,mode=1777,size=96m,nr_inodes=4096"},  # noqa: S108
    "Dns": ["127.0.0.1"],
    "DnsOptions": ["timeout:1", "attempts:1"],
    "DnsSearch": [],
}


def test_a_browser_sees_one_network_of_the_learners_and_can_keep_nothing() -> None:
    made = recipe.browser("main", IMAGE.id, "f00d", "/docent-main-run", (OWNER, "docent-main-u01abc-todo-app"))
    assert made.name == "docentbrowser-main-f00d"
    assert made.body == {
        "Image": IMAGE.id,
        "Cmd": ["wait"],
        "User": "65534:65534",
        "WorkingDir": "/",
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": {
            "docent.instance": "main",
            "docent.learner": "u01abc",
            "docent.kind": "browser",
            "docent.attempt": "",
        },
        # seccomp is the engine's own profile: nothing here turns it off
        "HostConfig": BROWSER | {"NetworkMode": "docent-main-u01abc-todo-app", "CgroupParent": "/docent-main-run"},
        "NetworkingConfig": {"EndpointsConfig": {"docent-main-u01abc-todo-app": {}}},
    }


def test_a_browser_that_draws_has_no_network_at_all() -> None:
    body = recipe.browser("main", IMAGE.id, "f00d").body
    assert body["HostConfig"] == BROWSER | {"NetworkMode": "none"}
    assert body["NetworkingConfig"] == {"EndpointsConfig": {}}
    assert body["Labels"] == {"docent.instance": "main", "docent.kind": "browser"}


def test_a_look_at_files_runs_our_interpreter_without_network_on_a_read_only_system() -> None:
    body = recipe.file_look(OWNER, IMAGE.id, "docent-main-probe", "f00d", '{"op":"files"}', 7).body
    assert body["Entrypoint"][0] == "/.docent-f00d/lib/ld.so"  # type: ignore[index]
    assert body["Cmd"] == ['{"op":"files"}']
    assert "LD_PRELOAD" in body["Env"]  # type: ignore[operator]  # without `=`: taken out of the environment
    assert body["NetworkDisabled"] is True
    assert body["HostConfig"] == BARE | {
        "CapAdd": ["DAC_OVERRIDE"],
        "PidsLimit": 32,
        "Memory": 64 * MIB,
        "MemorySwap": 64 * MIB,
        "NanoCpus": 1_000_000_000,
        "ReadonlyRootfs": True,
        "NetworkMode": "none",
        "Mounts": [{"Type": "volume", "Source": "docent-main-probe", "Target": "/.docent-f00d", "ReadOnly": True}],
    }


def test_a_look_at_a_containers_files_sees_its_mounts_and_changes_nothing() -> None:
    plain = recipe.file_look(OWNER, IMAGE.id, "docent-main-probe", "f00d", "wait", 0)
    made = recipe.container_look(OWNER, IMAGE.id, "docent-main-probe", "f00d", [("docent-main-u01abc-db", "/data")])
    assert made.name == "docentcopier-main-u01abc"
    mount = {"Type": "volume", "Source": "docent-main-u01abc-db", "Target": "/data", "ReadOnly": True}
    host = plain.body["HostConfig"]
    mounts = [*host["Mounts"], mount | {"VolumeOptions": {"NoCopy": True}}]  # type: ignore[index]
    assert made.body == plain.body | {"HostConfig": host | {"Mounts": mounts}}  # type: ignore[operator]


def test_a_network_has_no_way_out_and_no_address_of_the_hosts() -> None:
    body = recipe.network(OWNER, "10.200.0.16/28").body
    assert body["Internal"] is True
    assert body["Options"] == {"com.docker.network.bridge.inhibit_ipv4": "true"}
    assert body["IPAM"] == {"Driver": "default", "Config": [{"Subnet": "10.200.0.16/28"}]}
    theirs = recipe.network(OWNER, "10.200.0.16/28", "todo-app", (("docent.learner", "other"),)).body
    assert theirs == body | {
        "Name": "docent-main-u01abc-todo-app",
        "Labels": recipe.labels(OWNER, "network") | {"docent.name": "todo-app"},
    }


def test_a_build_is_offline_limited_and_nameless() -> None:
    params = recipe.build(
        OWNER, recipe.Limits(), "/docent-main-build", dockerfile=".docent-dockerfile", bases=["node:24-alpine"]
    )
    labels = json.loads(params.pop("labels"))
    assert labels == {"docent.instance": "main", "docent.learner": "u01abc", "docent.bases": "node:24-alpine"}
    assert json.loads(params.pop("ulimits")) == ULIMITS
    assert params == {
        "version": "1",
        "dockerfile": ".docent-dockerfile",
        "rm": "1",
        "forcerm": "1",
        "pull": "0",
        "nocache": "0",
        "networkmode": "none",
        "memory": str(512 * MIB),
        "memswap": str(512 * MIB),
        "cpuperiod": "100000",
        "cpuquota": "100000",
        "cpushares": "128",
        "shmsize": str(16 * MIB),
        "buildargs": "{}",
        "cgroupparent": "/docent-main-build",
    }


words = st.text(min_size=1, max_size=20)
ports = st.builds(
    PublishedPort, st.integers(1, 65535), st.integers(1, 65535), st.sampled_from(["127.0.0.1", "10.0.0.1"])
)


@given(
    st.builds(
        RunPlan,
        image=words,
        command=st.lists(words, max_size=4).map(tuple),
        name=words,
        detach=st.booleans(),
        remove=st.booleans(),
        env=st.lists(st.tuples(words, words), max_size=3).map(tuple),
        workdir=words,
        entrypoint=words,
        user=words,
        hostname=words,
        labels=st.lists(st.tuples(words, words), max_size=3).map(tuple),
        init=st.booleans(),
    ),
    st.lists(ports, max_size=3).map(tuple),
)
def test_nothing_a_learner_writes_reaches_the_host_configuration(
    plan: RunPlan, published: tuple[PublishedPort, ...]
) -> None:
    body = recipe.container(plan, "web", IMAGE, published, recipe.Making(OWNER)).body
    host = body["HostConfig"]
    plain = recipe.container(RunPlan("x", init=plan.init), "web", IMAGE, (), recipe.Making(OWNER)).body["HostConfig"]
    assert host == plain
    assert not NEVER & set(host)  # type: ignore[call-overload]
    labels = body["Labels"]
    assert isinstance(labels, dict)
    assert labels["docent.learner"] == "u01abc"


@pytest.mark.parametrize(
    "kind", ["docent.learner", "docent.kind", "docent.attempt", "docent.remove", "docent.instance"]
)
def test_every_label_of_ours_is_set_so_that_an_images_label_never_stands_in(kind: str) -> None:
    labels = recipe.container(RunPlan("x"), "web", IMAGE, (), recipe.Making(OWNER)).body["Labels"]
    assert kind in labels  # type: ignore[operator]
