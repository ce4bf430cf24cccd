"""The worker's sign of life, as /healthz tells it."""

import os
import time

from fastapi import FastAPI

from app.storage import Store
from tests.support.people import a_browser


def test_health_tells_how_long_the_worker_is_silent(app: FastAPI) -> None:
    store: Store = app.state.store
    browser = a_browser(app)
    assert browser.get("/healthz").json() == {"database": "ok", "worker_seen_seconds_ago": None}
    store.worker_sign.touch()
    then = time.time() - 100
    os.utime(store.worker_sign, (then, then))
    assert 100 <= browser.get("/healthz").json()["worker_seen_seconds_ago"] < 160
