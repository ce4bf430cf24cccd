"""A confined process: real children that try what they must not."""

import socket
import subprocess
import sys

import pytest

CONFINED = "from trainer.limits import confine\nassert confine({seconds}, {memory}, {file}) is True\n"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rlimits and seccomp are Linux's")


def child(
    code: str, seconds: int = 60, memory: int = 1 << 30, file: int = 1 << 20
) -> subprocess.CompletedProcess[str]:
    setup = CONFINED.format(seconds=seconds, memory=memory, file=file)
    return subprocess.run(
        [sys.executable, "-c", setup + code], capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK"])
def test_the_network_is_closed(family: str) -> None:
    ended = child(f"import socket\nsocket.socket(socket.{family}, socket.SOCK_DGRAM)")
    assert "PermissionError" in ended.stderr


def test_a_listening_server_is_out_of_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ended = child(f"import socket\nsocket.create_connection(('127.0.0.1', {port}))")
    assert "PermissionError" in ended.stderr


def test_threads_that_were_there_before_are_confined() -> None:
    code = (
        "import socket, threading\nfrom trainer.limits import confine\nfree = threading.Event()\n"
        "def reach():\n    free.wait()\n    try: socket.socket()\n    except PermissionError: print('closed')\n"
        "thread = threading.Thread(target=reach); thread.start()\n"
        "assert confine(60, 1 << 30, 1 << 20)\nfree.set(); thread.join()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )
    assert ended.stdout == "closed\n", ended.stderr


def test_threads_and_children_are_confined_too() -> None:
    code = (
        "import subprocess, sys, threading, socket\n"
        "def reach():\n"
        "    try: socket.socket()\n"
        "    except PermissionError: print('closed')\n"
        "thread = threading.Thread(target=reach); thread.start(); thread.join()\n"
        "child = [sys.executable, '-c', 'import socket; socket.socket()']\n"
        "print(subprocess.run(child, capture_output=True).returncode)\n"
    )
    assert child(code).stdout.split() == ["closed", "1"]


def test_what_an_import_needs_still_works() -> None:
    code = (
        "import socket, tempfile, threading\nsocket.socket(socket.AF_UNIX).close()\n"
        "a, b = socket.socketpair(); a.close(); b.close()\n"
        "tempfile.TemporaryFile().write(b'x')\nthreading.Thread(target=print, args=('fine',)).start()\n"
    )
    ended = child(code)
    assert ended.stdout == "fine\n", ended.stderr


def test_memory_is_limited() -> None:
    ended = child("x = bytearray(3 << 30)", memory=1 << 30)
    assert "MemoryError" in ended.stderr


def test_files_are_limited() -> None:
    ended = child(
        "open('/dev/null')\nimport tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x' * (3 << 20))"
    )
    assert ended.returncode != 0
    assert "OSError" in ended.stderr or ended.returncode == -25


def test_computing_time_is_limited() -> None:
    ended = child("while True: pass", seconds=1)
    assert ended.returncode < 0


def test_descriptors_are_limited() -> None:
    assert "Too many open files" in child("x = [open('/dev/null') for _ in range(300)]").stderr
