"""What anyone would try first with scikit-learn or XGBoost: their defaults, learned from the same training rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, root_mean_squared_error
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from xgboost import XGBClassifier, XGBRegressor

from trainer.columns import read_columns, read_pictures
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.recipe import Question

SIDE = 32
"""Pictures become so many grey pixels a side."""
Make = Callable[[int], Any]
CLASSIFIERS: dict[str, Make] = {
    "logistic regression": lambda seed: LogisticRegression(max_iter=2_000, random_state=seed),
    "random forest": lambda seed: RandomForestClassifier(random_state=seed, n_jobs=-1),
    "hist gradient boosting": lambda seed: HistGradientBoostingClassifier(random_state=seed),
    "XGBoost": lambda seed: XGBClassifier(random_state=seed, verbosity=0),
}
REGRESSORS: dict[str, Make] = {
    "ridge": lambda _: Ridge(),
    "random forest": lambda seed: RandomForestRegressor(random_state=seed, n_jobs=-1),
    "hist gradient boosting": lambda seed: HistGradientBoostingRegressor(random_state=seed),
    "XGBoost": lambda seed: XGBRegressor(random_state=seed, verbosity=0),
}
PICTURES: dict[str, Make] = {
    "logistic regression on grey pixels": lambda seed: LogisticRegression(max_iter=500, random_state=seed),
    "RBF SVM on grey pixels": lambda seed: SVC(random_state=seed),
}


def score_rivals(
    version: VersionFolder, schema: Schema, question: Question, parts: dict[str, NDArray[np.int64]], seed: int
) -> dict[str, float]:
    """Accuracy, or root mean squared error, of each on the test rows."""
    y = read_columns(version, [question.target])[question.target]
    y, names = (y, None) if question.task == "regression" else (np.unique(y, return_inverse=True)[1], True)
    pictures = schema.column(question.inputs[0]).type == "image"
    makers = PICTURES if pictures else CLASSIFIERS if names else REGRESSORS
    x = read_grey(version, question.inputs[0], len(y)) if pictures else read_table(version, question.inputs)
    found = {}
    for name, make in makers.items():
        rival = (
            make_pipeline(StandardScaler(), make(seed))
            if pictures
            else with_columns(schema, question, make(seed))
        )
        rival.fit(x[parts["train"]], y[parts["train"]])
        answer, truth = rival.predict(x[parts["test"]]), y[parts["test"]]
        found[name] = float(
            accuracy_score(truth, answer) if names else root_mean_squared_error(truth, answer)
        )
    return found


def read_table(version: VersionFolder, ids: list[str]) -> NDArray[Any]:
    """Cells as objects [N, columns]; days as numbers."""
    columns = read_columns(version, ids)
    x = np.empty((len(columns[ids[0]]), len(ids)), dtype=object)
    for place, id in enumerate(ids):
        values = columns[id]
        x[:, place] = values.astype("datetime64[D]").astype(float) if values.dtype.kind == "M" else values
    return x


def with_columns(schema: Schema, question: Question, estimator: Any) -> Pipeline:
    """Medians and scaling for numbers, one column a value for categories: the textbook's pipeline."""
    kinds = [schema.column(id).type for id in question.inputs]
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    values = make_pipeline(
        SimpleImputer(missing_values=None, strategy="constant", fill_value="missing"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    prepare = ColumnTransformer(
        [
            ("numbers", numbers, [place for place, kind in enumerate(kinds) if kind != "category"]),
            ("values", values, [place for place, kind in enumerate(kinds) if kind == "category"]),
        ]
    )
    return make_pipeline(prepare, estimator)


def read_grey(version: VersionFolder, column: str, rows: int) -> NDArray[np.float32]:
    """[N, side * side] in 0..1."""
    pictures = (Image.fromarray(picture) for picture in read_pictures(version, column, range(rows)))
    grey = [np.asarray(picture.convert("L").resize((SIDE, SIDE))).ravel() for picture in pictures]
    return np.stack(grey).astype(np.float32) / 255
