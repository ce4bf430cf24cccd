"""A recipe in words: short name, summary, every choice with its reason, what differs from another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.pages import words
from trainer.contract.augmentations import AUGMENTATIONS
from trainer.contract.catalog import LEARNERS
from trainer.contract.catalog.card import unit_of
from trainer.contract.recipe import Recipe, Split
from trainer.contract.splitting import WAYS, expected_shares

_ = words.gettext

CHOICES = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "cross_entropy": "Cross-entropy",
    "focal": "Focal",
    "mse": "Squared error (MSE)",
    "mae": "Absolute error (MAE)",
    "huber": "Huber",
    "constant": "Constant",
    "cosine": "Cosine",
    "step": "Steps",
    "one_cycle": "One cycle",
    "auto": "Automatic",
    "float32": "float32",
    "bf16": "bf16",
    "standard": "standardised",
    "raw": "as they are",
    "median": "median",
    "nan": "left as holes",
    "class": "class",
    "none": "off",
    "weights": "rare classes weigh more",
    "sampling": "rare classes come as often",
}
"""The names under which people know a choice."""

METRICS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1": "F1",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "loss": "loss",
}
"""The field's own words."""

ENCODINGS = {
    "numbers": "Numbers",
    "missing": "Missing values",
    "max_categories": "Categories kept per column",
    "image_size": "Side of the pictures",
    "target": "Answer",
}


@dataclass(frozen=True)
class Line:
    """One choice: its title, its value as people read it, and why."""

    title: str
    value: str
    reason: str
    changed: bool = False


def shown(value: Any, unit: str = "") -> str:
    """A value as people read it: at most four significant digits, thousands separated, the unit behind it."""
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, int):
        text = f"{value:,}"
    elif isinstance(value, float):
        text = f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
    else:
        text = _(CHOICES.get(str(value), str(value)))
    return f"{text} {_(unit)}" if unit else text


def value_words(field: str, value: Any, unit: str = "") -> str:
    """A parameter's value as people read it: a forest's depth 0 is no limit."""
    return _("unlimited") if field == "max_depth" and value == 0 else shown(value, unit)


def metric_name(metric: str) -> str:
    """What people call a metric."""
    return _(METRICS.get(metric, metric))


def learner_name(recipe: Recipe) -> str:
    """The learner's name, for this task where two share a card."""
    if recipe.learner == "linear":
        return (
            _("Logistic regression") if recipe.question.task == "classification" else _("Linear regression")
        )
    card = LEARNERS.get(recipe.learner)
    return _(card.name) if card else recipe.learner


def layers(recipe: Recipe) -> str:
    """The widths of a network's layers: 64-64, or 32-64-128 for blocks that double."""
    width, depth = int(recipe.params["width"]), int(recipe.params["depth"])
    widths = [width * 2**i for i in range(depth)] if recipe.learner == "cnn" else [width] * depth
    return "-".join(str(w) for w in widths) if depth <= 4 else f"{widths[0]} × {depth}"


def short_name(recipe: Recipe) -> str:
    """A few words for the rail and tables: "MLP 64-64 · AdamW"."""
    params = recipe.params
    if recipe.learner in ("mlp", "cnn"):
        return f"{recipe.learner.upper()} {layers(recipe)} · {_(CHOICES[params['optimizer']])}"
    if recipe.learner == "boosting":
        return _("XGBoost · depth {depth}").format(depth=params["max_depth"])
    if recipe.learner == "forest":
        return _("Forest · {trees} trees").format(trees=shown(params["trees"]))
    return learner_name(recipe)


def headline(recipe: Recipe) -> str:
    """The recipe in one short sentence."""
    p = recipe.params
    if recipe.learner in ("mlp", "cnn"):
        kind = (
            _("A network of {layers} neurons, at most {epochs} epochs.")
            if recipe.learner == "mlp"
            else _("A network of {layers} filters, at most {epochs} epochs.")
        )
        return kind.format(layers=layers(recipe), epochs=shown(p["epochs"]))
    if recipe.learner == "boosting":
        return _("At most {rounds} trees of depth {depth}, each mending the last.").format(
            rounds=shown(p["rounds"]), depth=shown(p["max_depth"])
        )
    if recipe.learner == "forest":
        return _("{trees} trees that vote.").format(trees=shown(p["trees"]))
    return _("{name} with a weight penalty of {l2}.").format(name=learner_name(recipe), l2=shown(p["l2"]))


def summary(recipe: Recipe, rows: int, counted: Mapping[str, int] | None = None) -> str:
    """What the headline leaves out, in a sentence or two. ``rows`` is the number of rows of the version; ``counted``
    are those of each part, once they have been counted.
    """
    if counted:
        parts = dict(counted)
        learns = _(
            "It learns from {train} rows, is chosen on {validation} and judged on {test} it has never seen."
        )
    else:
        shares = expected_shares(recipe.question.split)
        parts = {
            "train": int(rows * shares["train"] + 1e-6),
            "validation": round(rows * shares["validation"]),
        }
        parts["test"] = rows - parts["train"] - parts["validation"]
        learns = _(
            "It learns from about {train} rows, is chosen on {validation} and judged on {test} it has never seen."
        )
    sentence = learns.format(**{k: f"{v:,}" for k, v in parts.items()})
    p = recipe.params
    if recipe.learner in ("mlp", "cnn"):
        how = _("{optimizer} with a learning rate of {rate} ({schedule}), {batch} rows a step.").format(
            optimizer=shown(p["optimizer"]),
            rate=shown(p["learning_rate"]),
            schedule=shown(p["schedule"]).lower(),
            batch=shown(p["batch_size"]),
        )
        sentence = f"{sentence} {how}"
    return sentence


def explain(recipe: Recipe) -> list[Line]:
    """Every choice of a recipe with its reason, parameters first."""
    card = LEARNERS[recipe.learner]
    lines = []
    for field, info in card.params.model_fields.items():
        if field not in recipe.params or (field == "balance" and recipe.question.task == "regression"):
            continue
        reason = recipe.reasons.get(f"params.{field}", _("The usual value."))
        lines.append(
            Line(
                _(info.title or field),
                value_words(field, recipe.params[field], unit_of(info)),
                _(reason),
                changed=reason == "You set it.",
            )
        )
    pictures = recipe.learner == "cnn"
    fields = ("image_size",) if pictures else ("numbers", "missing", "max_categories")
    for field in fields:
        value = getattr(recipe.encoding, field)
        unit = "px" if field == "image_size" else ""
        reason = recipe.reasons.get(f"encoding.{field}", _("The usual value."))
        lines.append(Line(_(ENCODINGS[field]), shown(value, unit), _(reason)))
    lines += [
        augmentation_line(recipe, key) for key in AUGMENTATIONS if f"augmentation.{key}" in recipe.reasons
    ]
    split = recipe.question.split
    reason = recipe.reasons.get("question.split", "")
    lines.append(Line(_("Split"), f"{_(WAYS[split.way].name)}, {shares_words(split)}", _(reason)))
    lines.append(Line(_("Seed"), str(recipe.seed), _("The same seed gives the same result.")))
    return lines


def shares_words(split: Split) -> str:
    """ "70 / 15 / 15 %", or which of the folds."""
    if split.way == "folds":
        return _("{n} of {all}").format(n=split.fold, all=split.folds * split.repeats)
    if split.way == "given":
        return _("the column says it")
    return " / ".join(f"{100 * share:.3g}" for share in expected_shares(split).values()) + " %"


def augmentation_line(recipe: Recipe, key: str) -> Line:
    """One augmentation: its values, or that it is off."""
    reason = recipe.reasons[f"augmentation.{key}"]
    value = augmented(key, recipe.augmentation.changes.get(key))
    return Line(_(AUGMENTATIONS[key].name), value, _(reason), changed=reason == "You set it.")


def augmented(key: str, values: dict[str, Any] | None) -> str:
    """The values of an augmentation: "10 degrees"; "off"."""
    if values is None:
        return _("off")
    fields = AUGMENTATIONS[key].params.model_fields
    return ", ".join(shown(value, unit_of(fields[name])) for name, value in values.items())


def differences(before: Recipe, after: Recipe) -> list[str]:
    """What was changed from one recipe to the next: "learning rate 0.05 → 0.1"."""
    if before.learner != after.learner:
        return [f"{learner_name(before)} → {learner_name(after)}"]
    found = []
    fields = LEARNERS[after.learner].params.model_fields
    for field in after.params:
        old, new = before.params.get(field), after.params[field]
        if old != new:
            title = _(fields[field].title or field) if field in fields else field
            found.append(
                f"{title[:1].lower()}{title[1:]} {value_words(field, old)} → {value_words(field, new)}"
            )
    for field, title in ENCODINGS.items():
        old, new = getattr(before.encoding, field), getattr(after.encoding, field)
        if old != new:
            found.append(f"{_(title).lower()} {shown(old)} → {shown(new)}")
    for key, card in AUGMENTATIONS.items():
        old, new = before.augmentation.changes.get(key), after.augmentation.changes.get(key)
        if old != new:
            name = _(card.name)
            found.append(f"{name[:1].lower()}{name[1:]} {augmented(key, old)} → {augmented(key, new)}")
    if before.seed != after.seed:
        found.append(f"{_('seed')} {before.seed} → {after.seed}")
    return found
