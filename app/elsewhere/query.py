"""The rows of a query, from the database that who runs the server has opened, as a CSV file.

Nothing can be changed there: SQLite is opened read-only, PostgreSQL gets a read-only transaction, and only one
statement that begins with SELECT or WITH is sent. What a query may *see* is what the connection's own user may: give it
no more than is meant.
"""

import csv
import io
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.elsewhere.client import NotFetched
from app.elsewhere.desk import Desk, Fetched
from app.errors import BadInput
from app.settings import Settings

BEGINS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
AT_ONCE = 5_000


def check(source: str, settings: Settings) -> str:  # noqa: ARG001 - every kind is checked by the same call
    """One statement that only asks. The database refuses changes besides."""
    query = source.strip().rstrip(";").rstrip()
    bare = QUOTED.sub(" ", query)
    if not BEGINS.match(bare):
        raise BadInput("Only a query is sent: one statement that begins with SELECT or WITH.")
    if ";" in bare:
        raise BadInput("One statement at a time: there is a ‘;’ in the middle of this one.")
    return query


def fetch(source: str, desk: Desk) -> Fetched:
    """Send it, and keep what comes."""
    url = make_url(str(desk.settings.sql_connection))
    if url.get_backend_name() == "sqlite":
        url = url.set(database=f"file:{quote(url.database or '')}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(url, poolclass=NullPool)
    seconds = max(1.0, desk.until - time.monotonic())
    event.listen(engine, "connect", lambda connection, _record: guard(connection, seconds))
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION READ ONLY"))
                connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
            return Fetched(desk.keep(rows_as_csv(connection, source, desk)), "query.csv")
    except DBAPIError as error:
        if error.connection_invalidated or "connect" in str(error.orig)[:60]:
            raise NotFetched("The database cannot be reached now. Ask who runs the server.") from error
        raise NotFetched(
            f"The database does not take this query: {str(error.orig).strip().splitlines()[0][:300]}"
        ) from error
    finally:
        engine.dispose()


def guard(connection: Any, seconds: float) -> None:
    """SQLite has no limit of its own: ask the clock now and then."""
    if hasattr(connection, "set_progress_handler"):
        until = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
        connection.execute("PRAGMA query_only=ON")


def rows_as_csv(connection: Connection, query: str, desk: Desk) -> Iterator[bytes]:
    """Lines of CSV, some thousand at a time. Raises NotFetched above the most rows."""
    options = connection.execution_options(stream_results=True, max_row_buffer=AT_ONCE, no_parameters=True)
    most, taken = desk.settings.sql_rows, 0
    with closing(options.exec_driver_sql(query)) as result:
        yield line_of([list(result.keys())])
        for rows in result.partitions(AT_ONCE):
            taken += len(rows)
            if taken > most:
                raise NotFetched(
                    f"The query has more than {most:,} rows. Ask for fewer, or have SKILLET_SQL_ROWS raised."
                )
            yield line_of([[plain(value) for value in row] for row in rows])
    if not taken:
        raise NotFetched("The query has no rows, so there is nothing to bring.")


def line_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as CSV."""
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode()


def plain(value: Any) -> Any:
    """A value as text that the reader of CSV knows: empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        raise NotFetched("A column of the query holds binary content, which no table can. Leave it out.")
    return f"{value:f}" if isinstance(value, Decimal) else value
