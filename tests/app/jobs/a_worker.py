"""``python -m tests.app.jobs.a_worker JSON``: a worker whose children run ``orders.py``."""

import json
import signal
import sys
import threading

from app.db import make_engine
from app.jobs.limits import Limits
from app.jobs.worker import work
from app.settings import Settings


def main() -> None:
    given = json.loads(sys.argv[1])
    options = given["options"]
    warm = options.pop("warm", None)
    carry_out = options.pop("carry_out", "tests.app.jobs.orders:carry_out")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    settings = Settings(**given["settings"])
    work(make_engine(settings), settings, {}, stop, carry_out=carry_out, warm=warm, limits=Limits(**options))


if __name__ == "__main__":
    main()
