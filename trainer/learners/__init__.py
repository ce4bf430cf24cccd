"""Learners: ways to learn, each an iterator of events. One file a way, one line here (and one in the
catalog)."""

from collections.abc import Callable

from trainer.fit.lesson import Lesson, Telling
from trainer.learners import boosting, forest, linear, network
from trainer.learners.fitted import Fitted, Learned

LEARNERS: dict[str, Callable[[Lesson], Telling[Learned]]] = {
    "linear": linear.learn,
    "forest": forest.learn,
    "boosting": boosting.learn,
    "mlp": network.learn,
    "cnn": network.learn,
}

__all__ = ["LEARNERS", "Fitted", "Learned"]
