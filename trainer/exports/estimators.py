"""scikit-learn and XGBoost models as ONNX graphs whose output is the answer itself.

Legend: N rows, D inputs, K classes of the question, k classes that the estimator has seen.
"""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as XgboostInput
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from trainer.exports.forests import convert_forest

FORESTS = (RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier, ExtraTreesRegressor)
OPSETS = {"": 18, "ai.onnx.ml": 3}
XGBOOST_OPSET = 15


def convert_estimator(model: Any, kind: str, width: int) -> tuple[onnx.ModelProto, str]:
    """The graph from ``x`` [N, D], and the name of its output: probabilities [N, k], or numbers [N, 1]."""
    if kind == "xgboost":
        graph = convert_xgboost(
            model, initial_types=[("x", XgboostInput([None, width]))], target_opset=XGBOOST_OPSET
        )
        return graph, graph.graph.output[-1].name
    if isinstance(model, FORESTS):
        return convert_forest(model, width), "answer"
    options = {id(model): {"zipmap": False}} if hasattr(model, "classes_") else None
    graph = convert_sklearn(
        model, initial_types=[("x", FloatTensorType([None, width]))], options=options, target_opset=OPSETS
    )
    return graph, graph.graph.output[-1].name


def finish(
    model: onnx.ModelProto, output: str, places: list[int] | None, classes: int, mean: float, deviation: float
) -> onnx.ModelProto:
    """Make ``output`` the only one: ``probabilities`` [N, K], or ``value`` [N] (float64) in their units.

    ``places`` says which class of the question each class of the estimator is; classes that it has never seen
    get probability 0. It is None for numbers.
    """
    graph = model.graph
    if all(opset.domain for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("", OPSETS[""]))
    rename(graph, output, "raw")
    if places is None:
        for name, value in (("deviation", deviation), ("mean", mean)):
            graph.initializer.append(numpy_helper.from_array(np.array(value, np.float64), f"target_{name}"))
        graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), "flat"))
        graph.node.extend(
            [
                helper.make_node("Reshape", ["raw", "flat"], ["standard"]),
                helper.make_node("Cast", ["standard"], ["exact"], to=TensorProto.DOUBLE),
                helper.make_node("Mul", ["exact", "target_deviation"], ["centred"]),
                helper.make_node("Add", ["centred", "target_mean"], ["value"]),
            ]
        )
    elif places == list(range(classes)):
        rename(graph, "raw", "probabilities")
    else:
        spread = np.zeros((len(places), classes), np.float32)
        spread[np.arange(len(places)), places] = 1
        graph.initializer.append(numpy_helper.from_array(spread, "classes_seen"))
        graph.node.append(helper.make_node("MatMul", ["raw", "classes_seen"], ["probabilities"]))
    kind, name, shape = (
        (TensorProto.DOUBLE, "value", ["N"])  # float32 cannot hold 100,000,000 ± 1
        if places is None
        else (TensorProto.FLOAT, "probabilities", ["N", classes])
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(name, kind, shape))
    prune(graph, name)
    return model


def rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give a value of the graph another name."""
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]


def prune(graph: onnx.GraphProto, output: str) -> None:
    """Drop nodes that nothing asks: the converters also compute labels."""
    wanted = {output}
    for node in reversed(list(graph.node)):
        if wanted.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            wanted.update(node.input)
