"""A scikit-learn forest as one ONNX node, built from the trees' arrays at once.

skl2onnx walks node by node, which takes a minute for the ten million nodes of 200 full trees on 40,000 rows.
Legend: T trees, L leaves, K outputs (classes, or 1).
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

ML_OPSET = 3
OPSET = 18


def convert_forest(forest: Any, width: int) -> onnx.ModelProto:
    """``RandomForest*`` and ``ExtraTrees*`` fitted on ``width`` columns, to outputs averaged over the trees.

    The output is ``answer`` [N, K]: probabilities in the order of ``forest.classes_``, or one number.
    """
    trees = [estimator.tree_ for estimator in forest.estimators_]
    outputs = len(forest.classes_) if hasattr(forest, "classes_") else 1
    tree_of, node_of = number_nodes([tree.node_count for tree in trees])
    inner = np.concatenate([tree.children_left for tree in trees]) >= 0
    leaf_weights = np.concatenate([leaf_values(tree, outputs) for tree in trees])
    middle = 0.0 if outputs > 1 else float(np.mean([tree.value[0, 0, 0] for tree in trees]))
    leaf_weights = (leaf_weights - middle) / len(trees)  # sums of small numbers lose nothing in float32
    leaf, target = np.nonzero((leaf_weights != 0) & ~inner[:, None]) if outputs > 1 else only_leaves(inner)
    attributes: dict[str, Any] = {
        "nodes_treeids": tree_of,
        "nodes_nodeids": node_of,
        "nodes_featureids": np.where(inner, np.concatenate([tree.feature for tree in trees]), 0),
        "nodes_truenodeids": np.where(inner, np.concatenate([tree.children_left for tree in trees]), 0),
        "nodes_falsenodeids": np.where(inner, np.concatenate([tree.children_right for tree in trees]), 0),
        "nodes_missing_value_tracks_true": np.concatenate([tree.missing_go_to_left for tree in trees])
        * inner,
        "nodes_values": np.where(inner, round_down(np.concatenate([tree.threshold for tree in trees])), 0),
        "target_treeids": tree_of[leaf],
        "target_nodeids": node_of[leaf],
        "target_ids": target,
        "target_weights": leaf_weights[leaf, target],
        "base_values": np.full(outputs, middle),
    }
    node = helper.make_node("TreeEnsembleRegressor", ["x"], ["answer"], domain="ai.onnx.ml")
    for name, values in attributes.items():
        add_list(node, name, values)
    modes = node.attribute.add(name="nodes_modes", type=onnx.AttributeProto.STRINGS)
    modes.strings.extend(np.where(inner, b"BRANCH_LEQ", b"LEAF").tolist())
    node.attribute.add(name="n_targets", type=onnx.AttributeProto.INT, i=outputs)
    node.attribute.add(name="aggregate_function", type=onnx.AttributeProto.STRING, s=b"SUM")
    node.attribute.add(name="post_transform", type=onnx.AttributeProto.STRING, s=b"NONE")
    graph = helper.make_graph(
        [node],
        "forest",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", width])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["N", outputs])],
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def number_nodes(counts: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tree and number within its tree of every node."""
    tree_of = np.repeat(np.arange(len(counts)), counts)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return tree_of, np.arange(len(tree_of)) - starts[tree_of]


def leaf_values(tree: Any, outputs: int) -> NDArray[np.float64]:
    """[nodes, K]: shares of the classes, or the mean."""
    values: NDArray[np.float64] = tree.value[:, 0, :].astype(np.float64)
    return values / values.sum(axis=1, keepdims=True) if outputs > 1 else values


def only_leaves(inner: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every leaf carries the one target."""
    (leaf,) = np.nonzero(~inner)
    return leaf, np.zeros(len(leaf), np.int64)


def round_down(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 at or below: then ``x <= threshold`` says the same for every float32 ``x``."""
    near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)


def add_list(node: onnx.NodeProto, name: str, values: NDArray[Any]) -> None:
    """An attribute of whole numbers or of floats."""
    if values.dtype.kind == "f":
        node.attribute.add(name=name, type=onnx.AttributeProto.FLOATS).floats.extend(
            values.astype(np.float32).tolist()
        )
    else:
        node.attribute.add(name=name, type=onnx.AttributeProto.INTS).ints.extend(
            values.astype(np.int64).tolist()
        )
