"""What the Question page sends."""

from pydantic import BaseModel, ConfigDict

from app.errors import BadInput
from app.projects.service import METRICS, propose, with_choices
from app.projects.splitting import kept_split
from trainer.contract.dataset import Profile, Schema
from trainer.contract.recipe import Question


class QuestionForm(BaseModel):
    """A question as the form states it.

    Where a field comes twice, the last counts: the button that was pressed stands after the form's own state.
    """

    model_config = ConfigDict(extra="forbid")

    target: str = ""
    task: str = ""
    metric: str = ""
    inputs: list[str] = []
    toggle: str = ""
    """One input to take in, or out."""

    def question(self, schema: Schema, profile: Profile, before: Question | None) -> Question:
        """The question asked; another target or task starts with its own inputs. Raises BadInput."""
        if not self.target:
            raise BadInput("No column was chosen. Choose the one to predict.")
        question = propose(schema, profile, self.target, self.task)
        if before is not None:
            question = question.model_copy(update={"split": kept_split(before, question, schema)})
        same = before is not None and (before.target, before.task) == (question.target, question.task)
        inputs = list(self.inputs) if same or self.toggle else []
        if self.toggle:
            inputs = inputs or list(question.inputs)
            inputs = [id for id in inputs if id != self.toggle] + [self.toggle] * (self.toggle not in inputs)
            return with_choices(schema, question, inputs, self.fitting_metric(question))
        return with_choices(schema, question, inputs or None, self.fitting_metric(question))

    def fitting_metric(self, question: Question) -> str:
        """The metric of the form, unless it belongs to the other task: switching the task switches it too."""
        others = [name for task, names in METRICS.items() if task != question.task for name in names]
        return "" if self.metric in others else self.metric
