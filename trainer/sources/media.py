"""The files beside a table: one Arrow file of pictures, sounds or masks, one of previews, row for row."""

from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from trainer.sources.masks import Mask
from trainer.sources.pictures import Picture
from trainer.sources.sounds import Sound

BATCH = 256
BATCH_BYTES = 16 << 20
"""A batch is written when it holds so many rows or bytes: memory stays bounded, whatever the files are."""
SCHEMA = pa.schema([("bytes", pa.large_binary()), ("width", pa.int32()), ("height", pa.int32())])
SOUND_SCHEMA = pa.schema([("bytes", pa.large_binary()), ("rate", pa.int32()), ("frames", pa.int64())])

Thing = Picture | Sound | Mask


class MediaWriter:
    """Writes the pictures, sounds or masks of a column and their previews, a batch at a time."""

    def __init__(self, media: Path, thumbs: Path, kind: Literal["image", "audio", "mask"] = "image") -> None:
        thumbs.parent.mkdir(parents=True, exist_ok=True)
        self._schemas = [SOUND_SCHEMA if kind == "audio" else SCHEMA, SCHEMA]
        self._files = [pa.OSFile(str(path), "wb") for path in (media, thumbs)]
        self._writers = [
            pa.ipc.new_file(file, schema) for file, schema in zip(self._files, self._schemas, strict=True)
        ]
        self._rows: list[list[tuple[Any, ...]]] = [[], []]
        self._bytes = 0

    def add(self, thing: Thing | None) -> None:
        """Append one; None where the row has none."""
        first: tuple[Any, ...] = (None, None, None)
        second: tuple[Any, ...] = (None, None, None)
        if thing is not None:
            size = (thing.rate, thing.frames) if isinstance(thing, Sound) else (thing.width, thing.height)
            first = (thing.data, *size)
            second = (thing.thumb, thing.thumb_width, thing.thumb_height)
            self._bytes += len(thing.data)
        self._rows[0].append(first)
        self._rows[1].append(second)
        if len(self._rows[0]) >= BATCH or self._bytes >= BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        for rows, schema, writer in zip(self._rows, self._schemas, self._writers, strict=True):
            if rows:
                columns = zip(*rows, strict=True)
                arrays = [
                    pa.array(list(values), field.type) for values, field in zip(columns, schema, strict=True)
                ]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
                rows.clear()
        self._bytes = 0

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        for writer, file in zip(self._writers, self._files, strict=True):
            writer.close()
            file.close()
