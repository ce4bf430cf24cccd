"""The Model station: choose a learner, turn three dials, see and change everything that follows from them."""

import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.pages import Db, render, wants_fragment, words
from app.people.authorize import get_readable
from app.people.session import Person
from app.projects.service import find_baseline_job, find_baselines
from app.projects.stations import stations
from app.projects.tables import Project
from app.recipes.augment import augmentation_views, augmented_words, type_for
from app.recipes.forms import Choices, FieldView, field_views, read_choices
from app.recipes.previews import Example, picture_examples
from app.recipes.service import Ground, cook, find_ground
from app.recipes.words import headline, summary
from app.storage import Store
from trainer.contract.catalog import LEARNERS
from trainer.contract.propose import derive_beside, fitting_learners
from trainer.contract.recipe import Recipe
from trainer.contract.schedule import preview

_ = words.gettext

router = APIRouter()


@router.get("/projects/{project_id}/model")
def edit(request: Request, db: Db, person: Person, project_id: str) -> HTMLResponse:
    """The recipe page; dials, changes and parent are its query."""
    project = get_readable(db, person, Project, project_id)
    ground = find_ground(db, request.app.state.store, project)
    if ground is None:
        return page(request, db, project, {"ground": None})
    chosen = read_choices(ground.version.hash, ground.schema, ground.question, request.query_params)
    return show_recipe(request, db, project, ground, chosen)


def show_recipe(request: Request, db: Db, project: Project, ground: Ground, chosen: Choices) -> HTMLResponse:
    """The page of these choices, or its form alone for htmx; refused values stand there, explained."""
    recipe = cook(ground, chosen)
    derived = derive_beside(ground.version.hash, ground.schema, ground.question, chosen.dials, chosen.changes)
    context = {
        "ground": ground,
        "chosen": chosen,
        "recipe": recipe,
        "headline_words": headline(recipe),
        "groups": groups(field_views(recipe, derived, chosen)),
        "summary": summary(recipe, ground.schema.rows, counted_parts(db, project)),
        "cards": learner_cards(ground),
        "form_key": secrets.token_urlsafe(16),
        "schedule": schedule_figure(recipe),
        **augmentation_context(request, db, project, ground, chosen, recipe),
    }
    typing = wants_fragment(request) and request.method == "GET"  # a form half filled in is no failure yet
    response = page(request, db, project, context, status=422 if chosen.errors and not typing else 200)
    if wants_fragment(request):
        response.headers["HX-Push-Url"] = f"/projects/{project.id}/model?{chosen.query()}"
    return response


def counted_parts(db: Db, project: Project) -> dict[str, int] | None:
    """Rows in each part, as the baselines counted them; None while that is on its way."""
    results = find_baselines(find_baseline_job(db, project))
    return None if results is None else results.rows


def page(
    request: Request, db: Db, project: Project, context: dict[str, Any], status: int = 200
) -> HTMLResponse:
    """The page around a recipe."""
    block = "recipe" if wants_fragment(request) and context["ground"] else None
    rail = [] if block else stations(db, request.app.state.store, project, "model")
    return render(
        request,
        "recipes/edit.html",
        {"project": project, "stations": rail, **context},
        block=block,
        status=status,
    )


def augmentation_context(
    request: Request, db: Db, project: Project, ground: Ground, chosen: Choices, recipe: Recipe
) -> dict[str, Any]:
    """What training changes on purpose, with previews where one column shows it."""
    kind = type_for(recipe.learner, ground.schema, ground.question)
    if kind is None:
        return {"changes": None}
    inputs = [ground.schema.column(id) for id in ground.question.inputs]
    column = next(column for column in inputs if column.type == kind or kind == "number")
    examples: list[Example] = []
    if kind == "image":
        store: Store = request.app.state.store
        examples = picture_examples(
            db, store, project, ground.version, ground.schema, column, recipe.augmentation
        )
    return {
        "changes": augmentation_views(kind, recipe.augmentation, recipe.reasons, chosen.errors),
        "changed_words": augmented_words(recipe.augmentation),
        "column": column,
        "examples": examples,
        "size": recipe.encoding.image_size,
    }


def learner_cards(ground: Ground) -> list[dict[str, Any]]:
    """The learners that fit this question."""
    cards = []
    for key in fitting_learners(ground.schema, ground.question):
        card = LEARNERS[key]
        cards.append(
            {
                "value": key,
                "label": _(card.name),
                "note": _(card.when),
                "facts": [_("network") if card.network else _("classical"), _(card.unit)],
            }
        )
    return cards


def groups(fields: list[FieldView]) -> list[tuple[str, str, list[FieldView]]]:
    """The fields under their headings: key, title, fields. Empty groups are left out."""
    titles = {"network": _("The network"), "training": _("The training"), "rare": _("Rarely changed")}
    found = [(key, title, [f for f in fields if f.group == key]) for key, title in titles.items()]
    return [group for group in found if group[2]]


def schedule_figure(recipe: Recipe) -> dict[str, Any] | None:
    """The learning rate over the epochs, as a figure and a sentence; None for learners without one."""
    if not LEARNERS[recipe.learner].network:
        return None
    p = recipe.params
    progress, rates = preview(p["schedule"], p["learning_rate"], p["warmup"])
    epochs = [round(x * p["epochs"], 2) for x in progress]
    peak = max(range(len(rates)), key=rates.__getitem__)
    sentence = _("The learning rate is highest, {rate}, at epoch {epoch}, and {last} at the end.").format(
        rate=f"{rates[peak]:.3g}", epoch=f"{epochs[peak]:.3g}", last=f"{rates[-1]:.3g}"
    )
    if p["schedule"] == "constant" and not p["warmup"]:
        sentence = _("The learning rate stays at {rate}.").format(rate=f"{rates[0]:.3g}")
    return {
        "figure": {
            "data": [
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": epochs,
                    "y": [float(f"{r:.4g}") for r in rates],
                    "meta": "train",
                    "name": _("learning rate"),
                }
            ],
            "layout": {
                "xaxis": {"title": _("epoch")},
                "yaxis": {"title": _("learning rate"), "rangemode": "tozero"},
                "showlegend": False,
            },
        },
        "sentence": sentence,
        "table": {
            "head": [_("Epoch"), _("Learning rate")],
            "rows": [[f"{epochs[i]:.3g}", f"{rates[i]:.3g}"] for i in range(0, len(epochs), 11)],
        },
    }
