"""Lay out the browser's file system from unpacked Debian packages: lay_out.py ROOTFS DRIVER_SOURCES IMAGE.

Of 630 MB about half is taken: one program, the libraries it names, the fonts of upright text.
"""

import compileall
import py_compile
import re
import shutil
import sys
from pathlib import Path

CHROMIUM = Path("usr/lib/chromium")
#: The program and the data it opens; no GPU, no Vulkan, no translations.
PARTS = """
    chromium-headless-shell headless_command_resources.pak headless_lib_data.pak headless_lib_strings.pak icudtl.dat
    snapshot_blob.bin v8_context_snapshot.bin
""".split()  # noqa: SIM905 - seven lines of one word each read worse
PROGRAMS = ("usr/bin/python3.{minor}", "usr/bin/fc-cache")
#: Opened by name at run time: NSS loads its own parts.
LOADED = ("libsoftokn3.so", "libfreebl3.so", "libfreeblpriv3.so")
FOLDERS = (
    *("etc/fonts", "usr/share/fontconfig"),
    #: the last one has what the others lack of Korean
    *(f"usr/share/fonts/truetype/{name}" for name in ("dejavu", "droid", "wqy")),
)
#: One upright face and its bold for every script of today, and emoji; no serifs, no dead languages' italics.
NOTO = re.compile(r"(NotoSans[A-Z]?[A-Za-z0-9]*|NotoSerifTibetan)-(Regular|Bold)\.ttf|NotoColorEmoji\.ttf")
SURPLUS = shutil.ignore_patterns("test", "unittest", "pydoc_data", "lib2to3", "distutils", "ensurepip", "*.pyc")


def lay_out(rootfs: Path, sources: Path, image: Path) -> None:
    """Fill ``image`` with what a container needs that only ever takes pictures."""
    version = f"python3.{sys.version_info.minor}"
    for folder in ("tmp", "proc", "sys", "dev", "run", "var/cache/fontconfig"):
        (image / folder).mkdir(parents=True)
    (image / "tmp").chmod(0o1777)
    for name in ("usr/bin", "usr/lib", "usr/lib64"):
        (image / name).mkdir(parents=True)
        (image / Path(name).name).symlink_to(name)
    programs = [CHROMIUM / part for part in PARTS]
    programs += [Path(name.format(minor=sys.version_info.minor)) for name in PROGRAMS]
    for path in programs:
        copy(rootfs, path, image)
    (image / "usr/bin/python3").symlink_to(version)
    for folder in FOLDERS:
        shutil.copytree(rootfs / folder, image / folder, symlinks=True)
    for font in sorted((rootfs / "usr/share/fonts/truetype/noto").iterdir()):
        if NOTO.fullmatch(font.name):
            copy(rootfs, font.relative_to(rootfs), image)
    standard = image / "usr/lib" / version
    shutil.copytree(rootfs / "usr/lib" / version, standard, symlinks=True, ignore=SURPLUS)
    for package in ("bot", "bot/sandbox"):
        (standard / package).mkdir()
        (standard / package / "__init__.py").touch()
    shutil.copytree(sources, standard / "bot/sandbox/browser", ignore=SURPLUS)
    compileall.compile_dir(standard, quiet=1, ddir=f"/usr/lib/{version}", invalidation_mode=UNCHECKED)
    closed(rootfs, image, [image / path for path in programs] + list((standard / "lib-dynload").glob("*.so")))
    (image / "etc/passwd").write_text("nobody:x:65534:65534:nobody:/tmp:/\n")
    (image / "etc/group").write_text("nogroup:x:65534:\n")
    (image / "etc/nsswitch.conf").write_text("hosts: files dns\n")


#: The file system is read-only, so byte code is never compared with its source.
UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH


def copy(rootfs: Path, path: Path, image: Path) -> None:
    """Copy one file to the same place, links followed."""
    (image / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(rootfs / path, image / path)


def closed(rootfs: Path, image: Path, programs: list[Path]) -> None:
    """Copy the loader and every shared library that the programs name in their bytes, and those that these name."""
    loader = next((rootfs / "usr/lib").rglob("ld-linux*.so.*"))
    folder = loader.resolve().parent
    home = folder.relative_to(rootfs.resolve())
    (image / home).mkdir(parents=True, exist_ok=True)
    done: set[str] = set()
    todo = [*programs, *(folder / name for name in LOADED)]
    names = {loader.name, *LOADED}
    while todo or names - done:
        for name in sorted(names - done):
            done.add(name)
            # some keep their own parts in a folder of their own; here they stand beside the others
            source = folder / name if (folder / name).is_file() else next(folder.glob(f"*/{name}"))
            shutil.copy(source, image / home / name)
            todo.append(source)
        found = re.findall(rb"\0(lib[\w+.-]+\.so(?:\.[\d.]+)?)(?=\0)", todo.pop().read_bytes()) if todo else []
        names |= {name for name in map(bytes.decode, found) if known(folder, name)}
    interpreter = Path("usr/lib64") / loader.name
    if not (image / interpreter).exists():
        (image / interpreter).symlink_to(f"/{home}/{loader.name}")


def known(folder: Path, name: str) -> bool:
    """Return whether the packages bring a library of this name."""
    return (folder / name).is_file() or (folder / "pulseaudio" / name).is_file()


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]).resolve())
