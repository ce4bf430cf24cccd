"""``skillet web``: the web server alone, on a socket that its supervisor holds."""

import signal
import socket
from types import FrameType

import uvicorn

from app.edge.log import configure_logs
from app.main import create_app
from app.settings import Settings

DRAIN = 3
"""Seconds that open answers have to end; event streams end at once and are taken up again by the browser."""


def answer_requests(settings: Settings, descriptor: int) -> None:
    """Answer on the listening socket ``descriptor`` until SIGTERM."""
    configure_logs(settings.log_level)
    listener = socket.socket(fileno=descriptor)
    config = uvicorn.Config(
        create_app(settings), log_config=None, access_log=False, loop="uvloop", http="httptools", ws="none",
        lifespan="off", server_header=False, timeout_graceful_shutdown=DRAIN, timeout_keep_alive=30,
    )  # fmt: skip
    # uvicorn raises its signal again when it has ended, which would look like a crash to the supervisor
    signal.signal(signal.SIGTERM, _end_well)
    uvicorn.Server(config).run(sockets=[listener])


def _end_well(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
