"""The picture files beside a table: one Arrow file of pixels, one of previews, row for row."""

from pathlib import Path

import pyarrow as pa

from trainer.sources.pictures import Picture

SCHEMA = pa.schema([("bytes", pa.large_binary()), ("width", pa.int32()), ("height", pa.int32())])
BATCH = 256


class MediaWriter:
    """Writes the pictures of a column and their previews, a batch at a time."""

    def __init__(self, media: Path, thumbs: Path) -> None:
        thumbs.parent.mkdir(parents=True, exist_ok=True)
        self._files = [pa.OSFile(str(path), "wb") for path in (media, thumbs)]
        self._writers = [pa.ipc.new_file(file, SCHEMA) for file in self._files]
        self._rows: list[list[tuple[bytes, int, int]]] = [[], []]

    def add(self, picture: Picture) -> None:
        """Append one picture."""
        self._rows[0].append((picture.data, picture.width, picture.height))
        self._rows[1].append((picture.thumb, picture.thumb_width, picture.thumb_height))
        if len(self._rows[0]) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        for rows, writer in zip(self._rows, self._writers, strict=True):
            if rows:
                columns = zip(*rows, strict=True)
                arrays = [
                    pa.array(list(values), field.type) for values, field in zip(columns, SCHEMA, strict=True)
                ]
                writer.write_batch(pa.record_batch(arrays, schema=SCHEMA))
                rows.clear()

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        for writer, file in zip(self._writers, self._files, strict=True):
            writer.close()
            file.close()
