"""From a project to a recipe: what it stands on, the proposal, the frozen document."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.service import read_schema
from app.datasets.tables import DatasetVersion
from app.errors import Conflict
from app.pages import words
from app.projects.tables import Project
from app.recipes.forms import Choices
from app.recipes.tables import FrozenRecipe
from app.storage import Store
from trainer.contract.dataset import Schema
from trainer.contract.documents import digest
from trainer.contract.propose import propose
from trainer.contract.recipe import Question, Recipe

_ = words.gettext


@dataclass(frozen=True)
class Ground:
    """What a project's recipes stand on: its data as it is, and the question asked of it."""

    version: DatasetVersion
    schema: Schema
    question: Question


def get_ground(db: Session, store: Store, project: Project) -> Ground:
    """What recipes of this project stand on; raises Conflict while no column is chosen."""
    found = find_ground(db, store, project)
    if found is None:
        raise Conflict(
            _(
                "No column to predict is chosen yet in ‘{name}’. Choose one on its Question page, then train."
            ).format(name=project.name)
        )
    return found


def find_ground(db: Session, store: Store, project: Project) -> Ground | None:
    """What recipes of this project stand on, or None while no column is chosen."""
    if project.question is None:
        return None
    version = db.get_one(DatasetVersion, project.version_id)
    return Ground(version, read_schema(store, version), Question.model_validate(project.question))


def cook(ground: Ground, chosen: Choices) -> Recipe:
    """The whole recipe for these choices; a refused value keeps its derived one meanwhile."""
    return propose(
        ground.version.hash,
        ground.schema,
        ground.question,
        chosen.dials,
        chosen.changes,
        chosen.seed,
        chosen.augmentation,
    )


def freeze(db: Session, project: Project, recipe: Recipe) -> FrozenRecipe:
    """The frozen recipe of this project with this content: the same content is one row."""
    name = digest(recipe, 64)
    found = db.scalar(
        select(FrozenRecipe).where(FrozenRecipe.project_id == project.id, FrozenRecipe.digest == name)
    )
    if found is None:
        found = FrozenRecipe(
            owner_id=project.owner_id,
            project_id=project.id,
            digest=name,
            document=recipe.model_dump(mode="json"),
        )
        db.add(found)
        db.flush()
    return found
