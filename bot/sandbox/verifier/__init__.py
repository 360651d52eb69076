"""The verifier: how its image is laid out, and how it is started here or in a learner's file system.

Everything lives in one folder, so that a volume pre-filled from it brings interpreter, loader and probe along.
"""

#: The folder in the verifier image.
HOME = "/docent-verifier"
#: Where a volume pre-filled from HOME is mounted (read-only) in a container made from a learner's image. Put something
#: unguessable behind it: an image that declares a volume inside this folder would cover our files with its own.
MOUNTED = "/.docent"
#: What must not be in such a container's environment: the learner's image may set it, and the loader would obey.
CLEARED = (
    "LD_PRELOAD",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "LD_DEBUG",
    "LD_DEBUG_OUTPUT",
    "LD_PROFILE",
    "LD_BIND_NOW",
    "LD_SHOW_AUXV",
    "LD_TRACE_LOADED_OBJECTS",
    "LD_ORIGIN_PATH",
    "LD_PROFILE_OUTPUT",
    "LD_TRACE_PRELINKING",
    "LD_USE_LOAD_BIAS",
    "LD_VERBOSE",
    "LD_WARN",
    "LD_DYNAMIC_WEAK",
    "LD_HWCAP_MASK",
    "LD_PREFER_MAP_32BIT_EXEC",
    "GLIBC_TUNABLES",
    "MALLOC_TRACE",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "HOSTALIASES",
)


def environment() -> dict[str, str | None]:
    """Return the environment of a probe, for both places; None means that the name must be taken out.

    Empty is not enough: `LD_TRACE_LOADED_OBJECTS` acts whatever its value. In the engine's `Env` a name without `=`
    takes it out.
    """
    # the plain C locale reads no locale file of the learner's
    return dict.fromkeys(CLEARED) | {"LC_ALL": "C", "LANG": "C", "PATH": "/"}


def entrypoint(home: str = HOME) -> list[str]:
    """Return the words that start the probe from ``home``; append a request, or ``wait``.

    The loader is named first, so nothing of the surrounding file system is loaded: not its libc, not its cache.
    """
    loader = [f"{home}/lib/ld.so", "--inhibit-cache", "--library-path", f"{home}/lib"]
    return [*loader, f"{home}/bin/python3", "-I", "-S", "-B", "-X", "utf8", f"{home}/probe.py"]
