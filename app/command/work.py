"""``skillet worker``: the worker of the jobs, told what each kind of job leaves behind."""

import threading

import structlog

from app.datasets.service import finish_import
from app.db import is_at_head, make_engine
from app.edge.log import configure_logs
from app.jobs.worker import work
from app.runs.service import finish_train
from app.settings import Settings
from app.storage import Store

ENDINGS = {"import": finish_import, "train": finish_train}
log = structlog.get_logger()


def work_until(settings: Settings, stop: threading.Event) -> int:
    """Take jobs until ``stop`` is set. Returns the exit status."""
    configure_logs(settings.log_level)
    Store(settings.data).create()
    engine = make_engine(settings)
    try:
        if not is_at_head(engine):
            log.error(
                "The tables are of another version than this worker. Start the server of this version first."
            )
            return 1
        work(engine, settings, ENDINGS, stop)
    finally:
        engine.dispose()
    return 0
