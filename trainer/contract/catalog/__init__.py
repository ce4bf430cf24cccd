"""What can be chosen, as data: learners with their typed parameters, and the recipe a newcomer gets.

Adding a learner = one file here (its parameters), one file in ``trainer/learners/``, one line in each registry.
"""

from trainer.contract.catalog import boosting, cnn, forest, linear, mlp
from trainer.contract.catalog.card import LearnerCard

LEARNERS: dict[str, LearnerCard] = {
    "linear": linear.CARD,
    "forest": forest.CARD,
    "boosting": boosting.CARD,
    "mlp": mlp.CARD,
    "cnn": cnn.CARD,
}
