"""The tabs of a dataset: one line a place, in the order of the work."""

from dataclasses import dataclass

from app.pages import words

_ = words.gettext


@dataclass(frozen=True)
class Tab:
    """A place of a dataset's pages."""

    key: str
    title: str
    href: str
    current: bool


def tabs(base: str, at: str) -> list[Tab]:
    """The tabs of the dataset with this address, as the page ``at`` shows them."""
    places = {
        "table": (_("Table"), ""),
        "label": (_("Label"), "/label"),
        "source": (_("Source"), "/source"),
        "steps": (_("Steps"), "/steps"),
        "explore": (_("Explore"), "/explore"),
        "relations": (_("Relations"), "/relations"),
        "map": (_("Map"), "/map"),
    }
    return [Tab(key, title, base + path, key == at) for key, (title, path) in places.items()]
