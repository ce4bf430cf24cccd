"""Time: leases by the database's clock, intervals by the machine's, which no one can set back."""

import time
from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class db_time(FunctionElement[float]):  # noqa: N801
    """Seconds since 1970 by the database's clock: the one clock that all workers share."""

    type = Float()
    inherit_cache = True
    name = "db_time"


@compiles(db_time, "sqlite")
def _sqlite(_element: Any, _compiler: Any, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(db_time, "postgresql")
def _postgresql(_element: Any, _compiler: Any, **_: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady() -> float:
    """Seconds since this machine started, asleep or not: never set, the same in all its processes."""
    return time.clock_gettime(STEADY)
