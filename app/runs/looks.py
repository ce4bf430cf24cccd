"""Looks at the locked test part: each page that shows its scores or rows is one, and the count stands beside them.

A page is a GET, whose transaction only reads; so the look is entered when the answer has left, and the page says the
number that will then be true. Loading a page again within a minute is the same look.
"""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from app.db import now, open_session
from app.pages import whole, words
from app.people.tables import User
from app.projects.tables import Project
from app.runs.tables import Look, Run

_ = words.gettext

SAME = timedelta(minutes=1)


@dataclass(frozen=True)
class Looks:
    """How often a project's test part was looked at, this time included."""

    count: int
    fresh: bool
    """This time is not entered yet."""

    @property
    def sentence(self) -> str:
        """ "looked at 7 times"."""
        if not self.count:
            return _("not looked at yet")
        return words.ngettext("looked at once", "looked at {n} times", self.count).format(n=whole(self.count))


WHY = _(
    "Whoever chooses by the test score learns from the test part, and then its rows are no longer ones that nothing "
    "has seen: the fewer looks, the more the score can be believed."
)


def count_looks(db: Session, project: Project) -> int:
    """The looks so far, whoever looked."""
    return db.scalar(select(func.count()).select_from(Look).where(Look.project_id == project.id)) or 0


def look_now(db: Session, person: User, project: Project) -> Looks:
    """The looks with the one that this answer is."""
    fresh = not is_same(db, person.id, project.id)
    return Looks(count_looks(db, project) + fresh, fresh)


def enter_look(
    request: Request, answer: Response, looks: Looks, person: User, project: Project, run: Run | None
) -> None:
    """Have the look entered once this answer has left."""
    if looks.fresh:
        engine: Engine = request.app.state.engine
        answer.background = BackgroundTask(keep_look, engine, person.id, project.id, run.id if run else None)


def keep_look(engine: Engine, person: str, project: str, run: str | None) -> None:
    """Enter a look, unless the same person looked within the last minute."""
    with open_session(engine) as db:
        if not is_same(db, person, project):
            db.add(Look(owner_id=person, project_id=project, run_id=run))
        db.commit()


def is_same(db: Session, person: str, project: str) -> bool:
    """Whether a look of this person is so recent that another is the same."""
    recent = select(Look.id).where(
        Look.project_id == project, Look.owner_id == person, Look.created_at > now() - SAME
    )
    return db.scalar(recent.limit(1)) is not None
