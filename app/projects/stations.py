"""The rail of a project: seven stations in the order of the work, each with its state and a line of fact."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.datasets.tables import DatasetVersion
from app.pages import whole, words
from app.projects.service import look_at
from app.projects.tables import Project
from app.storage import Store
from trainer.contract.dataset import Schema
from trainer.contract.recipe import Question

_ = words.gettext


@dataclass(frozen=True)
class Station:
    """One stop. ``state`` is done, now, needs or later; without ``href`` it cannot be reached yet."""

    key: str
    title: str
    state: str
    fact: str = ""
    href: str | None = None
    current: bool = False


@dataclass(frozen=True)
class Fact:
    """What a later package knows about a station: its line, its state, and where it leads."""

    text: str
    state: str = "done"
    href: str | None = None


def stations(
    db: Session, store: Store, project: Project, at: str, facts: dict[str, Fact] | None = None
) -> list[Station]:
    """The seven stations as the page ``at`` shows them. ``facts`` (by key): what later packages know.

    Without them, Model needs the person once a question is asked, and everything after it is not yet.
    """
    version, schema, _profile = look_at(db, store, project)
    known = {**own_facts(project, version, schema), **(facts or {})}
    titles = {
        "data": _("Data"),
        "question": _("Question"),
        "model": _("Model"),
        "train": _("Train"),
        "evaluate": _("Evaluate"),
        "improve": _("Improve"),
        "use": _("Use"),
    }
    return [
        Station(key, title, known[key].state, known[key].text, known[key].href, key == at)
        if key in known
        else Station(key, title, "later", current=key == at)
        for key, title in titles.items()
    ]


def shape_words(rows: int, columns: int) -> str:
    """``891 rows · 12 columns``."""
    return " · ".join(
        (
            words.ngettext("{n} row", "{n} rows", rows).format(n=whole(rows)),
            words.ngettext("{n} column", "{n} columns", columns).format(n=whole(columns)),
        )
    )


def own_facts(project: Project, version: DatasetVersion, schema: Schema) -> dict[str, Fact]:
    """What is known without any run: the data, the question, and that a model can be chosen."""
    place = f"/projects/{project.id}"
    shape = shape_words(version.rows, version.columns)
    facts = {"data": Fact(shape, "done", f"/datasets/{project.dataset_id}")}
    if project.question is None:
        return facts | {"question": Fact(_("choose what to predict"), "needs", place)}
    question = Question.model_validate(project.question)
    target = schema.column(question.target).name
    return facts | {
        "question": Fact(_("predict {target}").format(target=target), "done", place),
        "model": Fact(_("choose how to learn"), "needs", f"{place}/model"),
    }
