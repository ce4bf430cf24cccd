"""How a column of Arrow's many types becomes one of ours."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trainer.sources.refusal import Refused
from trainer.sources.sniff import LONGEST_LINE
from trainer.sources.table import Native

EXACT = 2**53
"""Whole numbers above this lose digits as float64: such columns stay text."""
NUMBER = "CASE WHEN isfinite({x}::DOUBLE) THEN {x}::DOUBLE END"
WRITTEN = "nullif({x}, '')"
Step = Callable[[pa.Array], pa.Array]


@dataclass
class Plan:
    """One column on its way: where it stands, what is written, and what was seen while it was."""

    place: int
    name: str
    written: pa.DataType
    step: Step
    kind: str
    """number, whole, category, tags, text, datetime."""
    words: str
    field: str | None = None
    """The field of a struct that it is."""
    largest: int = 0

    def convert(self, array: pa.Array, row: int) -> pa.Array:
        """A batch of the column as we write it. Raises Refused for cells over 1 MB, with their row."""
        if self.field is not None:
            array = pc.struct_field(array, self.field)
        ours = self.step(array)
        if self.kind == "whole" and len(ours) > ours.null_count:
            ends = pc.min_max(ours).as_py()
            self.largest = max(self.largest, abs(ends["min"]), abs(ends["max"]))
        if pa.types.is_string(ours.type) and len(ours) > ours.null_count:
            lengths = pc.binary_length(ours)
            if (longest := pc.max(lengths).as_py()) > LONGEST_LINE:
                at = row + pc.index(lengths, longest).as_py()
                raise Refused(
                    f"‘{self.name[:100]}’ has a cell of {longest:,} bytes in row {at + 1:,}; Skillet reads up to "
                    f"{LONGEST_LINE:,}. Shorten it, or leave the column out."
                )
        return ours

    def native(self) -> Native:
        """The type that the file tells, as SQL over what was written."""
        words = f" ({self.words} in the file)"
        if self.kind == "whole" and self.largest > EXACT:
            return Native("text", "{x}::VARCHAR", f"; {self.words} too long to reckon with exactly")
        if self.kind in ("number", "whole"):
            return Native("number", NUMBER, words)
        if self.kind == "category":
            return Native("category", WRITTEN, words)
        if self.kind == "tags":
            return Native("tags", "{x}", words)
        if self.kind == "datetime":
            return Native("datetime", "{x}", words)
        return Native("text", WRITTEN, "")

    def finding(self) -> str | None:
        """What is to be said of the column, if anything."""
        if self.kind == "json":
            return f"‘{self.name[:100]}’ holds {self.words}, which is kept as text in JSON."
        return None


def plan_of(field: pa.Field, place: int) -> list[Plan]:
    """What becomes of a field: one column, or one for each field of a struct. Raises Refused for bytes."""
    kind = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
    if not pa.types.is_struct(kind):
        return [plan_column(field.name, kind, place)]
    inner = [kind.field(position) for position in range(kind.num_fields)]
    if len({one.name for one in inner}) < len(inner):
        raise Refused(
            f"‘{field.name[:100]}’ has two fields of the same name. Rename one, or leave the column out."
        )
    plans = [plan_column(f"{field.name}.{one.name}", one.type, place) for one in inner]
    for plan, one in zip(plans, inner, strict=True):
        plan.field = one.name
    return plans


def plan_column(name: str, kind: pa.DataType, place: int) -> Plan:  # noqa: PLR0911 - as many as there are kinds
    """How one column is written."""
    words = str(kind)
    types = pa.types
    if types.is_boolean(kind):
        return Plan(place, name, pa.string(), cast_to(pa.string()), "category", "true or false")
    if types.is_integer(kind):
        wide = pa.uint64() if types.is_uint64(kind) else pa.int64()
        return Plan(place, name, wide, cast_to(wide), "whole", words)
    if types.is_floating(kind) or types.is_decimal(kind):
        return Plan(place, name, pa.float64(), cast_to(pa.float64()), "number", words)
    if types.is_timestamp(kind) or types.is_date(kind):
        zone = " as UTC" if types.is_timestamp(kind) and kind.tz else ""
        return Plan(place, name, pa.timestamp("us"), as_timestamp, "datetime", words + zone)
    if types.is_dictionary(kind):
        inner = plan_column(name, kind.value_type, place)
        decode = inner.step
        category = "category" if inner.kind == "text" else inner.kind
        return Plan(
            place, name, inner.written, lambda array: decode(array.dictionary_decode()), category, words
        )
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return Plan(place, name, pa.string(), cast_to(pa.string()), "text", words)
    if types.is_null(kind):
        return Plan(place, name, pa.string(), cast_to(pa.string()), "text", words)
    if types.is_duration(kind):
        return Plan(place, name, pa.float64(), as_seconds, "number", f"{words}, in seconds")
    if types.is_time(kind):
        return Plan(place, name, pa.string(), cast_to(pa.string()), "text", words)
    if is_bytes(kind):
        raise Refused(
            f"‘{name[:100]}’ holds bytes, not values. Leave the column out; pictures and sounds are brought as a "
            "folder of files."
        )
    if is_list(kind) and (types.is_string(kind.value_type) or types.is_large_string(kind.value_type)):
        return Plan(place, name, pa.string(), as_json, "tags", "lists of texts")
    return Plan(place, name, pa.string(), as_json, "json", words)


def is_bytes(kind: pa.DataType) -> bool:
    """Whether values are raw bytes."""
    types = pa.types
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )


def is_list(kind: pa.DataType) -> bool:
    """Whether values are lists of any width."""
    types = pa.types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def cast_to(kind: pa.DataType) -> Step:
    """A cast that may lose digits (a decimal as float64) but no value."""
    return lambda array: storage(array).cast(kind, safe=False)


def storage(array: pa.Array) -> pa.Array:
    """What lies below an extension type."""
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def as_timestamp(array: pa.Array) -> pa.Array:
    """Dates and times as microseconds; those with a zone in UTC."""
    array = storage(array)
    if pa.types.is_date(array.type):
        array = array.cast(pa.timestamp("ms"))
    zone = array.type.tz
    ours = array.cast(pa.timestamp("us", zone), safe=False)
    return ours.cast(pa.timestamp("us"), safe=False) if zone else ours


def as_seconds(array: pa.Array) -> pa.Array:
    """Durations in seconds."""
    per_second = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[array.type.unit]
    return pc.divide(array.cast(pa.int64()).cast(pa.float64(), safe=False), float(per_second))


def as_json(array: pa.Array) -> pa.Array:
    """Values of any kind as JSON."""
    return pa.array(
        [
            None
            if value is None
            else json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=as_plain)
            for value in array.to_pylist()
        ],
        pa.string(),
    )


def as_plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return str(value)
