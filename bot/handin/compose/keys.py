"""The keys of a compose file: which exist, which are used here, and why the others are not.

Source: github.com/compose-spec/compose-spec `schema/compose-spec.json`, github.com/compose-spec/compose-go `types`.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.handin.compose.events import Mapping, Scalar
from bot.handin.compose.fault import Broken, broken
from bot.handin.spelling import nearest


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOP = frozenset({"name", "version", "services", "networks", "volumes"})
SERVICE = _words(
    """build command container_name cpus depends_on entrypoint env_file environment expose healthcheck hostname image
    init labels mem_limit networks pids_limit platform ports profiles read_only restart stdin_open stop_grace_period
    tmpfs tty user volumes working_dir"""
)
BUILD = frozenset({"context", "dockerfile", "target", "args"})
PORT = frozenset({"target", "published", "host_ip", "protocol", "mode", "name", "app_protocol"})
MOUNT = frozenset({"type", "source", "target", "read_only", "bind", "volume"})
HEALTH = frozenset({"test", "interval", "timeout", "retries", "start_period", "disable"})
DEPENDENCY = frozenset({"condition", "required", "restart"})
NETWORK_USE = frozenset({"aliases"})
VOLUME = frozenset({"name", "driver", "external", "labels"})
NETWORK = VOLUME

_HOST = "it would open the shared host to your container"
_FIXED = "how containers run on this shared host is fixed"
_LIMITS = "your sandbox already has its own limits"
_FETCH = "it would fetch or read something outside of your project"
_MORE = "the workshop does without it, and so does this sandbox"
_NETWORK = "the network of your project is set up for you, without a way out"
_BUILDER = "it steers the builder itself, and that is fixed here"

#: keys that Compose knows and this sandbox does not use → why
UNUSED_TOP = {"configs": _MORE, "secrets": _MORE, "include": _FETCH, "models": _MORE}
UNUSED_SERVICE = {
    key: why
    for why, keys in {
        _HOST: """cap_add cgroup cgroup_parent devices device_cgroup_rules gpus group_add ipc network_mode pid
            privileged use_api_socket userns_mode uts volumes_from volume_driver""",
        _FIXED: """annotations cap_drop credential_spec isolation logging log_driver log_opt provider pull_policy
            runtime security_opt stop_signal storage_opt sysctls attach""",
        _LIMITS: """blkio_config cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpuset
            cpu_shares deploy mem_reservation memswap_limit mem_swappiness oom_kill_disable oom_score_adj scale
            shm_size ulimits""",
        _FETCH: "configs secrets extends label_file models",
        _NETWORK: "dns dns_opt dns_search domainname external_links extra_hosts links mac_address",
        _MORE: "develop post_start pre_stop pre_start",
    }.items()
    for key in _words(keys)
}
UNUSED_BUILD = dict.fromkeys(
    _words(
        """additional_contexts cache_from cache_to dockerfile_inline entitlements extra_hosts isolation labels network
        no_cache no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh tags ulimits"""
    ),
    _BUILDER,
)
UNUSED_MOUNT = {"tmpfs": _LIMITS, "image": _MORE, "consistency": _MORE, "cluster": _MORE, "npipe": _MORE}
UNUSED_NETWORK_USE = dict.fromkeys(
    (
        "ipv4_address",
        "ipv6_address",
        "link_local_ips",
        "mac_address",
        "driver_opts",
        "priority",
        "gw_priority",
        "interface_name",
    ),
    _NETWORK,
)
UNUSED_VOLUME = {"driver_opts": _HOST}
UNUSED_NETWORK = dict.fromkeys(
    ("driver_opts", "ipam", "internal", "attachable", "enable_ipv4", "enable_ipv6"), _NETWORK
)
UNUSED_HEALTH = {"start_interval": _LIMITS}


def judge_keys(mapping: Mapping, path: str, known: Collection[str], unused: dict[str, str], file: str) -> None:
    """Raise `Broken` about the first key that is not used here, in Compose's words where it does not know it either."""
    for key, _ in mapping.entries:
        name = key.text
        if name in known or name.startswith("x-"):
            continue
        if key.kind != "string":
            raise not_text(key, path)
        shown = f"{path}.{name}" if path else name
        if name in unused:
            say = f"`{shown[:80]}` cannot be used here: {unused[name]}. Please leave it out."
            raise broken(key.line, "COMPOSE_KEY", say, seen=shown)
        raise _unknown(key, path, known, file)


def not_text(key: Scalar, path: str) -> Broken:
    """Return the fault of a key that is a number, a boolean or nothing."""
    where = f"in {path}" if path else "at top level"
    say = f'`{key.text[:40]}` is read as a {key.kind} and not as a name. Put it in quotes: `"{key.text[:40]}"`.'
    return broken(key.line, "YAML_KEY", say, f"non-string key {where}: {key.text[:40]}", key.text)


def _unknown(key: Scalar, path: str, known: Collection[str], file: str) -> Broken:
    name = key.text
    where = f"`{path[:60]}`" if path else "the top of the file"
    if near := nearest(name.replace("-", "_"), sorted(known)):
        say = f"`{name[:60]}` is no key of {where}. Did you mean `{near}`?"
    elif not path and name in SERVICE | UNUSED_SERVICE.keys():
        say = f"`{name}` belongs to a service. Move it below `services:` and the service's name, four blanks in."
    elif not path:
        say = f"`{name[:60]}` stands at the top of the file. A service stands below `services:`, two blanks in."
    elif path in {"services.volumes", "services.networks"}:
        kind = path.rpartition(".")[2]
        say = f"`{kind}:` is moved in too far, so it is read as a service. Begin its line without any blanks."
    elif name in TOP and path.startswith("services."):
        say = f"`{name}:` belongs to the top of the file: begin its line without any blanks."
    else:
        say = f"`{name[:60]}` is no key of {where}. Check its spelling, and how far its line is moved in."
    return broken(
        key.line,
        "UNKNOWN_KEY",
        say,
        f"validating {file}: {path} additional properties '{name[:100]}' not allowed",
        name,
    )
