"""The ways to read a table of text: as it looks, and what a person may know better. Each is one click away."""

from collections.abc import Iterator

from trainer.contract.dataset import Branch, Rule
from trainer.contract.dataset import Layout as Offer
from trainer.sources.cells import looks_numeric
from trainer.sources.refusal import Refused
from trainer.sources.sniff import AS_IT_LOOKS, DELIMITERS, NO_DELIMITER, Layout, Wish, sniff

KEY = "csv:"
FOUND = "csv:found"
DELIMITER = "csv:delimiter-"
SKIP = "csv:skip-"
MOST_SKIPPED = 1_000
NEXT_LINES = 2
"""So many lines below the header are offered as headers."""
NAMED = {name: character for character, name in DELIMITERS.items()} | {"none": NO_DELIMITER}


def read_by(rule: str | None, text: str, *, whole: bool) -> Layout:
    """The layout of a text by a rule; the rules of other kinds of files (``sheet:...``) say nothing of it.

    Raises Refused in words for a rule that there is not, or that does not fit.
    """
    wish = AS_IT_LOOKS if rule is None or not rule.startswith(KEY) else wish_of(rule)
    if wish.skip and not "".join(text.split("\n", wish.skip)[wish.skip :]).strip():
        raise Refused(f"There are no lines below the first {wish.skip:,}. Leave out fewer lines.")
    layout = sniff(text, whole=whole, wish=wish)
    if wish.delimiter in DELIMITERS and layout.width < 2:
        raise Refused(
            f"The first lines are not parted by a {DELIMITERS[wish.delimiter]}. Choose another way to read it."
        )
    return layout


def wish_of(rule: str) -> Wish:
    """What a rule asks for. Raises Refused where there is no such rule."""
    if rule == FOUND:
        return AS_IT_LOOKS
    if rule in ("csv:header", "csv:no-header"):
        return Wish(header=rule == "csv:header")
    if rule.startswith(DELIMITER) and rule.removeprefix(DELIMITER) in NAMED:
        return Wish(delimiter=NAMED[rule.removeprefix(DELIMITER)])
    lines = rule.removeprefix(SKIP)
    if (
        rule.startswith(SKIP)
        and lines.isascii()
        and lines.isdigit()
        and len(lines) <= 4
        and int(lines) <= MOST_SKIPPED
    ):
        return Wish(skip=int(lines), header=True)
    raise Refused(f"There is no way of reading called ‘{rule[:60]}’. Choose one of those that are shown.")


def offer_rules(text: str, rule: str | None, *, whole: bool) -> Offer:
    """The rules to choose from. ``rule``: the one that was applied."""
    applied = rule if rule is not None and rule.startswith(KEY) else FOUND
    found = sniff(text, whole=whole)
    rules = {each.key: each for each in ways(text, found, whole=whole)}
    if applied not in rules:
        layout = read_by(applied, text, whole=whole)
        rules[applied] = Rule(
            key=applied, title=f"{layout.words()}".capitalize(), why=tell(layout), fits=True
        )
    marked = [each.model_copy(update={"applied": each.key == applied}) for each in rules.values()]
    # No names of files: equal content is the same version, whatever it was called.
    return Offer(tree=Branch(name="", files=1), rules=sorted(marked, key=lambda each: not each.fits))


def ways(text: str, found: Layout, *, whole: bool) -> Iterator[Rule]:
    """Every rule that has a meaning for this text."""
    yield Rule(key=FOUND, title=found.words().capitalize(), why=f"So it looks. {tell(found)}", fits=True)
    if found.header:
        why = "The line of the names becomes a row, and the columns are numbered."
        yield Rule(key="csv:no-header", title="No header: the first line is a row", why=why, fits=True)
    else:
        yield way(text, "csv:header", "The first line names the columns", whole=whole)
    for lines in headers(text, found):
        yield way(text, f"{SKIP}{lines}", f"Header in line {lines + 1}", whole=whole)
    for name, character in NAMED.items():
        if character != found.delimiter:
            title = "One column: each line is one cell" if name == "none" else f"Cells parted by a {name}"
            yield way(text, f"{DELIMITER}{name}", title, whole=whole)


def headers(text: str, found: Layout) -> Iterator[int]:
    """How many lines to leave out so that another line of names is the header: one of the next, or the first of all."""
    if found.skip:
        yield 0
    if found.delimiter == NO_DELIMITER:
        return
    lines = text.split("\n", found.skip + NEXT_LINES + 2)[:-1]
    for place in range(found.skip + 1, min(len(lines), found.skip + NEXT_LINES + 1)):
        cells = [cell.strip().strip('"') for cell in lines[place].split(found.delimiter)]
        if len(cells) == found.width and all(cell and not looks_numeric(cell) for cell in cells):
            yield place


def way(text: str, key: str, title: str, *, whole: bool) -> Rule:
    """A rule with what it would give, or why it does not fit."""
    try:
        layout = read_by(key, text, whole=whole)
    except Refused as error:
        return Rule(key=key, title=title, why=str(error), fits=False)
    return Rule(key=key, title=title, why=tell(layout), fits=True)


def tell(layout: Layout) -> str:
    """The columns of a layout, in a sentence."""
    columns = "1 column" if layout.width == 1 else f"{layout.width:,} columns"
    names = ", ".join(f"‘{' '.join(name.split())[:40]}’" for name in layout.names[:5] if name.strip())
    return f"It has {columns}{f': {names}' if names else ''}{', …' if names and layout.width > 5 else ''}."
