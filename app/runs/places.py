"""Where the trainings of a person's jobs are shown: for the first page, which knows no runs."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.tables import Job
from app.pages import words
from app.projects.home import Place
from app.projects.tables import Project
from app.runs.tables import Run

_ = words.gettext


def find_places(db: Session, jobs: Sequence[Job]) -> dict[str, Place]:
    """Job id -> the run's page, for those jobs that train."""
    found = db.execute(
        select(Run, Project.name)
        .join(Project, Project.id == Run.project_id)
        .where(Run.job_id.in_([job.id for job in jobs]))
    )
    return {
        run.job_id: Place(_("{project}: run {n}").format(project=name, n=run.number), f"/runs/{run.id}")
        for run, name in found
    }
