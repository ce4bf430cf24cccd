"""``skillet serve``: a small supervisor that holds the socket, and the web server, worker and predictor below it.

A web server that dies is started again on the same socket: connections wait meanwhile, and no training notices.
"""

import json
import os
import signal
import socket
import sys
import threading

import structlog
from sqlalchemy import Engine

from app.command.children import Children
from app.db import make_engine, migrate, open_session, sqlite_warning
from app.edge.log import configure_logs
from app.people.service import has_password, make_entry_link
from app.settings import Settings, list_unknown
from app.storage import Store
from trainer.contract.documents import write_whole

QUEUE = 2048
"""Connections that may wait for the web server to take them."""
log = structlog.get_logger()


class Refused(Exception):
    """The server does not start; the message says why and what to do."""


def serve(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl+C. Raises Refused or FolderInUse in words."""
    configure_logs(settings.log_level)
    for sentence in list_unknown(os.environ):
        log.warning(sentence)
    store = Store(settings.data)
    create_folder(store)
    with store.lock():
        engine = make_engine(settings)
        if warning := sqlite_warning(engine):
            log.warning(warning)
        migrate(engine)
        check_exposure(engine, settings)
        listener = listen(settings)
        address = address_of(settings, listener)
        words = welcome(engine, address)
        engine.dispose()

        def tell(pids: dict[str, int]) -> None:
            write_whole(
                store.processes_file, json.dumps({"supervisor": os.getpid(), **pids, "address": address})
            )

        ending = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: ending.set())
        listener.set_inheritable(True)
        descriptor = listener.fileno()
        commands = {
            "web": ["web", "--descriptor", str(descriptor)],
            "worker": ["worker"],
            "predictor": ["predictor"],
        }
        children = Children(commands, settings, tell, files=(descriptor,))
        children.start()
        try:
            if answers(listener, ending):
                say(words)
            ending.wait()
        finally:
            children.end()
            store.processes_file.unlink(missing_ok=True)
            listener.close()


def answers(listener: socket.socket, ending: threading.Event) -> bool:
    """Wait until the web server takes connections; False if the end came first."""
    while not ending.is_set():
        try:
            with socket.create_connection(local_name(listener), timeout=1.0) as probe:
                probe.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
                if probe.recv(16).startswith(b"HTTP/"):
                    return True
        except OSError:
            ending.wait(0.05)
    return False


def local_name(listener: socket.socket) -> tuple[str, int]:
    """Where this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104


def create_folder(store: Store) -> None:
    """Make the data folder, or say why it cannot be made."""
    try:
        store.create()
        probe = store.root / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"The data folder {store.root} cannot be written: {error.strerror}. Make it writable for this "
            "user, or name another one with --data or SKILLET_DATA."
        ) from error


def check_exposure(engine: Engine, settings: Settings) -> None:
    """Others may only reach a server whose owner can sign in: until then anybody might become its owner."""
    if settings.is_local:
        return
    with open_session(engine, write=False) as db:
        if not has_password(db):
            raise Refused(
                f"This server would be open to others at {settings.host}, but its owner has no password yet. "
                "Start it with --host 127.0.0.1 first, open the link that it prints and choose a password under "
                "Account; or run: skillet password. Then start it again as you did now."
            )
    if not settings.allowed_hosts:
        log.warning(
            "Browsers can reach this server only by its address. Set SKILLET_ALLOWED_HOSTS to the names, "
            "comma-separated, that people use for it."
        )


def listen(settings: Settings) -> socket.socket:
    """A socket on the wanted address, taken before anything else starts."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise Refused(
            f"Port {settings.port} of {settings.host} cannot be taken: {error.strerror}. "
            "Another program may be using it; choose another one with --port, or 0 for any."
        ) from error
    listener.listen(QUEUE)
    return listener


def address_of(settings: Settings, listener: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def welcome(engine: Engine, address: str) -> str:
    """What a person reads when the server is ready: where to go."""
    with open_session(engine) as db:
        if has_password(db):
            return f"\nSkillet is ready at {address}/\nStop it with Ctrl+C.\n"
        token = make_entry_link(db)
        db.commit()
    return (
        "\nSkillet is ready. Open this link; it works once and makes you the owner:\n\n"
        f"  {address}/enter/{token}\n\n"
        "Stop it with Ctrl+C.\n"
    )


def say(words: str) -> None:
    """To the person at the terminal, apart from the logs."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
