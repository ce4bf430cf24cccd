"""What uses a version of the data: projects, their runs and models. For pages that know no runs."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.projects.tables import Project
from app.runs.tables import Run
from app.versions.history import Use


def find_uses(db: Session, version_ids: list[str]) -> dict[str, list[Use]]:
    """Version id -> the projects that ask their question of it."""
    found: dict[str, list[Use]] = {}
    counted = (
        select(Project, func.count(Run.id), func.count(Run.model_bytes))
        .outerjoin(Run, Run.project_id == Project.id)
        .where(Project.version_id.in_(version_ids))
        .group_by(Project.id)
        .order_by(Project.created_at)
    )
    for project, runs, models in db.execute(counted):
        place = f"/projects/{project.id}/runs" if runs else f"/projects/{project.id}"
        found.setdefault(project.version_id, []).append(Use(project.name, place, runs, models))
    return found
