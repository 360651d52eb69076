"""The script that writes files inside a running container, what it is given, and what its end means. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping

from bot.handin.plan import CopyIn, Output
from bot.sandbox.engine import EngineSaid
from bot.sandbox.host import Ran
from bot.sandbox.screen import shown
from bot.sandbox.things import Container

PIECE = 96_000  #: characters of one argument, a multiple of four; the kernel takes 128 KiB. Source: `MAX_ARG_STRLEN`
BATCH = 1_000_000  #: characters of all arguments; the kernel takes 2 MB. Source: Linux `ARG_MAX`
NO_PARENT, NO_FOLDER, NOT_A_FOLDER, IS_A_FOLDER, BROKEN = 40, 41, 42, 43, 44
#: TO BASE KIND (w|a PATH BASE64)…: writes the files, and prints where. A folder that is there gets them inside.
WRITE = f"""
umask 022
to=$1 base=$2 kind=$3
shift 3
if [ -d "$to" ]; then
    [ "$kind" = contents ] || to=${{to%/}}/$base
    [ "$kind" = file ] && [ -d "$to" ] && {{ printf %s "$to"; exit {IS_A_FOLDER}; }}
else
    up=$(dirname "$to")
    [ "$kind" != file ] && [ -e "$to" ] && exit {NOT_A_FOLDER}
    [ -d "$up" ] || {{ printf %s "$up"; exit {NO_PARENT}; }}
    case $kind,$to in file,*/) exit {NO_FOLDER} ;; esac
fi
while [ $# -gt 0 ]; do
    at=$to
    [ "$kind" = file ] || {{ at=$to/$2; mkdir -p "$(dirname "$at")" || exit {BROKEN}; }}
    case $1 in
    w) printf %s "$3" | base64 -d > "$at" || exit {BROKEN} ;;
    a) printf %s "$3" | base64 -d >> "$at" || exit {BROKEN} ;;
    esac
    shift 3
done
printf %s "$to"
"""


def batches(files: Mapping[str, bytes]) -> Iterator[list[str]]:
    """Yield the words of files for the script, as many at a time as one call takes."""
    words: list[str] = []
    room = BATCH
    for path in sorted(files):
        text = base64.b64encode(files[path]).decode()
        for at in range(0, len(text) or 1, PIECE):
            piece = text[at : at + PIECE]
            if words and len(piece) + len(path) > room:
                yield words
                words, room = [], BATCH
            words += ["a" if at else "w", path, piece]
            room -= len(piece) + len(path)
    yield words


def refused(plan: CopyIn, container: Container, ran: Ran | EngineSaid) -> Output | None:
    """Return what Docker says where the files could not be written, None when they were."""
    unable = f"Here, copying needs `sh` and `base64` inside of the container, and `{container.name}` lacks them."
    if isinstance(ran, EngineSaid):
        return Output("", 1, note=f"{unable} A line `COPY` in your Dockerfile brings files into an image.")
    at = shown(ran.stdout).strip()
    match ran.exit_code:
        case 0:
            return None
        case None:
            return Output("", 1, note=f"The copy into `{container.name}` did not end, so I stopped watching it.")
        case code if code == NO_PARENT:
            return Output(f"Error response from daemon: Could not find the file {at} in container {plan.name}", 1)
        case code if code == NO_FOLDER:
            return Output("no such directory", 1)
        case code if code == NOT_A_FOLDER:
            return Output("cannot copy directory", 1)
        case code if code == IS_A_FOLDER:
            folder = at.rpartition("/")[0] or "/"
            words = f'cannot overwrite directory "{at}" with non-directory "{folder}"'
            return Output(f"Error response from daemon: {words}", 1)
        case 126 | 127:
            return Output("", 1, note=f"{unable} A line `COPY` in your Dockerfile brings files into an image.")
        case _:
            lines = shown(ran.output).strip().splitlines() or ["the file could not be written"]
            return Output(f"Error response from daemon: {lines[-1].removeprefix('sh: ')[:300]}", 1)
