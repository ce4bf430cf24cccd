"""Tasks: what an answer is, what it is punished for, how it is scored. One file a task, one line here."""

from trainer.tasks import classification, regression
from trainer.tasks.task import Task

TASKS: dict[str, Task] = {
    "classification": classification.TASK,
    "regression": regression.TASK,
}
