"""Tables that scikit-learn brings along; its sample sets need no network."""

from pathlib import Path
from typing import Any

from trainer.sources.samples.written import write_csv

PATIENT = (
    "age", "sex", "body mass index", "blood pressure", "total cholesterol", "ldl", "hdl", "cholesterol ratio",
    "triglycerides (log)", "blood sugar",
)  # fmt: skip
SEX = {1.0: "1", 2.0: "2"}


def flowers(folder: Path) -> Path:
    """Fisher's irises."""
    from sklearn.datasets import load_iris  # noqa: PLC0415 - scikit-learn takes a second to load

    return classes(folder, load_iris(), "species", lambda name: name)


def wine(folder: Path) -> Path:
    """Wines of three growers, whom the source does not name."""
    from sklearn.datasets import load_wine  # noqa: PLC0415

    return classes(folder, load_wine(), "grower", lambda name: f"grower {int(name[-1]) + 1}")


def tumours(folder: Path) -> Path:
    """Wolberg's tissue samples."""
    from sklearn.datasets import load_breast_cancer  # noqa: PLC0415

    return classes(folder, load_breast_cancer(), "diagnosis", lambda name: name)


def classes(folder: Path, bundle: Any, target: str, name_of: Any) -> Path:
    """Numbers and a class in each row."""
    header = [readable(name) for name in bundle.feature_names]
    names = [name_of(str(name)) for name in bundle.target_names]
    rows = ([*map(float, row), names[kind]] for row, kind in zip(bundle.data, bundle.target, strict=True))
    return write_csv(folder / "table.csv", [*header, target], rows)


def readable(name: str) -> str:
    """``od280/od315_of_diluted_wines`` and ``radius error`` as people write them."""
    words = name.replace("_", " ")
    return f"error of {words.removesuffix(' error')}" if words.endswith(" error") else words


def diabetes(folder: Path) -> Path:
    """Patients as they were measured, not standardised. The source does not say which sex is 1 and which 2."""
    from sklearn.datasets import load_diabetes  # noqa: PLC0415

    bundle = load_diabetes(scaled=False)
    rows = (
        [
            *(
                f"group {SEX[value]}" if name == "sex" else float(value)
                for name, value in zip(PATIENT, row, strict=True)
            ),
            gone,
        ]
        for row, gone in zip(bundle.data, bundle.target, strict=True)
    )
    return write_csv(folder / "table.csv", [*PATIENT, "progression"], rows)


def fitness(folder: Path) -> Path:
    """Linnerud's twenty men; pounds and inches made kilograms and centimetres."""
    from sklearn.datasets import load_linnerud  # noqa: PLC0415

    bundle = load_linnerud()
    rows = (
        [*map(int, exercise), round(body[0] * 0.45359237, 1), round(body[1] * 2.54, 1), int(body[2])]
        for exercise, body in zip(bundle.data, bundle.target, strict=True)
    )
    return write_csv(folder / "table.csv", ["chin-ups", "sit-ups", "jumps", "weight", "waist", "pulse"], rows)
