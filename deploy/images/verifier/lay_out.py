"""Lay out the verifier's folder from an unpacked Debian Python: lay_out.py ROOTFS PROBE_SOURCES IMAGE."""

import marshal
import re
import shutil
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

#: The parts of the standard library that the probe, or the start of the interpreter, may ask for.
MODULES = """
    abc base64 bisect codecs collections contextlib copyreg encodings enum fnmatch functools genericpath heapq
    importlib io ipaddress json keyword operator os posixpath re reprlib runpy selectors signal site socket sre_compile
    sre_constants sre_parse stat stringprep struct token tokenize linecache textwrap traceback types warnings weakref
    _collections_abc _sitebuiltins _weakrefset __future__ locale typing
""".split()  # noqa: SIM905 - fifty lines of one word each read worse
#: Debian builds most of what we need into the interpreter; OpenSSL (_ssl, _hashlib) and ctypes must stay out.
EXTENSIONS = ("_json",)
#: The loader reads this file of the surrounding system whatever its options say: a learner's image could name a
#: library of its own there. Nobody can make the other path: the kernel has no process 0.
PRELOAD, NOWHERE = b"/etc/ld.so.preload", b"/proc/0/no-preload"
ENTRY = "import sys\nfrom bot.sandbox.verifier.probe import main\nsys.exit(main(sys.argv[1:]))\n"


def lay_out(rootfs: Path, sources: Path, image: Path) -> None:
    """Fill ``image`` with one folder ``docent-verifier`` and the few files of /etc that the resolver reads."""
    home = image / "docent-verifier"
    version = f"python3.{sys.version_info.minor}"
    library = home / "lib" / version
    for folder in (home / "bin", library / "lib-dynload", image / "etc", image / "tmp"):
        folder.mkdir(parents=True)
    (image / "tmp").chmod(0o1777)
    python = home / "bin" / "python3"
    shutil.copy(rootfs / "usr" / "bin" / version, python)
    python.chmod(0o755)
    for name in MODULES:
        compile_module(rootfs / "usr" / "lib" / version, name, library)
    for name in EXTENSIONS:
        for found in (rootfs / "usr" / "lib" / version / "lib-dynload").glob(f"{name}.*.so"):
            shutil.copy(found, library / "lib-dynload")
    for package in ("bot", "bot/sandbox"):
        (library / package).mkdir()
        write_compiled(b"", library / package / "__init__.pyc")
    compile_module(sources.parent, sources.name, library / "bot" / "sandbox")
    (home / "probe.py").write_text(ENTRY)
    loader = next((rootfs / "usr" / "lib").rglob("ld-linux*.so.*"))
    patched_loader(loader, home / "lib" / "ld.so")
    for name in libraries(python, loader.parent):
        shutil.copy(found_library(rootfs, name), home / "lib" / name)
    (image / "etc" / "nsswitch.conf").write_text("hosts: files dns\n")
    (image / "etc" / "passwd").write_text("nobody:x:65534:65534:nobody:/nonexistent:/\n")
    (image / "etc" / "group").write_text("nogroup:x:65534:\n")


def compile_module(folder: Path, name: str, into: Path) -> None:
    """Compile one module or package to .pyc files beside each other, without their sources."""
    found = folder / name
    if found.is_dir():
        for source in sorted(found.rglob("*.py")):
            target = into / name / source.relative_to(found).with_suffix(".pyc")
            target.parent.mkdir(parents=True, exist_ok=True)
            write_compiled(source.read_bytes(), target)
    elif found.with_suffix(".py").exists():
        write_compiled(found.with_suffix(".py").read_bytes(), into / f"{name}.pyc")


def write_compiled(source: bytes, target: Path) -> None:
    """Write the byte code of ``source``; the date in it is 0, so equal sources give equal images."""
    code = compile(source, target.name, "exec", dont_inherit=True, optimize=0)
    target.write_bytes(MAGIC_NUMBER + bytes(12) + marshal.dumps(code))


def patched_loader(loader: Path, target: Path) -> None:
    """Copy the dynamic loader, with the path of the preload file replaced."""
    code = loader.read_bytes()
    if PRELOAD not in code:
        raise SystemExit(f"{loader} does not name {PRELOAD.decode()}: look again at how it preloads")
    target.write_bytes(code.replace(PRELOAD, NOWHERE))
    target.chmod(0o755)


def libraries(program: Path, folder: Path) -> set[str]:
    """Return the names of the shared libraries that a program needs, found by name in its bytes, and theirs."""
    wanted: set[str] = set()
    todo = [program]
    while todo:
        names = {name.decode() for name in re.findall(rb"\0(lib[\w+.-]+\.so\.[\d.]+)(?=\0)", todo.pop().read_bytes())}
        for name in names - wanted:
            wanted.add(name)
            todo.extend(path for path in [folder / name] if path.exists())
    return {name for name in wanted if (folder / name).exists()}


def found_library(rootfs: Path, name: str) -> Path:
    """Return the file of a shared library."""
    return next(path for path in (rootfs / "usr" / "lib").rglob(name) if path.is_file())


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]).resolve())
