"""Numbers hidden in text: with units, mixed units, or with a few cells that are none."""

import re
from collections import Counter

from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Retype
from trainer.profile.look import Look, counted, percent
from trainer.sources.engine import literal

WITH_UNIT = re.compile(r"\s*[+-]?\d[\d.,' ]*\s*([^\W\d_]{1,6}(?:/[^\W\d_]{1,4})?|[%°€$£¥]|°[CF])\s*\.?")
BEFORE = re.compile(r"\s*([€$£¥])\s*[+-]?\d[\d.,' ]*")
SQL_NUMBER = r"^\s*[+-]?[0-9]+([.][0-9]+)?\s*$"
MOSTLY = 0.8
FEW = 20
NEARLY = 0.8
TOLD = 3


def units(look: Look) -> list[Finding]:
    """Columns of numbers with a unit behind them: one, or several that are not to be compared."""
    findings = []
    for column in look.of_type("text", "category"):
        texts = [t for t in sampled(look, column) if t]
        if len(texts) < FEW:
            continue
        found = Counter(unit for text in texts if (unit := unit_of(text)))
        if sum(found.values()) < MOSTLY * len(texts):
            continue
        kinds = {unit for unit, count in found.items() if count > 1 or len(texts) < 50}
        if len(kinds) > 1 and len(kinds) <= len(texts) / 10:
            findings.append(mixed(look, column, found))
        elif len(kinds) == 1:
            unit = next(iter(kinds))
            findings.append(
                Finding(
                    kind="units", column=column.id, count=look.measured[column.id].count,
                    sentence=f"‘{column.name}’ holds numbers with their unit ({unit}) behind them, and so was read as "
                    f"{column.type}: for example ‘{texts[0][:30]}’.",
                )
            )  # fmt: skip
    return findings[:TOLD]


def sampled(look: Look, column: Column) -> list[str | None]:
    """Some texts of a column, as often as they occur."""
    if column.type == "text":
        return look.sample.texts(column.id)[:5_000]
    codes, values = look.sample.codes(column.id)
    return [values[code] for code in codes[:5_000].tolist() if code >= 0]


def unit_of(text: str) -> str | None:
    """The unit of a number in this text."""
    if found := WITH_UNIT.fullmatch(text):
        return found.group(1)
    return found.group(1) if (found := BEFORE.fullmatch(text)) else None


def mixed(look: Look, column: Column, found: Counter[str]) -> Finding:
    """Several units in one column: the rows of all but the most frequent."""
    others = found.most_common()[1:]
    patterns = [rf"(^|[0-9 ]){re.escape(unit)}[.]?\s*($|[0-9 ])" for unit, _ in others]
    ending = " OR ".join(f"regexp_matches({column.id}, {literal(pattern)})" for pattern in patterns)
    rows = look.ask(f"SELECT file_row_number FROM {look.source} WHERE {ending}")
    total = sum(found.values())
    said = ", ".join(f"{unit} ({percent(count / total)})" for unit, count in found.most_common(4))
    return Finding(
        kind="units", column=column.id, count=len(rows),
        sentence=f"‘{column.name}’ mixes units: {said}. Their numbers are not to be compared as they stand.",
        rows=look.keep(f"units-{column.id}", [row for (row,) in rows]),
    )  # fmt: skip


def nearly_numbers(look: Look) -> list[Finding]:
    """Columns that are text only because a few cells are no numbers."""
    findings = []
    for column in look.of_type("text", "category"):
        texts = [t for t in sampled(look, column) if t]
        fit = sum(bool(re.match(SQL_NUMBER, text)) for text in texts)
        if len(texts) < FEW or not NEARLY * len(texts) <= fit < len(texts) or leading_zeros(texts):
            continue
        where = f"{column.id} IS NOT NULL AND NOT regexp_matches({column.id}, {literal(SQL_NUMBER)})"
        found = look.ask(f"SELECT file_row_number, {column.id} FROM {look.source} WHERE {where}")
        rest = [text for text, _ in Counter(text for _, text in found).most_common(3)]
        said = ", ".join(f"‘{text[:20]}’" for text in rest)
        findings.append(
            Finding(
                kind="format", column=column.id, count=len(found),
                sentence=f"‘{column.name}’ would be numbers but for {counted(len(found), 'cell', 'cells')}: {said}. "
                "Read as numbers, they become missing.",
                rows=look.keep(f"format-{column.id}", [row for row, _ in found]),
                fix=Fix(label="Read as numbers", steps=[Retype(column=column.id, type="number")]),
            )
        )  # fmt: skip
    return findings[:TOLD]


def leading_zeros(texts: list[str]) -> bool:
    """Codes such as 00501 are not numbers."""
    return any(re.match(r"\s*0\d", text) for text in texts)
