"""``skillet worker``: the worker of the jobs, told what each kind of job leaves behind."""

import threading
from functools import partial

import structlog
from sqlalchemy.orm import Session

from app.command.janitor import sweep_until
from app.datasets.service import finish_import, import_uploads
from app.db import is_at_head, make_engine
from app.edge.log import configure_logs
from app.elsewhere.kinds import list_on
from app.elsewhere.runner import Runner
from app.jobs.ending import Endings
from app.jobs.worker import work
from app.labels.ranking import finish_rank
from app.people.tables import User
from app.runs.service import finish_train
from app.settings import Settings
from app.storage import Store
from app.uploads.tables import Upload
from app.versions.looks import end_look, end_mending

log = structlog.get_logger()


def work_until(settings: Settings, stop: threading.Event) -> int:
    """Take jobs until ``stop`` is set. Returns the exit status."""
    configure_logs(settings.log_level)
    store = Store(settings.data)
    store.create()
    endings: Endings = {
        "import": finish_import,
        "train": finish_train,
        "mend": partial(end_mending, store=store),
        "audit": partial(end_look, store=store),
        "rank": finish_rank,
    }
    engine = make_engine(settings)
    try:
        if not is_at_head(engine):
            log.error(
                "The tables are of another version than this worker. Start the server of this version first."
            )
            return 1
        beside = [threading.Thread(target=sweep_until, args=(engine, store, settings, stop), daemon=True)]
        if list_on(settings):
            runner = Runner(engine, store, settings, import_one)
            beside.append(threading.Thread(target=runner.work_until, args=(stop,), daemon=True))
        for thread in beside:
            thread.start()
        work(engine, settings, endings, stop)
        for thread in beside:
            thread.join(10)
    finally:
        engine.dispose()
    return 0


def import_one(db: Session, store: Store, owner: User, upload: Upload) -> str:
    """What becomes of an upload that was fetched from elsewhere."""
    return import_uploads(db, store, owner, [upload]).id
