"""What a model is asked for: rows as the person's file has them, also where steps have changed the table since."""

from dataclasses import dataclass

from app.datasets.service import profile_at, read_profile, schema_at
from app.recipes.service import Ground
from app.storage import Store
from app.versions.service import root_hash, root_rows, steps_of
from trainer.contract.dataset import Profile, Schema
from trainer.contract.plan import follow, trim
from trainer.contract.recipe import Question


@dataclass(frozen=True)
class Asked:
    """The columns that a form asks for (the inputs of ``question``), and the version that they are those of."""

    hash: str
    schema: Schema
    profile: Profile
    question: Question
    steps: bool = False
    """Steps lie between the rows that are asked for and what the model sees."""


def find_asked(store: Store, ground: Ground) -> Asked:
    """The columns of the root that the steps make the model's inputs of; the inputs themselves where there are none."""
    version = ground.version
    if not version.steps:
        return Asked(version.hash, ground.schema, read_profile(store, version), ground.question)
    root = root_hash(version)
    schema = schema_at(store, root)
    deeds, ids = trim(follow(schema, steps_of(version)).deeds, ground.question.inputs)
    question = ground.question.model_copy(update={"inputs": ids})
    return Asked(root, schema, profile_at(store, root), question, steps=bool(deeds))


def row_asked(store: Store, ground: Ground, row: int) -> int:
    """The number that a row of the project's version has among the rows that are asked for."""
    return root_rows(store, ground.version, [row])[0]
