"""What the engine does, route by route."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fake_engine.building import built
from tests.fake_engine.objects import ISO, Json, Objects, Refused, framed, listed


@dataclass(frozen=True)
class Received:
    """One request, as it came over the socket."""

    method: str
    path: str  #: without the version
    version: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Said:
    """One answer. `stream` is sent piece by piece, `later` comes behind its head; `raw` takes the line over."""

    status: int = 200
    json: Any = None
    stream: Iterator[Json] | None = None
    raw: bytes | None = None
    later: Coroutine[Any, Any, Json] | None = None


Act = Callable[..., Awaitable[Said]]
ROUTES: list[tuple[str, Act]] = []


def route(pattern: str) -> Callable[[Act], Act]:
    def known(act: Act) -> Act:
        ROUTES.append((pattern, act))
        return act

    return known


def filters_of(asked: Received) -> Mapping[str, Any]:
    return json.loads(asked.params.get("filters") or "{}")


@route("GET /_ping")
async def ping(objects: Objects, asked: Received) -> Said:
    return Said(200, "OK")


@route("GET /version")
async def version(objects: Objects, asked: Received) -> Said:
    return Said(200, objects.version)


@route("GET /info")
async def info(objects: Objects, asked: Received) -> Said:
    return Said(200, {"CgroupDriver": "systemd", "CgroupVersion": "2", "ServerVersion": objects.version["Version"]})


@route("GET /containers/json")
async def list_containers(objects: Objects, asked: Received) -> Said:
    found = [each for each in objects.containers.values() if asked.params.get("all") or each.state == "running"]
    return Said(200, listed([each.row() for each in found], filters_of(asked)))


@route("POST /containers/create")
async def create(objects: Objects, asked: Received) -> Said:
    return Said(201, objects.create(asked.params["name"], asked.json))


@route("GET /containers/([^/]+)/json")
async def inspect(objects: Objects, asked: Received, name: str) -> Said:
    return Said(200, objects.container(name).inspected())


@route("POST /containers/([^/]+)/start")
async def start(objects: Objects, asked: Received, name: str) -> Said:
    container = objects.container(name)
    if container.state == "running":
        return Said(304)
    objects.start(container)
    return Said(204)


@route("POST /containers/([^/]+)/(stop|kill|restart)")
async def stop(objects: Objects, asked: Received, name: str, verb: str) -> Said:
    container = objects.container(name)
    if container.state == "running":
        container.end(137)
    elif verb == "stop":
        return Said(304)
    elif verb == "kill":
        raise Refused(409, f"Cannot kill container: {name}: Container {container.id} is not running")
    if verb == "restart":
        objects.start(container)
    return Said(204)


@route("POST /containers/([^/]+)/wait")
async def wait(objects: Objects, asked: Received, name: str) -> Said:
    container = objects.container(name)

    async def ended() -> Json:
        await container.ended.wait()
        return {"StatusCode": container.did.code, "Error": None}

    return Said(200, later=ended())


@route("POST /containers/([^/]+)/(rename|resize|pause|unpause)")
async def change(objects: Objects, asked: Received, name: str, verb: str) -> Said:
    container = objects.container(name)
    if verb == "rename":
        container.name = asked.params["name"]
    return Said(204)


@route("DELETE /containers/([^/]+)")
async def remove(objects: Objects, asked: Received, name: str) -> Said:
    container = objects.container(name)
    if container.state == "running" and asked.params.get("force") != "1":
        words = "Stop the container before attempting removal or force remove"
        raise Refused(409, f"You cannot remove a running container {container.id}. {words}")
    if container.state == "running":
        container.end(137)
    del objects.containers[container.id]
    return Said(204)


@route("GET /containers/([^/]+)/logs")
async def logs(objects: Objects, asked: Received, name: str) -> Said:
    return Said(raw=framed(objects.container(name).did))


@route("PUT /containers/([^/]+)/archive")
async def put(objects: Objects, asked: Received, name: str) -> Said:
    objects.container(name)
    return Said(200)


@route("POST /containers/([^/]+)/exec")
async def prepare_exec(objects: Objects, asked: Received, name: str) -> Said:
    return Said(201, objects.exec(objects.container(name), asked.json))


@route("POST /exec/([^/]+)/start")
async def start_exec(objects: Objects, asked: Received, name: str) -> Said:
    container, did = objects.execs[name]
    if did.code is None:
        await container.ended.wait()
    return Said(raw=framed(did))


@route("GET /exec/([^/]+)/json")
async def inspect_exec(objects: Objects, asked: Received, name: str) -> Said:
    container, did = objects.execs[name]
    running = did.code is None and container.state == "running"
    return Said(200, {"ID": name, "Running": running, "ExitCode": 137 if did.code is None else did.code})


@route("GET /images/json")
async def list_images(objects: Objects, asked: Received) -> Said:
    parents = {each["ParentId"] for each in objects.images.values()}
    found = [each for each in objects.images.values() if each["RepoTags"] or each["Id"] not in parents]
    rows = [{**each, "Labels": each["Config"].get("Labels") or {}} for each in found]
    return Said(200, listed(rows, filters_of(asked)))


@route("GET /images/(.+)/json")
async def inspect_image(objects: Objects, asked: Received, name: str) -> Said:
    image = objects.image(name)
    layers = {"Type": "layers", "Layers": [image["Id"]]}
    return Said(200, {**image, "Created": ISO, "RootFS": layers, "Parent": image["ParentId"]})


@route("POST /images/(.+)/tag")
async def tag(objects: Objects, asked: Received, name: str) -> Said:
    reference = f"{asked.params['repo']}:{asked.params.get('tag') or 'latest'}"
    image = objects.image(name)
    for each in objects.images.values():
        each["RepoTags"] = [tag for tag in each["RepoTags"] if tag != reference]
    image["RepoTags"].append(reference)
    return Said(201)


@route("DELETE /images/(.+)")
async def remove_image(objects: Objects, asked: Received, name: str) -> Said:
    image = objects.image(name)
    by_id = name == image["Id"]
    rows: list[Json] = [{"Untagged": tag} for tag in image["RepoTags"] if by_id or tag == name]
    image["RepoTags"] = [] if by_id else [tag for tag in image["RepoTags"] if tag != name]
    if not image["RepoTags"]:
        using = [each for each in objects.containers.values() if each.image == image["Id"]]
        if using and asked.params.get("force") != "1":
            raise Refused(409, f"conflict: unable to delete {name} - image is being used by {using[0].id[:12]}")
        del objects.images[image["Id"]]
        rows.append({"Deleted": image["Id"]})
    return Said(200, rows)


@route("POST /build")
async def build(objects: Objects, asked: Received) -> Said:
    return Said(stream=built(objects, asked.params, asked.body))


@route("POST /commit")
async def commit(objects: Objects, asked: Received) -> Said:
    container = objects.container(asked.params["container"])
    name = f"{asked.params['repo']}:{asked.params['tag']}"
    return Said(201, {"Id": objects.add_image(name, parent=container.image)})


@route("GET /networks")
async def list_networks(objects: Objects, asked: Received) -> Said:
    return Said(200, listed(list(objects.networks.values()), filters_of(asked)))


@route("POST /networks/create")
async def create_network(objects: Objects, asked: Received) -> Said:
    return Said(201, objects.add_network(asked.json))


@route("GET /networks/([^/]+)")
async def inspect_network(objects: Objects, asked: Received, name: str) -> Said:
    return Said(200, objects.network(name))


@route("DELETE /networks/([^/]+)")
async def remove_network(objects: Objects, asked: Received, name: str) -> Said:
    objects.remove_network(objects.network(name))
    return Said(204)


@route("POST /networks/([^/]+)/(connect|disconnect)")
async def join(objects: Objects, asked: Received, name: str, verb: str) -> Said:
    network, container = objects.network(name), objects.container(asked.json["Container"])
    if verb == "connect":
        container.networks[network["Name"]] = "10.200.1.2"
    else:
        container.networks.pop(network["Name"], None)
    return Said(200)


@route("GET /volumes")
async def list_volumes(objects: Objects, asked: Received) -> Said:
    return Said(200, {"Volumes": listed(list(objects.volumes.values()), filters_of(asked)), "Warnings": None})


@route("POST /volumes/create")
async def create_volume(objects: Objects, asked: Received) -> Said:
    return Said(201, objects.add_volume(asked.json))


@route("DELETE /volumes/([^/]+)")
async def remove_volume(objects: Objects, asked: Received, name: str) -> Said:
    if objects.volumes.pop(name, None) is None:
        raise Refused(404, f"get {name}: no such volume")
    return Said(204)
