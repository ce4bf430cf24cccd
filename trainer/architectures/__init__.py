"""Networks. One file a shape, one line here."""

from trainer.architectures import cnn, mlp
from trainer.architectures.architecture import Build, count_parameters

ARCHITECTURES: dict[str, Build] = {
    "mlp": mlp.build,
    "cnn": cnn.build,
}

__all__ = ["ARCHITECTURES", "count_parameters"]
