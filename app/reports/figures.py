"""The still figures of a report, as plain dicts, each with its sentence and its table."""

from itertools import pairwise
from statistics import median
from typing import Any

from app.pages import number, percent, whole, words
from app.recipes.words import metric_name
from trainer.contract.events import Score
from trainer.contract.recipe import LOWER_IS_BETTER
from trainer.contract.results import Report

_ = words.gettext

POINTS = 2_000


def score_bars(report: Report, interval: Any) -> list[dict[str, Any]]:
    """The model and what needs no learning on the test part, as bars of the question's metric."""
    model = next((s for s in report.scores if s.metric == report.metric), None)
    lines: list[tuple[str, Score, str]] = [(_("This run"), model, "test")] if model else []
    lines += [
        (b.name, b.scores[report.metric], "baseline") for b in report.baselines if report.metric in b.scores
    ]
    top = max((abs(s.value) for _name, s, _kind in lines), default=1.0) or 1.0
    scale = 1.0 if report.metric not in LOWER_IS_BETTER and top <= 1 else top
    return [
        {
            "label": name,
            "value": max(0.0, min(1.0, s.value / scale)),
            "note": interval(s.value, s.low, s.high),
            "kind": kind,
        }
        for name, s, kind in lines
    ]


def better_words(metric: str) -> str:
    """Which way is good."""
    name = metric_name(metric)
    return (
        _("{name}: lower is better.") if metric in LOWER_IS_BETTER else _("{name}: higher is better.")
    ).format(name=name[:1].upper() + name[1:])


def scatter(report: Report, target: str) -> dict[str, Any]:
    """Truth against answer, with the line where both agree."""
    truth, predicted = report.residuals["truth"][:POINTS], report.residuals["predicted"][:POINTS]
    low, high = min([*truth, *predicted]), max([*truth, *predicted])
    near = sum(abs(t - p) <= 0.1 * abs(t) for t, p in zip(truth, predicted, strict=True)) / len(truth)
    return {
        "figure": {
            "data": [
                {"type": "scatter", "mode": "lines", "x": [low, high], "y": [low, high], "meta": "baseline",
                 "name": _("truth = answer"), "hoverinfo": "skip"},
                {"type": "scatter", "mode": "markers", "x": [_short(v) for v in truth],
                 "y": [_short(v) for v in predicted], "meta": "test", "name": _("test rows"),
                 "marker": {"size": 5, "opacity": 0.5}},
            ],
            "layout": {"xaxis": {"title": _("{target}, the truth").format(target=target)},
                       "yaxis": {"title": _("what the model says")}, "showlegend": False},
        },
        "sentence": _("A point is a test row, right on the line; {share} of the answers are within 10 % of "
                      "the truth.").format(share=percent(near)),
        "table": {"head": [_("Truth"), _("Answer")],
                  "rows": [[number(t), number(p)] for t, p in list(zip(truth, predicted, strict=True))[:50]]},
    }  # fmt: skip


def error_histogram(report: Report) -> dict[str, Any]:
    """How often which error happens."""
    edges, counts = report.residuals["edges"], report.residuals["counts"]
    middles = [_short((a + b) / 2) for a, b in pairwise(edges)]
    pairs = zip(report.residuals["truth"], report.residuals["predicted"], strict=True)
    half = median(abs(predicted - truth) for truth, predicted in pairs)
    return {
        "figure": {
            "data": [{"type": "bar", "x": middles, "y": counts, "meta": "test", "name": _("test rows")}],
            "layout": {"xaxis": {"title": _("error (answer − truth)")}, "yaxis": {"title": _("rows")},
                       "bargap": 0.05, "showlegend": False},
        },
        "sentence": _("Half of the answers are off by less than {half}.").format(half=number(half)),
        "table": {
            "head": [_("Error from"), _("to"), _("Rows")],
            "rows": [
                [number(a), number(b), whole(n)] for (a, b), n in zip(pairwise(edges), counts, strict=True)
            ],
        },
    }  # fmt: skip


def error_bins(report: Report, address: str) -> list[dict[str, Any]]:
    """The bins of the histogram as bars that lead to their rows."""
    edges, counts = report.residuals["edges"], report.residuals["counts"]
    top = max(counts) or 1
    return [
        {
            "label": f"{number(a)} … {number(b)}",
            "value": n / top,
            "note": whole(n),
            "kind": "test",
            "href": f"{address}?low={a!r}&high={b!r}" if n else None,
        }
        for (a, b), n in zip(pairwise(edges), counts, strict=True)
    ]


def _short(value: float) -> float:
    return float(f"{value:.5g}")
