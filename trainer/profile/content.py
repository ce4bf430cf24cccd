"""Pictures and sounds that are there more than once, byte for byte as we keep them (pixel for pixel)."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trainer.contract.dataset import Column, Finding
from trainer.profile.copies import group_scores
from trainer.profile.holes import leaving_out
from trainer.profile.look import Look, counted

WORDS = {"image": ("picture", "pictures"), "audio": ("sound", "sounds")}
FEW_ANSWERS = 1_000


def repeated_content(look: Look) -> list[Finding]:
    """Repeats of the first picture or sound column, and those whose labels contradict each other."""
    column = next((c for c in look.columns if c.type in WORDS), None)
    if column is None or not look.version.media(column.id).exists():
        return []
    rows, groups = find_repeats(look.version.media(column.id))
    if not len(rows):
        return []
    first = np.unique(groups, return_index=True)[1]
    repeats = np.delete(rows, first)
    one, many = WORDS[column.type]
    step = look.exclusion(repeats, f"repeats an earlier {one}")
    findings = [
        Finding(
            kind="duplicates", column=column.id, count=len(repeats),
            sentence=f"{counted(len(repeats), one + ' repeats', many + ' repeat')} an earlier one exactly. "
            "If a copy falls into another part of the split, scores look better than they are.",
            rows=look.keep("duplicates", rows, group_scores(groups)),
            fix=None if step is None else leaving_out(step),
        )
    ]  # fmt: skip
    return [*torn(look, column, rows, groups), *findings]


def find_repeats(media: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows whose content occurs more than once, group by group, and the number of each one's group."""
    seen: dict[bytes, list[int]] = {}
    with pa.memory_map(str(media)) as source:
        reader, row = pa.ipc.open_file(source), 0
        for place in range(reader.num_record_batches):
            for cell in reader.get_batch(place).column(0):
                if cell.is_valid:
                    digest = hashlib.blake2b(cell.as_buffer(), digest_size=16).digest()
                    seen.setdefault(digest, []).append(row)
                row += 1
    groups = [rows for rows in seen.values() if len(rows) > 1]
    rows = np.array([row for group in groups for row in group], np.int64)
    numbers = np.array([number for number, group in enumerate(groups) for _ in group], np.int64)
    return rows, numbers


def torn(
    look: Look, column: Column, rows: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]
) -> list[Finding]:
    """Equal content under different labels."""
    labels = [c for c in look.of_type("category") if look.found[c.id].distinct <= FEW_ANSWERS]
    if len(labels) != 1:
        return []
    label = labels[0]
    wanted = ", ".join(map(str, rows.tolist()))
    said = dict(
        look.ask(f"SELECT file_row_number, {label.id} FROM {look.source} WHERE file_row_number IN ({wanted})")
    )
    kinds: dict[int, set[str]] = {}
    for row, group in zip(rows.tolist(), groups.tolist(), strict=True):
        if said[row] is not None:
            kinds.setdefault(group, set()).add(said[row])
    bad = {group for group, names in kinds.items() if len(names) > 1}
    if not bad:
        return []
    inside = np.isin(groups, list(bad))
    one, many = WORDS[column.type]
    return [
        Finding(
            kind="labels", columns=[column.id, label.id], count=int(inside.sum()),
            sentence=f"{counted(len(bad), one + ' stands', many + ' stand')} under more than one ‘{label.name}’: no "
            f"model can be right on all of these {int(inside.sum()):,} rows.",
            rows=look.keep("torn-content", rows[inside], group_scores(groups[inside])),
        )
    ]  # fmt: skip
