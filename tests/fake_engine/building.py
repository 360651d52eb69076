"""What the classic builder says about a Dockerfile, and the image that comes of it."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping

from tests.fake_engine.objects import Json, Objects, Refused


def built(objects: Objects, params: Mapping[str, str], context: bytes) -> Iterator[Json]:
    """Yield the builder's events; `RUN false` fails, `RUN sleep …` goes on until somebody hangs up."""
    with tarfile.open(fileobj=io.BytesIO(context)) as tar:
        member = tar.extractfile(params["dockerfile"])
        assert member is not None
        lines = [line for line in member.read().decode().splitlines() if line and not line.startswith("#")]
    labels = json.loads(params.get("labels") or "{}")
    if labels:
        lines.append("LABEL " + " ".join(f"{key}={value}" for key, value in sorted(labels.items())))
    image, config = "", {"Cmd": ["sh"], "Labels": labels}
    for number, line in enumerate(lines, start=1):
        yield {"stream": f"Step {number}/{len(lines)} : {line}\n"}
        keyword, _, rest = line.partition(" ")
        if keyword == "FROM":
            base = objects.image(rest.split()[0])
            image, config = base["Id"], {**base["Config"], "Labels": labels}
        elif keyword == "RUN":
            yield {"stream": f" ---> Running in {number:012x}\n"}
            if rest == "false":
                words = f"The command '/bin/sh -c {rest}' returned a non-zero code: 1"
                yield {"errorDetail": {"code": 1, "message": words}, "error": words}
                return
            if rest.startswith("sleep"):
                yield {}  # for ever
        elif keyword == "CMD" and rest.startswith("["):
            config = {**config, "Cmd": json.loads(rest)}
        yield {"stream": f" ---> {number:012x}\n"}
    if not image:
        raise Refused(400, "no build stage in current context")
    image = objects.add_image(config=config, parent=image)
    yield {"aux": {"ID": image}}
    yield {"stream": f"Successfully built {image.removeprefix('sha256:')[:12]}\n"}
