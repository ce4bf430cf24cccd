"""What happens to a run: it is started once per form, its scores are copied when it ends."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.service import find_last, queue_job
from app.jobs.tables import Job
from app.people.authorize import get_readable
from app.people.tables import User
from app.projects.tables import Project
from app.recipes.forms import Choices
from app.recipes.service import Ground, cook, freeze
from app.recipes.tables import FrozenRecipe
from app.runs.tables import Run
from app.storage import Store
from trainer.contract.events import ResultPayload, Score
from trainer.contract.order import TrainOrder
from trainer.contract.outcome import Outcome
from trainer.contract.recipe import Recipe

KEY_LENGTH = 40


def start_run(
    db: Session,
    store: Store,
    user: User,
    project: Project,
    ground: Ground,
    chosen: Choices,
    form_key: str | None,
) -> Run:
    """Freeze the recipe and queue its training. The same form and recipe is one run, however often sent.

    Raises NotFound when the parent is no run of this project that the person may read.
    """
    parent = get_readable(db, user, Run, chosen.parent) if chosen.parent else None
    if parent is not None and parent.project_id != project.id:
        parent = None  # a run of another question cannot be compared with this one
    db.execute(select(Project.id).where(Project.id == project.id).with_for_update())  # one number at a time
    recipe = cook(ground, chosen)
    frozen = freeze(db, project, recipe)
    key = form_key[:KEY_LENGTH] if form_key else None
    if key:
        before = db.scalar(select(Run).where(Run.project_id == project.id, Run.form_key == key))
        if before is not None and before.recipe_id == frozen.id:
            return before
        if before is not None:
            key = None  # an old page, sent again with other choices: that is another run
    order = TrainOrder(
        version=store.version(ground.version.hash).path, prepared=store.prepared, recipe=recipe
    )
    job = queue_job(db, store, user, order)
    last = db.scalar(select(func.max(Run.number)).where(Run.project_id == project.id)) or 0
    run = Run(
        owner_id=project.owner_id,
        project_id=project.id,
        recipe_id=frozen.id,
        job_id=job.id,
        parent_id=parent.id if parent else None,
        number=last + 1,
        learner=recipe.learner,
        fold=recipe.question.split.fold if recipe.question.split.way == "folds" else None,
        form_key=key,
    )
    project.fixed = True  # from now on the question stays, so that all runs compare
    db.add(run)
    db.flush()
    return run


def finish_train(db: Session, job: Job, outcome: Outcome) -> None:
    """Copy the scores of an ended training to its run, so that the scoreboard can sort by them."""
    run = db.scalar(select(Run).where(Run.job_id == job.id))
    result = find_result(db, job)
    if run is None or result is None or outcome.state == "paused":
        return
    metric = recipe_of(db, run).question.metric
    test, validation = find_score(result.scores, metric), find_score(result.validation, metric)
    if test is not None:
        run.test_score, run.test_low, run.test_high = test.value, test.low, test.high
    run.validation_score = validation.value if validation else None
    run.seconds, run.model_bytes, run.parameters = result.seconds, result.model_bytes, result.parameters


def find_result(db: Session, job: Job) -> ResultPayload | None:
    """What a training told at its end, or None while there is nothing."""
    event = find_last(db, job.id, "result")
    return ResultPayload.model_validate(event.payload) if event else None


def find_score(scores: list[Score], metric: str) -> Score | None:
    """The score of this metric."""
    return next((score for score in scores if score.metric == metric), None)


def recipe_of(db: Session, run: Run) -> Recipe:
    """The run's frozen recipe."""
    return Recipe.model_validate(db.get_one(FrozenRecipe, run.recipe_id).document)
