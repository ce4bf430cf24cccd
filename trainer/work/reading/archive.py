"""Archives, folders and loose files: the rule that fits is found and applied, and what was found is told."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from trainer.contract.dataset import Layout, Profile, Rule, Schema, VersionFolder
from trainer.contract.documents import read_document, write_document
from trainer.contract.order import ImportOrder, SourceFile
from trainer.sources.brought import Brought, is_zip, open_brought
from trainer.sources.excel import is_workbook
from trainer.sources.layouts import RULES
from trainer.sources.layouts.plan import Fit, Plan, Tables
from trainer.sources.layouts.tree import TABLE, TEXT, Tree, branch, counted
from trainer.sources.refusal import READS, Refused
from trainer.sources.rejects import Rejects
from trainer.sources.tars import find_tar
from trainer.sources.zips import open_archive
from trainer.work.desk import Desk
from trainer.work.reading.joined import read_files
from trainer.work.reading.rows import read_plan

PICKLED = (".pkl", ".pickle", ".npy", ".npz", ".pt", ".pth", ".joblib", ".h5", ".keras")
INNER = ("sheet:", "csv:")
"""How the rules of a workbook's sheets and of a text start: it may be the one table in an archive."""
BOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")
OFFICE = "[Content_Types].xml"


def find_brought(order: ImportOrder, scratch: Path) -> Brought | None:
    """What rules look at: an archive, several files, or one of plain text; None for a table that lies alone."""
    files = order.files
    mixed = len(files) > 1 and not all(is_table(file) for file in files)
    if mixed or order.rule in RULES or find_tar(files[0].path) or is_archive(files[0]) or is_text(files[0]):
        return open_brought([(file.path, file.filename) for file in files], scratch)
    return None


def is_archive(file: SourceFile) -> bool:
    """Whether it is a zip of a person's files; Office files are zips of their own kind. Raises Refused for bombs."""
    if not is_zip(file.path):
        return False
    workbook = file.filename.casefold().endswith(BOOKS)
    archive = open_archive(file.path, words="workbook" if workbook else "zip archive")
    with archive.zip:
        return not (is_workbook(archive) or any(info.filename == OFFICE for info in archive.files))


def is_table(file: SourceFile) -> bool:
    """Whether it is called a table: several of them become one."""
    return (
        file.filename.casefold()
        .removesuffix(".gz")
        .endswith(tuple(f".{ending}" for ending in (*TABLE, "json")))
    )


def is_text(file: SourceFile) -> bool:
    """Whether it is called a text: then it may be a table, or lines, or paragraphs."""
    name = file.filename.casefold()
    with file.path.open("rb") as opened:
        head = opened.read(4096)
    return name.endswith(tuple(f".{ending}" for ending in TEXT)) and bool(head) and b"\0" not in head


def read_brought(
    brought: Brought, order: ImportOrder, desk: Desk, rejects: Rejects
) -> tuple[Schema, Profile]:
    """Read by the rule that the order names, or by the first that fits. Leaves ``layout.json``. Raises Refused."""
    for name, why in brought.refused:
        rejects.add(name, None, why)
    refuse_pickles(brought)
    tree = Tree(brought, desk.scratch)
    fits = {key: rule.look(tree) for key, rule in RULES.items()}
    sheet = order.rule if order.rule and order.rule.startswith(INNER) else None
    key, plan = choose(tree, fits, "table" if sheet else order.rule)
    found = plan(rejects)
    if brought.junk:
        files = "file" if brought.junk == 1 else "files"
        found.findings.append(
            f"{brought.junk} {files} that an operating system had left in the {brought.words} (such as .DS_Store) "
            f"{'was' if brought.junk == 1 else 'were'} ignored."
        )
    read = (
        read_plan(found, desk, rejects)
        if isinstance(found, Plan)
        else read_files(found, tree, desk, rejects, sheet)
    )
    write_document(desk.version.layout, layout_of(tree, fits, key, desk.version))
    return read


def refuse_pickles(brought: Brought) -> None:
    """Saved models are no data, in whatever archive they come; nothing of them is opened."""
    for entry in brought.files:
        if entry.name == "data.pkl" or entry.name.endswith("/data.pkl"):
            raise Refused(f"This is a saved model, not data that Skillet reads; it was not opened. {READS}")
    if brought.files and all(entry.name.casefold().endswith(PICKLED) for entry in brought.files):
        raise Refused(
            f"The {brought.words} holds saved models or arrays, not data that Skillet reads; they were not opened. "
            f"{READS}"
        )


def choose(
    tree: Tree, fits: dict[str, Fit], wished: str | None
) -> tuple[str, Callable[[Rejects], Plan | Tables]]:
    """The rule to read by and its plan. Raises Refused where the one that is wished does not fit, or none does."""
    if wished is not None:
        if wished not in fits:
            raise Refused(
                f"There is no way of reading called ‘{wished[:60]}’. Choose one of those that are shown."
            )
        plan = fits[wished].plan
        if plan is None:
            raise Refused(f"‘{RULES[wished].title}’ does not fit what was brought. {fits[wished].why}")
        return wished, plan
    for key, fit in fits.items():
        if fit.plan is not None:
            return key, fit.plan
    raise Refused(nothing_in(tree, fits))


def nothing_in(tree: Tree, fits: dict[str, Fit]) -> str:
    """Why no rule fits: what was found, and what would fit."""
    brought = tree.brought
    if not tree.files:
        if brought.refused:
            name, reason = brought.refused[0]
            return (
                f"Nothing in the {brought.words} can be read: ‘{name}’ was refused because {reason}. {READS}"
            )
        left = " but what an operating system left" if brought.junk else ""
        return f"The {brought.words} holds no files{left}. {READS}"
    endings = Counter(f".{entry.ending}" if entry.ending else "no ending" for entry in tree.files)
    kinds = ", ".join(f"{count:,} with {ending}" for ending, count in endings.most_common(4))
    folders = len({entry.folder for entry in tree.files if entry.folder})
    where = f" in {counted(folders, 'folder', 'folders')}" if folders else ""
    are = "there is" if len(tree.files) == 1 else "there are"
    lacking = fits["tables"].why if tree.tables else "No pictures, sounds, texts or tables belong together."
    return (
        f"No way of reading fits: {are} {counted(len(tree.files), 'file', 'files')}{where} ({kinds}), such as "
        f"‘{tree.files[0].label}’. {lacking} {READS}"
    )


def layout_of(tree: Tree, fits: dict[str, Fit], applied: str, version: VersionFolder) -> Layout:
    """The tree that was found, and every rule with its reason: the applied one first, then those that fit. Where a
    workbook was read, its sheets are rules of their own.
    """
    sheets = read_document(version.layout, Layout).rules if version.layout.is_file() else []
    rules = [
        Rule(key=key, title=RULES[key].title, why=fit.why, fits=fit.plan is not None, applied=key == applied)
        for key, fit in fits.items()
    ]
    rules += [sheet.model_copy(update={"applied": False}) for sheet in sheets if not sheet.applied]
    return Layout(tree=branch(tree), rules=sorted(rules, key=lambda rule: (not rule.applied, not rule.fits)))
