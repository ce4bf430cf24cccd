"""Text that was read in the wrong encoding once: "dÃ©jÃ  vu" for "déjà vu"."""

import unicodedata

import ftfy
from ftfy.badness import is_bad

from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import FixText
from trainer.mend.reading import fix_text
from trainer.profile.look import Look, counted

LOST = "�"
TOLD = 3
SHOWN = 40
BATCH = 20_000


def garbled(look: Look) -> list[Finding]:
    """Columns with garbled cells. Only what is not plain ASCII is read, and only where the sample holds some."""
    findings = []
    for column in (c for c in look.columns if c.type in ("text", "category")):
        if any(text and not text.isascii() and is_garbled(text) for text in sampled(look, column)):
            findings += describe(look, column, *read(look, column))
    return findings[:TOLD]


def sampled(look: Look, column: Column) -> list[str | None]:
    """What is looked at first."""
    return (
        list(look.sample.codes(column.id)[1]) if column.type == "category" else look.sample.texts(column.id)
    )


def is_garbled(text: str) -> bool:
    """Whether this looks like text in the wrong encoding that can be read in the right one."""
    return is_bad(text) and (ftfy.fix_encoding(text) != text or fix_text(text) != text)


def read(look: Look, column: Column) -> tuple[list[int], str, int]:
    """The rows with garbled text, an example, and how many of them the step mends."""
    rows: list[int] = []
    example = ""
    mended = 0
    answer = look.engine.cursor().execute(
        f"SELECT file_row_number, {column.id} FROM {look.source} WHERE length({column.id}) <> strlen({column.id})"
    )
    while found := answer.fetchmany(BATCH):
        for row, text in found:
            if is_garbled(text):
                rows.append(row)
                example = example or text
                mended += fix_text(text) != text
    return rows, example, mended


def readable(text: str) -> str:
    """Text without controls that show as empty boxes: they are named by their number."""
    return "".join(
        f"\\x{ord(letter):02x}" if unicodedata.category(letter) == "Cc" else letter for letter in text
    )


def describe(look: Look, column: Column, rows: list[int], example: str, mended: int) -> list[Finding]:
    """The sentence, with one cell as it stands and as it would be."""
    if not rows:
        return []
    mended_text = fix_text(example)
    better = mended_text if mended_text != example else ftfy.fix_encoding(example)
    before, after = readable(example)[:SHOWN], readable(better)[:SHOWN]
    return [
        Finding(
            kind="mojibake", column=column.id, count=len(rows),
            sentence=f"{counted(len(rows), 'cell', 'cells')} of ‘{column.name}’ were read in the wrong encoding once: "
            f"‘{before}’ should be ‘{after}’.",
            rows=look.keep(f"mojibake-{column.id}", rows),
            fix=Fix(label="Mend the text", steps=[FixText(column=column.id)]) if mended * 2 > len(rows) else None,
        )
    ]  # fmt: skip
