#!/usr/bin/env python3
"""Two tiny networks with the inputs and results of TrustMark's, for tests: trustmark.py (needs `onnx`; writes
trustmark-encoder.onnx and trustmark-decoder.onnx beside itself).

Each of the 100 bits moves five pairs of blocks of 8 x 8 pixels in each colour against each other, and is read from
their differences: no network that was trained, but the same shapes, and a mark that survives scaling."""
import pathlib
import random

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

SIDE, BITS, CELLS, ROUNDS = 256, 100, 32, 5
PAIRS = CELLS * CELLS // 2

dice = random.Random(7)
signs = np.array([dice.choice([-1.0, 1.0]) for _ in range(ROUNDS * BITS)], np.float32)
# Pair p belongs to bit p % 100; the last twelve pairs to none.
cell_bits = np.zeros(CELLS * CELLS, np.int64)
cell_signs = np.zeros(CELLS * CELLS, np.float32)
for pair in range(ROUNDS * BITS):
    for half, sign in enumerate([signs[pair], -signs[pair]]):
        cell_bits[2 * pair + half] = pair % BITS
        cell_signs[2 * pair + half] = sign


def constant(name, values):
    return numpy_helper.from_array(np.asarray(values), name)


def floats(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def write(name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    save(model, str(pathlib.Path(__file__).with_name(f"trustmark-{name}.onnx")))


node = helper.make_node
write(
    "encoder",
    [
        node("Sub", ["onnx::Gemm_1", "half"], ["signed"]),
        node("Gather", ["signed", "bits"], ["cells"], axis=1),
        node("Mul", ["cells", "signs"], ["change"]),
        node("Reshape", ["change", "shape"], ["small"]),
        node("Resize", ["small", "", "scales"], ["large"], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        node("Add", ["onnx::Concat_0", "large"], ["image"]),
    ],
    [floats("onnx::Concat_0", [1, 3, SIDE, SIDE]), floats("onnx::Gemm_1", [1, BITS])],
    [floats("image", [1, 3, SIDE, SIDE])],
    [
        constant("half", np.float32(0.5)),
        constant("bits", cell_bits),
        constant("signs", 0.16 * cell_signs[None]),
        constant("shape", np.array([1, 1, CELLS, CELLS], np.int64)),
        constant("scales", np.array([1, 1, 8, 8], np.float32)),
    ],
)
write(
    "decoder",
    [
        node("AveragePool", ["image"], ["cells"], kernel_shape=[8, 8], strides=[8, 8]),
        node("ReduceMean", ["cells"], ["grey"], axes=[1], keepdims=0),
        node("Reshape", ["grey", "pairs"], ["paired"]),
        node("Slice", ["paired", "zero", "used", "zero"], ["known"]),
        node("Mul", ["known", "signs"], ["signed"]),
        node("ReduceSum", ["signed", "last"], ["differences"], keepdims=0),
        node("Reshape", ["differences", "rounds"], ["table"]),
        node("ReduceSum", ["table", "zero"], ["output"], keepdims=1),
    ],
    [floats("image", [1, 3, SIDE, SIDE])],
    [floats("output", [1, BITS])],
    [
        constant("pairs", np.array([PAIRS, 2], np.int64)),
        constant("zero", np.array([0], np.int64)),
        constant("last", np.array([1], np.int64)),
        constant("used", np.array([ROUNDS * BITS], np.int64)),
        constant("rounds", np.array([ROUNDS, BITS], np.int64)),
        constant("signs", np.stack([signs, -signs], 1)),
    ],
)
