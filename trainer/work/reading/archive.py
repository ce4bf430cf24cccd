"""Archives of pictures: class folders become a column of pictures and one of labels."""

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.columns import category, image
from trainer.columns.measure import measure, most_frequent
from trainer.contract.dataset import Column, Profile, Schema
from trainer.profile import profile
from trainer.sources.engine import open_engine
from trainer.sources.image_zip import PictureRows, read_zip
from trainer.sources.media import MediaWriter
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Archive
from trainer.work.desk import Desk

PHOTO, LABEL = "c0", "c1"


def read_archive(archive: Archive, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """A zip of class folders."""
    desk.begin("pictures", len(archive.files), "pictures")
    media = MediaWriter(desk.version.media(PHOTO), desk.version.thumbs(PHOTO))
    try:
        rows = read_zip(
            archive,
            media,
            rejects,
            desk.threads,
            lambda done, total: desk.progress("pictures", done, total, "pictures"),
        )
    finally:
        media.close()
    if not rows.names:
        raise Refused(
            f"None of the {rejects.count:,} files in the zip is a picture that can be read; for example "
            f"{rejects.first}."
        )
    return tabulate(rows, desk, rejects)


def tabulate(rows: PictureRows, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """The table beside the pictures: their names and labels."""
    arrays = {PHOTO: pa.array(rows.names, pa.string())}
    if rows.labels is not None:
        arrays[LABEL] = pa.array(rows.labels, pa.string())
    table = desk.version.table
    pq.write_table(pa.table(arrays), table, compression="snappy")
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        count, measured = measure(engine, table, dict.fromkeys(arrays, "text"))
        columns: list[Column] = [image.column(PHOTO, "photo", count)]
        if rows.labels is not None:
            top = most_frequent(engine, table, LABEL, category.MOST)
            labels = category.column(LABEL, "label", measured[LABEL], top, "")
            columns.append(
                labels.model_copy(update={"reason": f"names of {measured[LABEL].distinct:,} folders"})
            )
        told = (rejects.count, rejects.first)
        found = profile(engine, table, count, columns, measured, rows.source, rows.findings, told)
    return Schema(rows=count, columns=columns), found
