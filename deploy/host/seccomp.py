#!/usr/bin/env python3
"""Write seccomp.json: the system calls that learners' programs and builds may make; every other one is refused.

An allow-list of our own, for the whole engine, because a build cannot be given one. It is narrower than the engine's
default where that has let people out or about: no io_uring, no ptrace, only the four families of sockets that programs
of a workshop speak (so no AF_ALG, AF_VSOCK or AF_PACKET), no 32-bit calls (their `socketcall` hides the family).
Source: Linux, syscalls(2); the format is docs.docker.com/engine/security/seccomp; compared with moby's default.
"""

from __future__ import annotations

import json
from pathlib import Path

Rule = dict[str, object]

ALLOWED = {
    "files": """access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
        fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock
        fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr ioctl lchown
        lgetxattr link linkat listxattr llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat mknod mknodat
        name_to_handle_at newfstatat open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2
        read readahead readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile setxattr splice
        stat statfs statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime
        utimensat utimes write writev""",
    "waiting for files": """epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2
        inotify_add_watch inotify_init inotify_init1 inotify_rm_watch poll ppoll pselect6 select""",
    "input and output of databases": "io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit",
    "memory": """brk madvise membarrier memfd_create mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock
        munlockall munmap pkey_alloc pkey_free pkey_mprotect""",
    "processes": """arch_prctl capget capset execve execveat exit exit_group fork get_robust_list getpgid getpgrp getpid
        getppid getpriority getrlimit getrusage getsid gettid kill pause pidfd_open pidfd_send_signal prctl prlimit64
        rseq sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
        sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler
        sched_yield set_robust_list set_tid_address setpgid setpriority setrlimit setsid sysinfo tgkill times tkill
        uname vfork wait4 waitid futex futex_waitv futex_wait futex_wake futex_requeue getcpu ioprio_get ioprio_set
        restart_syscall""",
    "users": """getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid setgroups setregid
        setresgid setresuid setreuid setuid""",
    "signals": """alarm getitimer rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
        rt_sigtimedwait rt_tgsigqueueinfo setitimer sigaltstack signalfd signalfd4""",
    "time": """clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep time timer_create timer_delete
        timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime""",
    "sockets": """accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg
        sendmmsg sendmsg sendto setsockopt shutdown socketpair""",
    "between processes": """mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv
        msgsnd semctl semget semop semtimedop shmat shmctl shmdt shmget""",
    "chance, and rules a program makes for itself": """getrandom landlock_add_rule landlock_create_ruleset
        landlock_restrict_self seccomp""",
}
#: AF_UNIX, AF_INET, AF_INET6, AF_NETLINK (the addresses of one's own machine). Source: Linux, include/linux/socket.h
FAMILIES = (1, 2, 10, 16)
#: what glibc, Node and databases ask for, and the question what it is. Source: personality(2)
PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
#: CLONE_NEW… but for time, which is no flag of clone's. Source: Linux, include/uapi/linux/sched.h
NEW_NAMESPACES = 0x7E020000
ENOSYS = 38


def profile() -> Rule:
    """Return the profile as the engine reads it."""
    names = sorted({name for group in ALLOWED.values() for name in group.split()})
    rules: list[Rule] = [_allow(names)]
    rules += [_allow(["socket"], _is(0, family)) for family in FAMILIES]
    rules += [_allow(["personality"], _is(0, value)) for value in PERSONALITIES]
    rules.append(_allow(["clone"], {"index": 0, "value": NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}))
    # its flags are in memory, where no filter sees them; without it the C library takes clone
    rules.append({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS})
    # only builds have this capability (package managers use it); a learner's container has not
    rules.append(_allow(["chroot"]) | {"includes": {"caps": ["CAP_SYS_CHROOT"]}})
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "archMap": [
            {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []},
            {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": []},
        ],
        "syscalls": rules,
    }


def _allow(names: list[str], *args: Rule) -> Rule:
    rule: Rule = {"names": names, "action": "SCMP_ACT_ALLOW"}
    return rule | ({"args": list(args)} if args else {})


def _is(index: int, value: int) -> Rule:
    return {"index": index, "value": value, "op": "SCMP_CMP_EQ"}


if __name__ == "__main__":
    place = Path(__file__).with_suffix(".json")
    place.write_text(json.dumps(profile(), indent=1) + "\n", "utf-8")
    print(f"wrote {place}")
