"""Models kept loaded, the least recently used let go first."""

import threading
from collections import OrderedDict
from pathlib import Path

from trainer.predictor.predict import Model

KEPT = 8
KEPT_BYTES = 512 * 2**20
"""Of ``model.onnx`` files; a loaded forest takes about three times that. One is kept whatever its size."""


class NoSuchModel(ValueError):
    """Nothing that may be opened lies at this path."""


class Sessions:
    """Models below ``root`` by folder and time of writing; safe to use from several threads."""

    def __init__(self, root: Path, threads: int) -> None:
        self.root = root.resolve()
        self.threads = threads
        self.kept: OrderedDict[tuple[Path, int], tuple[Model, int]] = OrderedDict()
        self.lock = threading.Lock()

    def get_model(self, name: str) -> Model:
        """The model in this folder. Raises NoSuchModel for a place outside ``root`` or without a model."""
        folder = self.find_folder(name)
        if folder is None:
            raise NoSuchModel(
                "There is no model to ask here any more. Train it again, or choose another run."
            )
        card, graph = folder / "model.json", folder / "model.onnx"
        key = (folder, card.stat().st_mtime_ns)
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key][0]
        model = Model(
            folder, self.threads
        )  # outside of the lock: a big forest takes seconds, others go on meanwhile
        with self.lock:
            self.kept[key] = (model, graph.stat().st_size)
            while len(self.kept) > 1 and (len(self.kept) > KEPT or self.size() > KEPT_BYTES):
                self.kept.popitem(last=False)
        return model

    def find_folder(self, name: str) -> Path | None:
        """The folder, if it lies below ``root`` and holds a model."""
        try:
            folder = Path(name).resolve()
            whole = (folder / "model.json").is_file() and (folder / "model.onnx").is_file()
        except (OSError, ValueError):  # no name that a file could have
            return None
        return folder if whole and folder.is_relative_to(self.root) else None

    def size(self) -> int:
        """Bytes of the files of all kept models."""
        return sum(size for _, size in self.kept.values())
