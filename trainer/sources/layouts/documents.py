"""Plain text without labels: each line, each paragraph or each file is a row."""

from collections.abc import Iterator
from functools import partial

from trainer.sources.brought import Entry
from trainer.sources.encoding import find_encoding
from trainer.sources.layouts.class_folders import text_of
from trainer.sources.layouts.plan import Field, Fit, Plan, Row
from trainer.sources.layouts.tree import MOST_TEXT, Tree, counted
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects

WORDS = {"lines": "line", "paragraphs": "paragraph", "documents": "file"}
FEWEST, MOST = 0.02, 0.7
"""Share of blank lines from which to which a text is written in paragraphs."""
LOOKED = 4 << 20


def look(tree: Tree, unit: str) -> Fit:
    """Whether there is text and nothing else; ``unit``: lines, paragraphs or documents."""
    texts = tree.texts
    if not texts:
        return Fit("There are no text files.")
    if tree.pictures or tree.sounds or tree.tables:
        return Fit("There is more than text: pictures, sounds or tables.")
    files = counted(len(texts), "text file", "text files")
    if unit == "documents":
        return Fit(f"{files}: each becomes a row.", partial(plan, tree, unit))
    blank = share_of_blank(tree)
    if unit == "paragraphs" and not FEWEST <= blank <= MOST:
        return Fit(
            f"{blank:.0%} of the lines are blank: the text is not written in paragraphs.".replace("%", " %")
        )
    found = (
        "blank lines stand between paragraphs"
        if unit == "paragraphs"
        else "each line that says something is a row"
    )
    return Fit(f"{files}: {found}.", partial(plan, tree, unit))


def share_of_blank(tree: Tree) -> float:
    """Share of the lines of the first file that are blank, on its first 4 MB."""
    if "blank" not in tree.kept:
        text = next(tree.texts[0].pieces(LOOKED), b"")
        lines = text.splitlines()
        blank = sum(not line.strip(b"\0 \t") for line in lines)
        tree.kept["blank"] = blank / max(1, len(lines))
    share: float = tree.kept["blank"]
    return share


def plan(tree: Tree, unit: str, rejects: Rejects) -> Plan:
    """A row for each unit, with the name of its file where there are several."""
    texts = tree.texts
    findings = tree.reject_rest(rejects, texts, "text files")
    several = len(texts) > 1
    fields = [Field("text", "text", f"one {WORDS[unit]} a row")]
    if several:
        fields.append(Field("file", "category", f"names of {len(texts):,} files"))

    def rows() -> Iterator[Row]:
        for entry in texts:
            for text in units(tree, entry, unit, rejects):
                yield Row([text, *([entry.file] if several else [])], entry.label)

    source = f"plain text, one {WORDS[unit]} a row"
    return Plan(fields, rows(), len(texts), source, findings)


def units(tree: Tree, entry: Entry, unit: str, rejects: Rejects) -> Iterator[str]:
    """The lines, the paragraphs or the whole of a file."""
    if unit == "documents":
        text = text_of(entry, rejects)
        if isinstance(text, str):
            yield text
        return
    lines = lines_of(tree, entry, rejects)
    if unit == "lines":
        yield from (line.strip() for line in lines if line.strip())
    else:
        yield from paragraphs(lines)


def paragraphs(lines: Iterator[str]) -> Iterator[str]:
    """Lines up to a blank one, together. One that outgrows 32 million characters goes on in the next row."""
    found: list[str] = []
    length = 0
    for line in lines:
        if line.strip():
            found.append(line)
            length += len(line)
        if found and (not line.strip() or length > MOST_TEXT):
            yield "\n".join(found).strip()
            found, length = [], 0
    if found:
        yield "\n".join(found).strip()


def lines_of(tree: Tree, entry: Entry, rejects: Rejects) -> Iterator[str]:
    """The lines of a text in its own alphabet, without their ends; a file that is no text is told."""
    path = tree.on_disk(entry)
    try:
        encoding, _ = find_encoding(path)
    except Refused:
        rejects.add(entry.label, None, "it is not text: it holds binary zeros")
        return
    with path.open(encoding=encoding, errors="replace") as file:
        number = 1
        while line := file.readline(MOST_TEXT):
            if len(line) < MOST_TEXT or line.endswith("\n"):
                yield line.rstrip("\n")
            else:
                rejects.add(entry.label, number, f"the line is longer than {MOST_TEXT:,} characters", line)
                while more := file.readline(MOST_TEXT):
                    if more.endswith("\n"):
                        break
            number += 1
