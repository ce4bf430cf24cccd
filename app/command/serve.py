"""``skillet serve``: the web server in this process, worker and predictor beside it."""

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn
from sqlalchemy import Engine

from app.command.children import Children
from app.db import make_engine, migrate, open_session, sqlite_warning
from app.edge.log import configure_logs
from app.main import create_app
from app.people.service import has_password, make_entry_link
from app.settings import Settings, list_unknown
from app.storage import Store
from trainer.contract.documents import write_whole

DRAIN = 3
"""Seconds that open answers have to end; event streams end at once and are taken up again by the browser."""
log = structlog.get_logger()


class Refused(Exception):
    """The server does not start; the message says why and what to do."""


class Server(uvicorn.Server):
    """Says when it is ready, and leaves the ending to its caller."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer requests, then say so."""
        await super().startup(sockets)
        if self.started:
            self.ready()


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

        def tell(pids: dict[str, int]) -> None:
            write_whole(store.processes_file, json.dumps({"web": os.getpid(), **pids, "address": address}))

        def ready() -> None:
            say(welcome(engine, address))

        app = create_app(settings)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, loop="uvloop", http="httptools", ws="none",
            lifespan="off", server_header=False, timeout_graceful_shutdown=DRAIN, timeout_keep_alive=30,
        )  # fmt: skip
        server = Server(config, ready)
        children = Children(["worker", "predictor"], settings, tell)
        # uvicorn raises its signals again when it has ended; the children must still be ended then
        signal.signal(signal.SIGTERM, _go_on)
        signal.signal(signal.SIGINT, _go_on)
        children.start()
        try:
            server.run(sockets=[listener])
        finally:
            children.end()
            store.processes_file.unlink(missing_ok=True)
            engine.dispose()


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


def _go_on(_signal: int, _frame: FrameType | None) -> None:
    """uvicorn has noted it already."""
