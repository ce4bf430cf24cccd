"""What a process gives up before it opens a stranger's file: the network, and more than its share of the
machine.
"""

import ctypes
import errno
import logging
import platform
import resource
import socket
import struct
import sys
from pathlib import Path

PR_SET_NO_NEW_PRIVS = 38
SET_MODE_FILTER = 1
ALL_THREADS = 1
"""SECCOMP_FILTER_FLAG_TSYNC: also threads that a library started before, which prctl alone would leave free."""
ALLOW = 0x7FFF0000
DENY = 0x00050000 | errno.EPERM
KILL = 0x80000000
LOAD, EQUAL, RETURN, AT_LEAST = 0x20, 0x15, 0x06, 0x35
NUMBER_AT, ARCH_AT, FIRST_ARGUMENT_AT = 0, 4, 16
X32 = 0x40000000
"""x86-64 calls with this bit are the x32 twins of the others."""
CALLS = {
    "x86_64": {
        "arch": 0xC000003E,
        "socket": 41,
        "socketpair": 53,
        "io_uring_setup": 425,
        "ptrace": 101,
        "seccomp": 317,
    },
    "aarch64": {
        "arch": 0xC00000B7,
        "socket": 198,
        "socketpair": 199,
        "io_uring_setup": 425,
        "ptrace": 117,
        "seccomp": 277,
    },
}
FILES = 256
log = logging.getLogger(__name__)


def confine(seconds: int, memory_bytes: int, file_bytes: int) -> bool:
    """Give up, for the rest of this process's life: CPU time over ``seconds`` from now, memory over
    ``memory_bytes`` more than is in use now, files over ``file_bytes``, more than 256 open files, and the
    network.

    True when the network is closed too; on machines where it cannot be, that is logged. Breaking a limit
    shows as SIGXCPU, MemoryError, OSError (EFBIG) or PermissionError.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds)
    lower(resource.RLIMIT_FSIZE, file_bytes)
    lower(resource.RLIMIT_NOFILE, FILES)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_AS, address_space() + memory_bytes)
    return close_network()


def lower(kind: int, value: int) -> None:
    """Lower a limit for good; never raise one."""
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def address_space() -> int:
    """Bytes of address space in use now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except FileNotFoundError:
        return 4 << 30  # no /proc here: what Python with its libraries takes at most
    return pages * resource.getpagesize()


def close_network() -> bool:
    """Make the kernel refuse internet sockets (and io_uring, and ptrace), in all threads of this process.

    Unix sockets stay: nothing outside the machine answers on them. False, with a line in the log, where
    there is no seccomp or the processor is unknown.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in CALLS or struct.calcsize("P") != 8:
        log.warning("The network cannot be closed for imports on %s %s.", sys.platform, machine)
        return False
    program = network_filter(CALLS[machine])
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    closed = (
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        and libc.syscall(CALLS[machine]["seccomp"], SET_MODE_FILTER, ALL_THREADS, ctypes.c_char_p(header))
        == 0
    )
    if not closed:
        log.warning(
            "The kernel did not close the network for imports: %s.", errno.errorcode.get(ctypes.get_errno())
        )
        return False
    return True


def network_filter(calls: dict[str, int]) -> bytes:
    """A classic BPF program over ``struct seccomp_data``: see seccomp(2) and linux/filter.h."""
    steps = [
        (LOAD, 0, 0, ARCH_AT),
        (EQUAL, 1, 0, calls["arch"]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, 7, 0, X32),
        (EQUAL, 6, 0, calls["io_uring_setup"]),
        (EQUAL, 5, 0, calls["ptrace"]),
        (EQUAL, 1, 0, calls["socket"]),
        (EQUAL, 0, 4, calls["socketpair"]),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (EQUAL, 2, 0, int(socket.AF_UNIX)),
        (RETURN, 0, 0, DENY),
        (RETURN, 0, 0, DENY),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
