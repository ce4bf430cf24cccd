"""What follows from three dials: the encoding and the parameters of each learner, each with its reason."""

from typing import Any

from trainer.contract.dataset import Schema
from trainer.contract.recipe import Dials, Encoding, Question
from trainer.contract.splitting import expected_shares

LENGTH = {"quick": 0.4, "normal": 1.0, "long": 3.0}
LEAVES = 18_000
"""Leaves that a tree of numbers may have by default, about: 200 such trees are a file of 30 MB."""
OPTIMIZERS = {"adamw": "AdamW", "adam": "Adam", "sgd": "SGD"}
SCHEDULES = {
    "one_cycle": "one cycle",
    "cosine": "a cosine",
    "step": "steps down",
    "constant": "a constant rate",
}
RATES = {
    "mlp": {"adamw": 3e-3, "adam": 3e-3, "sgd": 0.05},
    "cnn": {"adamw": 4e-3, "adam": 4e-3, "sgd": 0.05},
}
"""Learning rates by learner and optimizer, for schedules that end near zero."""
DECAYS = {"adamw": (0.0, 1e-2, 1e-1), "adam": (0.0, 1e-4, 1e-3), "sgd": (0.0, 5e-4, 5e-3)}
"""Weight decay by care. Only AdamW decays beside the gradient; to the others the same share would be far more."""
DRIVERS = ("optimizer", "schedule")
"""What other parameters are derived from: a person's change of these comes first."""

Derived = tuple[dict[str, Any], dict[str, str]]


def derive_encoding(question: Question, dials: Dials) -> tuple[Encoding, dict[str, str]]:
    """How cells become tensors for this learner."""
    trees = dials.learner in ("boosting", "forest")
    size = 64 if dials.learner == "cnn" else Encoding().image_size
    encoding = Encoding(
        numbers="raw" if trees else "standard",
        missing="nan" if dials.learner == "boosting" else "median",
        image_size=size,
        # Trees too: XGBoost sums in float32, and loses what matters of numbers like 100,000 ± 1.
        target="class" if question.task == "classification" else "standard",
    )
    reasons = {
        "numbers": "Trees split by order, so scale does not matter."
        if trees
        else "Inputs of the same scale let every weight learn at the same pace.",
        "missing": "XGBoost learns where missing values belong."
        if dials.learner == "boosting"
        else "Holes get the median of the training rows and a mark that they were missing.",
        "image_size": f"{size} × {size} keeps what matters and trains in minutes.",
    }
    return encoding, reasons


def train_share(question: Question) -> float:
    """The share of rows that is learned from."""
    split = question.split
    return expected_shares(split)["train"] if split.way == "folds" else split.train


def derive_balance(question: Question) -> tuple[str, str]:
    """Rare classes weigh more where the metric counts every class the same."""
    if question.task == "regression":
        return "none", "Numbers have no classes."
    if question.metric == "accuracy":
        return "none", "Accuracy counts every row the same, so every row weighs the same."
    name = "Balanced accuracy" if question.metric == "balanced_accuracy" else "F1"
    return "weights", f"{name} counts every class the same, however rare; so does the learner."


def derive_linear(_schema: Schema, _question: Question, dials: Dials) -> Derived:
    """Care is the penalty."""
    l2 = {"bold": 0.1, "normal": 1.0, "careful": 10.0}[dials.care]
    return {"l2": l2, "passes": int(200 * LENGTH[dials.length])}, {
        "l2": f"From the dial ‘how careful’: {dials.care}.",
        "passes": f"From the dial ‘how long’: {dials.length}.",
    }


def derive_forest(schema: Schema, question: Question, dials: Dials) -> Derived:
    """Length is trees, care is leaf size.

    Of numbers, trees grow until every row has its leaf: leaves of three rows on diamonds (37,758 rows) make the file
    a third as large and cost 1.7 % of RMSE. Classes end earlier, where a leaf is pure.
    """
    rows = int(schema.rows * train_share(question))
    leaf = {"bold": 1, "normal": 1 if schema.rows > 20_000 else 2, "careful": 5}[dials.care]
    small = -(-rows // LEAVES) if question.task == "regression" and dials.care != "bold" else 1
    why = f"From the dial ‘how careful’ ({dials.care}) and {schema.rows:,} rows."
    return {"trees": int(200 * LENGTH[dials.length]), "min_leaf": max(leaf, small)}, {
        "trees": f"From the dial ‘how long’: {dials.length}.",
        "min_leaf": f"About {rows:,} training rows: larger leaves keep the model's file small, hardly less exact."
        if small > leaf
        else why,
    }


def derive_boosting(schema: Schema, _question: Question, dials: Dials) -> Derived:
    """A small rate with many rounds; few rows see smaller parts of rows and columns per tree, against remembering.

    Chosen on the validation parts of titanic, penguins, auto-mpg, wine quality, diamonds and adult (three splits).
    """
    small = schema.rows < 5_000
    rate = {"bold": 0.15, "normal": 0.05, "careful": 0.03}[dials.care]
    depth = {"bold": 8, "normal": 6 if small else 7, "careful": 4}[dials.care]
    rounds = int((1000 if small else 2000) * LENGTH[dials.length])
    return {
        "rounds": rounds,
        "learning_rate": rate,
        "max_depth": depth,
        "patience": 40,
        "subsample": 0.7 if small else 0.9,
        "columns": 0.5 if small else 0.8,
        "min_child_weight": 2.0 if small else 1.0,
    }, {
        "rounds": f"From the dial ‘how long’ ({dials.length}); early stopping ends it before.",
        "learning_rate": f"From the dial ‘how careful’ ({dials.care}): small steps; early stopping finds the end.",
        "max_depth": f"{schema.rows:,} rows and the dial ‘how careful’ ({dials.care}).",
        "patience": "Stop when 40 trees in a row did not help.",
        "subsample": "Each tree sees a part of the rows, so that they differ.",
        "columns": "Each tree sees a part of the columns, so that they differ.",
        "min_child_weight": "A leaf should rest on more than one row." if small else "Rows are plenty.",
    }


def derive_network(schema: Schema, question: Question) -> Derived:
    """What MLP and CNN share: batch by rows, loss by task."""
    rows = int(schema.rows * train_share(question))
    batch = 32 if rows < 2_000 else 64 if rows < 10_000 else 128 if rows < 50_000 else 512
    loss = "cross_entropy" if question.task == "classification" else "mse"
    return {
        "loss": loss,
        "optimizer": "adamw",
        "batch_size": batch,
        "schedule": "one_cycle",
    }, {
        "loss": "Cross-entropy is the loss for classes."
        if loss == "cross_entropy"
        else "Squared error is the loss whose best answer is the mean.",
        "optimizer": "AdamW works without tuning on most data.",
        "batch_size": f"About {rows:,} training rows.",
        "schedule": "One cycle rises, then falls to zero: fast and forgiving.",
    }


def derive_steps(
    values: dict[str, Any], reasons: dict[str, str], dials: Dials, changes: dict[str, Any]
) -> Derived:
    """What follows from the optimizer and the schedule, the person's own where they chose them."""
    chosen = values | {k: v for k, v in changes.items() if k in DRIVERS}
    # a value that is no choice is refused with the rest of the changes, not here
    optimizer = chosen["optimizer"] if chosen["optimizer"] in OPTIMIZERS else values["optimizer"]
    schedule = chosen["schedule"] if chosen["schedule"] in SCHEDULES else values["schedule"]
    name, curve = OPTIMIZERS[optimizer], SCHEDULES[schedule]
    rate = RATES[dials.learner][optimizer]
    if schedule == "constant":
        rate = float(f"{rate / 3:.1g}")
    place = "on tables" if dials.learner == "mlp" else "and batch normalisation"
    decay = DECAYS[optimizer][("bold", "normal", "careful").index(dials.care)]
    values = values | {"learning_rate": rate, "weight_decay": decay}
    reasons = reasons | {
        "learning_rate": f"{rate:g} suits {name} with {curve} {place}.",
        "weight_decay": f"From the dial ‘how careful’ ({dials.care}), in the measure of {name}.",
    }
    if optimizer == "sgd":
        values |= {"momentum": 0.9, "clip": 1.0}
        reasons["momentum"] = "The usual value for SGD: it keeps going through narrow valleys."
        reasons["clip"] = (
            "A step of SGD is as long as the gradient: a limit keeps one batch from undoing the rest."
        )
    elif dials.learner == "mlp":
        values["clip"] = 0.0
        reasons["clip"] = f"Not needed: {name} bounds the length of a step by itself."
    return values, reasons


def derive_mlp(schema: Schema, question: Question, dials: Dials) -> Derived:
    """Width by rows, epochs so that small data gets enough steps."""
    values, reasons = derive_network(schema, question)
    rows = schema.rows * train_share(question)
    epochs = max(10, int(LENGTH[dials.length] * min(60, max(20, 1_500_000 / max(rows, 1)))))
    width = 64 if rows < 2_000 else 128 if rows < 20_000 else 256
    values |= {
        "epochs": epochs,
        "width": width,
        "depth": 2,
        "patience": max(8, epochs // 4),
        "dropout": {"bold": 0.0, "normal": 0.1 if rows < 20_000 else 0.0, "careful": 0.3}[dials.care],
    }
    reasons |= {
        "epochs": f"About {int(rows):,} training rows and the dial ‘how long’ ({dials.length}).",
        "width": f"About {int(rows):,} training rows carry about {width} neurons a layer.",
        "depth": "Two hidden layers are enough for most tables.",
        "patience": "A quarter of the epochs without improvement is enough to know.",
        "dropout": f"From the dial ‘how careful’: {dials.care}.",
    }
    return values, reasons


def derive_cnn(schema: Schema, question: Question, dials: Dials) -> Derived:
    """Three or four blocks on 64 × 64 pictures, with skip connections."""
    values, reasons = derive_network(schema, question)
    rows = schema.rows * train_share(question)
    epochs = max(5, int(LENGTH[dials.length] * (20 if rows < 10_000 else 12)))
    values |= {
        "epochs": epochs,
        "width": 24,
        "depth": 3 if rows < 500 else 4,
        "patience": max(8, epochs // 2),
        "batch_size": min(values["batch_size"], 64),
        "dropout": {"bold": 0.0, "normal": 0.2, "careful": 0.4}[dials.care],
    }
    reasons |= {
        "epochs": f"{int(rows):,} training pictures and the dial ‘how long’ ({dials.length}).",
        "width": "24 filters first, doubled in each block.",
        "depth": "Each block halves the picture and sees twice as far.",
        "patience": "Half of the epochs: validation jumps about while the learning rate is high.",
        "batch_size": "Small batches give enough steps on few pictures.",
        "dropout": f"From the dial ‘how careful’: {dials.care}.",
    }
    return values, reasons


DERIVE = {
    "linear": derive_linear,
    "forest": derive_forest,
    "boosting": derive_boosting,
    "mlp": derive_mlp,
    "cnn": derive_cnn,
}
