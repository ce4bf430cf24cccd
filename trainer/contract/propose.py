"""The recipe a newcomer gets: three dials in, every choice out, each with its reason."""

from typing import Any

from trainer.contract.augmentations import AUGMENTATIONS, read_augmentation
from trainer.contract.augmentations.defaults import propose_augmentation
from trainer.contract.balance import find_imbalance
from trainer.contract.catalog import LEARNERS
from trainer.contract.dataset import Column, Profile, Schema
from trainer.contract.derive import DERIVE, DRIVERS, derive_balance, derive_encoding, derive_steps
from trainer.contract.recipe import Augmentation, Dials, Metric, Question, Recipe, Task
from trainer.contract.splitting import explain_split, propose_split

FEW_CATEGORIES = 100


def propose_question(schema: Schema, profile: Profile, target: str, task: Task | None = None) -> Question:
    """The question that clicking a column asks.

    Inputs are all columns that can say something: no ids, constants, free text, nor categories with more than 100
    values. Raises ValueError in words when the column cannot be predicted or nothing is left to predict it from.
    """
    column = schema.column(target)
    if column.type not in ("category", "number"):
        raise ValueError(
            f"‘{column.name}’ holds {column.type}; choose a column of categories or numbers to predict."
        )
    found = task or ("classification" if column.type == "category" else "regression")
    if column.type == "category" and found == "regression":
        raise ValueError(
            f"‘{column.name}’ holds categories; only a column of numbers can be predicted as a number."
        )
    if profile.columns[target].distinct < 2:
        raise ValueError(
            f"Every row has the same {column.name}: there is nothing to learn. Choose another column."
        )
    pictures = [c.id for c in schema.columns if c.type == "image" and c.id != target]
    inputs = pictures[:1] or [c.id for c in schema.columns if c.id != target and usable(c, profile)]
    if not inputs:
        raise ValueError(
            f"No other column can help to predict ‘{column.name}’: the rest are ids, constants or free text."
        )
    question = Question(
        target=target,
        inputs=inputs,
        task=found,
        metric=default_metric(found),
        split=propose_split(schema, found, profile, target),
    )
    if find_imbalance(profile, question):  # accuracy would be high for a model that finds nothing
        return question.model_copy(update={"metric": "balanced_accuracy"})
    return question


def usable(column: Column, profile: Profile) -> bool:
    """Whether a table column is an input by default."""
    if column.type not in ("number", "category", "datetime") or column.role != "input":
        return False
    return column.type != "category" or profile.columns[column.id].distinct <= FEW_CATEGORIES


def default_metric(task: Task) -> Metric:
    """Accuracy for classes, root mean squared error for numbers."""
    return "accuracy" if task == "classification" else "rmse"


def default_dials(schema: Schema, question: Question) -> Dials:
    """Pictures: the CNN; tables: gradient boosting."""
    pictures = any(schema.column(c).type == "image" for c in question.inputs)
    return Dials(learner="cnn" if pictures else "boosting")


def fitting_learners(schema: Schema, question: Question) -> list[str]:
    """Keys of the learners that take these inputs and this task."""
    types = {schema.column(c).type for c in question.inputs}
    return [k for k, card in LEARNERS.items() if types <= card.takes and question.task in card.tasks]


def propose(
    dataset: str,
    schema: Schema,
    question: Question,
    dials: Dials,
    changes: dict[str, Any] | None = None,
    seed: int = 0,
    augmentation: Augmentation | None = None,
) -> Recipe:
    """The whole recipe for these dials. ``changes`` are parameters that the person set; they win and say so.
    ``augmentation`` is the person's own, whole.

    Raises ``pydantic.ValidationError`` when a change is out of its range, ValueError when the learner does not fit.
    """
    if dials.learner not in fitting_learners(schema, question):
        card = LEARNERS.get(dials.learner)
        name = card.name if card else dials.learner
        raise ValueError(f"{name} cannot learn this question. Choose one of the learners shown for it.")
    card = LEARNERS[dials.learner]
    values, reasons = DERIVE[dials.learner](schema, question, dials)
    if card.network:
        values, reasons = derive_steps(values, reasons, dials, changes or {})
    balance, because = derive_balance(question)
    values, reasons = values | {"balance": balance}, reasons | {"balance": because}
    encoding, why = derive_encoding(question, dials)
    reasons = {f"params.{k}": v for k, v in reasons.items()} | {f"encoding.{k}": v for k, v in why.items()}
    reasons["question.split"] = explain_split(question.split, schema)
    for field, value in (changes or {}).items():
        if field not in values or values[field] != value:
            reasons[f"params.{field}"] = "You set it."
        values[field] = value
    params = card.params.model_validate(values)
    proposed, whys = propose_augmentation(schema, question, dials)
    chosen = proposed if augmentation is None else augmentation
    read_augmentation(chosen)
    for key in AUGMENTATIONS:
        if chosen.changes.get(key) != proposed.changes.get(key):
            whys[key] = "You set it."
    reasons |= {f"augmentation.{key}": why for key, why in whys.items()}
    return Recipe(
        dataset=dataset,
        question=question,
        dials=dials,
        learner=dials.learner,
        encoding=encoding,
        params=params.model_dump(mode="json"),
        augmentation=chosen,
        seed=seed,
        reasons=reasons,
    )


def derive_beside(
    dataset: str, schema: Schema, question: Question, dials: Dials, changes: dict[str, Any]
) -> dict[str, Any]:
    """What each parameter would be without its own change, beside the changes that others are derived from.

    This is what "back to ..." leads to, and what tells a change from a value that only followed one.
    """
    card = LEARNERS[dials.learner]
    driving = {name: changes[name] for name in DRIVERS if name in changes and card.network}
    beside = propose(dataset, schema, question, dials, driving).params
    return beside | {
        name: propose(
            dataset, schema, question, dials, {k: v for k, v in driving.items() if k != name}
        ).params[name]
        for name in driving
    }
