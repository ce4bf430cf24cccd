"""Which columns a person looks at, and which chart fits them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.datasets.view import View, known_column, read_view
from app.errors import BadInput
from app.exploring.axes import is_group, is_measure
from app.pages import words
from trainer.contract.dataset import Column, Profile, Schema

_ = words.gettext

CHARTS = {
    "scatter": _("Scatter"),
    "box": _("Box"),
    "violin": _("Violin"),
    "bars": _("Bars"),
    "heat": _("Heat map"),
    "mosaic": _("Mosaic"),
}


@dataclass(frozen=True)
class Choice:
    """What an address says of Explore: columns, chart, and the rows that are looked at."""

    x: Column | None
    y: Column | None
    colour: Column | None
    chart: str
    fitting: tuple[str, ...]
    view: View

    def kept(self, href: str) -> str:
        """An address of other rows, with these columns and this chart."""
        said = {"x": self.x, "y": self.y, "colour": self.colour}
        pairs = [(key, column.id) for key, column in said.items() if column] + [("chart", self.chart)]
        return href + ("&" if "?" in href else "?") + urlencode(pairs)

    def query(self, **changes: str) -> str:
        """The address's query with these changes."""
        said = {
            "x": self.x.id if self.x else "",
            "y": self.y.id if self.y else "",
            "colour": self.colour.id if self.colour else "",
            "chart": self.chart,
        }
        pairs = [(key, value) for key, value in (said | changes).items() if value]
        return urlencode([*pairs, *self.view.with_page(1).pairs()])


def drawable(schema: Schema, profile: Profile) -> list[Column]:
    """The columns that a chart can show."""
    return [c for c in schema.columns if is_measure(c) or is_group(c, profile.columns[c.id])]


def read_choice(pairs: list[tuple[str, str]], schema: Schema, profile: Profile) -> Choice:
    """Read an address. Without columns the first that may tell something are taken. Raises BadInput in words."""
    said = dict(pairs)
    able = drawable(schema, profile)
    x, y, colour = (read_column(schema, able, said.get(key, "")) for key in ("x", "y", "colour"))
    if x is None and y is None and "x" not in said:
        x, y = first_pair(able)
    if x is None:
        x, y = y, None
    if x is not None and y is not None and x.id == y.id:
        y = None
    fitting = charts_for(profile, x, y)
    chart = said.get("chart", "")
    view = read_view([pair for pair in pairs if pair[0] not in ("x", "y", "colour", "chart")], schema)
    return Choice(x, y, colour, chart if chart in fitting else next(iter(fitting), ""), fitting, view)


def read_column(schema: Schema, able: list[Column], id: str) -> Column | None:
    """A column that can be drawn; None for none."""
    if not id:
        return None
    column = known_column(schema, id)
    if column not in able:
        raise BadInput(
            f"{column.name} cannot be drawn: it holds {column.type} with too many different values."
        )
    return column


def first_pair(able: list[Column]) -> tuple[Column | None, Column | None]:
    """Two columns to begin with: inputs, numbers first."""
    usual = [c for c in able if c.role == "input"] or able
    numbers = [c for c in usual if is_measure(c) and not c.whole] + [
        c for c in usual if is_measure(c) and c.whole
    ]
    rest = [c for c in usual if c not in numbers]
    first = numbers[0] if numbers else (rest[0] if rest else None)
    second = rest[0] if rest and first in numbers else next((c for c in numbers[1:]), None)
    return (second, first) if second in rest else (first, second)


def charts_for(profile: Profile, x: Column | None, y: Column | None) -> tuple[str, ...]:
    """The charts that fit, the likeliest first."""
    if x is None:
        return ()
    if y is None:
        return ("bars",)
    groups = [is_group(c, profile.columns[c.id]) for c in (x, y)]
    measures = [is_measure(c) for c in (x, y)]
    if x.type == "category" and y.type == "category":
        return ("mosaic", "heat")
    if (groups[0] and measures[1]) or (groups[1] and measures[0]):
        both = ("scatter",) if all(measures) else ()
        return ("box", "violin", "heat", *both)
    return ("scatter", "heat")
