"""As given: a column, or the folders of what was brought, says which row is for what."""

import numpy as np

from trainer.contract.recipe import Split
from trainer.contract.splitting import PART_OF
from trainer.split.material import PARTS, Material, Rows
from trainer.split.ratio import pick_share


def divide(material: Material, split: Split) -> tuple[dict[str, Rows], list[str]]:
    """The rows of each part that is given; a missing part is taken from the training rows. Raises ValueError in words
    for a name that is none, and where there is nothing to learn from or nothing to judge on.
    """
    assert material.key is not None
    rows = material.rows
    said = ["" if cell is None or cell != cell else str(cell).strip() for cell in material.key[rows].tolist()]
    names = {text: PART_OF.get(text.casefold()) for text in set(said)}
    strange = sorted(text for text, part in names.items() if part is None and text)
    if strange:
        shown = ", ".join(f"‘{text[:40]}’" for text in strange[:5])
        raise ValueError(
            f"‘{material.name}’ says {shown}, which is no part. Known are train, validation (valid, val, dev) and "
            "test. Write them so, or choose another split."
        )
    part_N = np.array([names[text] or "" for text in said])
    parts = {name: rows[part_N == name] for name in PARTS}
    notes = []
    if missing := int((part_N == "").sum()):
        verb = "row has" if missing == 1 else "rows have"
        notes.append(f"{missing:,} {verb} no value in ‘{material.name}’ and are in no part.")
    if not len(parts["train"]) or (not len(parts["validation"]) and not len(parts["test"])):
        have = ", ".join(name for name in PARTS if len(parts[name])) or "nothing"
        raise ValueError(
            f"‘{material.name}’ gives rows for {have} only; at least train and test are needed. Choose another split."
        )
    for name in ("validation", "test"):
        if not len(parts[name]):
            parts["train"], parts[name] = take(material, parts["train"], split, name)
            notes.append(f"No {name} part was given: {len(parts[name]):,} training rows were taken for it.")
    return parts, notes


def take(material: Material, rows: Rows, split: Split, part: str) -> tuple[Rows, Rows]:
    """A share of the training rows, by ratio; and what is left."""
    share = getattr(split, part) / (split.train + getattr(split, part))
    labels = None if material.labels is None else material.labels[rows]
    taken = pick_share(len(rows), labels, share, np.random.default_rng(split.seed))
    return rows[~taken], rows[taken]
