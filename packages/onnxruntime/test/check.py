"""Holds models to the standard: onnx.checker, and their results by its definitions of the ops.

usage: check.py FOLDER

FOLDER holds `index.json` and `data.bin`:

    {"models": [{"name", "at": [offset, length]}],
     "cases": [{"model": index, "feeds": {name: {"type", "shape", "at"}}, "outputs": [name]}]}

Writes `results.json` and `results.bin`:

    {"onnx", "opset", "evaluator", "checked": count, "problems": [text],
     "cases": [{"error": text} or {"outputs": {name: {"shape", "at"}}}]}

Results are float32. A model whose opset this onnx does not know is not checked.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnx.checker
import onnx.helper
import onnx.numpy_helper

DTYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "int64": "<i8", "bool": "?"}
# By TensorProto.DataType.
CASTS = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16}


def main(folder: pathlib.Path) -> None:
    index = json.loads((folder / "index.json").read_text())
    data = (folder / "data.bin").read_bytes()
    known = onnx.defs.onnx_opset_version()
    models, problems, checked = [], [], 0
    for entry in index["models"]:
        offset, length = entry["at"]
        model = onnx.load_model_from_string(data[offset : offset + length])
        models.append(model)
        if opset_of(model) > known:
            continue
        checked += 1
        try:
            onnx.checker.check_model(model, full_check=True)
        except Exception as error:  # whatever it is, it is the answer
            problems.append(f"{entry['name']}: {error}")
    cases, chunks, size = [], [], 0
    with np.errstate(all="ignore"):
        for case in index["cases"]:
            feeds = {name: read(data, feed) for name, feed in case["feeds"].items()}
            try:
                results = evaluate(models[case["model"]], feeds, case["outputs"])
            except Exception as error:
                cases.append({"error": f"{type(error).__name__}: {error}"})
                continue
            outputs = {}
            for name, value in results.items():
                if value.dtype != np.float32:
                    raise TypeError(f"{name} is {value.dtype}")
                chunk = np.ascontiguousarray(value).astype("<f4").tobytes()
                outputs[name] = {"shape": list(value.shape), "at": [size, len(chunk)]}
                chunks.append(chunk)
                size += len(chunk)
            cases.append({"outputs": outputs})
    (folder / "results.bin").write_bytes(b"".join(chunks))
    answer = {"onnx": onnx.__version__, "opset": known, "evaluator": EVALUATOR}
    answer.update(checked=checked, problems=problems, cases=cases)
    (folder / "results.json").write_text(json.dumps(answer))


def opset_of(model) -> int:
    return next(entry.version for entry in model.opset_import if entry.domain == "")


def read(data: bytes, feed) -> np.ndarray:
    offset, length = feed["at"]
    return np.frombuffer(data[offset : offset + length], DTYPES[feed["type"]]).reshape(feed["shape"])


def evaluate(model, feeds, outputs):
    if EVALUATOR == "onnx.reference":
        return dict(zip(outputs, ReferenceEvaluator(model).run(outputs, feeds)))
    declared = {value.name for value in model.graph.input}
    if declared != set(feeds):
        raise KeyError(f"inputs are {sorted(declared)}, not {sorted(feeds)}")
    functions = {(function.domain, function.name): function for function in model.functions}
    values = dict(feeds)
    for tensor in model.graph.initializer:
        values[tensor.name] = onnx.numpy_helper.to_array(tensor)
    run(model.graph.node, values, opset_of(model), functions)
    return {name: values[name] for name in outputs}


def run(nodes, values, opset, functions) -> None:
    """Runs nodes in order; `values` gets their results."""
    for node in nodes:
        given = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
        operands = [values[name] for name in node.input]
        if node.op_type == "If":
            branch = given["then_branch"] if bool(operands[0]) else given["else_branch"]
            inner = dict(values)
            run(branch.node, inner, opset, functions)
            results = [inner[value.name] for value in branch.output]
        elif node.domain:
            function = functions[node.domain, node.op_type]
            inner = dict(zip(function.input, operands, strict=True))
            run(function.node, inner, next(e.version for e in function.opset_import if e.domain == ""), functions)
            results = [inner[name] for name in function.output]
        else:
            try:
                results = [OPS[node.op_type](opset, *operands, **given)]
            except Exception as error:
                raise type(error)(f"{node.name}: {error}") from error
        for name, result in zip(node.output, results, strict=True):
            if name in values:
                raise KeyError(f"{name} is given twice")
            values[name] = np.asarray(result)


def same_type(operation):
    """A standard op of operands of one type, which is that of its result."""

    def checked(_, *operands):
        if len({operand.dtype for operand in operands}) != 1:
            raise TypeError(f"operands of types {[str(operand.dtype) for operand in operands]}")
        return np.asarray(operation(*operands), operands[0].dtype)

    return checked


def compared(operation):
    same = same_type(lambda a, b: a)

    def checked(opset, a, b):
        same(opset, a, b)
        return operation(a, b)

    return checked


def divide(a, b):
    # Whole numbers are cut towards zero.
    return a / b if a.dtype.kind == "f" else np.trunc(a / b)


def reduction(operation, axes_are_inputs_since):
    def reduced(opset, values, axes=None, keepdims=1):
        if isinstance(axes, list) and opset >= axes_are_inputs_since:
            raise TypeError("axes are an input")
        axis = None if axes is None else tuple(int(axis) for axis in axes)
        return np.asarray(operation(values, axis=axis, keepdims=bool(keepdims)), values.dtype)

    return reduced


def cast(_, values, to):
    return values.astype(CASTS[to])


def concat(_, *parts, axis):
    if len({part.dtype for part in parts}) != 1:
        raise TypeError("parts of several types")
    return np.concatenate(parts, axis)


def scatter_elements(_, data, indices, updates, axis=0):
    if indices.shape != updates.shape:
        raise ValueError("indices and updates of different shapes")
    result = data.copy()
    np.put_along_axis(result, in_range(indices, data.shape[axis]), updates, axis)
    return result


def gather_elements(_, data, indices, axis=0):
    if any(size > whole for k, (size, whole) in enumerate(zip(indices.shape, data.shape)) if k != axis):
        raise ValueError("more indices than data")
    rows = data[tuple(slice(None) if k == axis else slice(size) for k, size in enumerate(indices.shape))]
    return np.take_along_axis(rows, in_range(indices, data.shape[axis]), axis)


def gather(_, data, indices, axis=0):
    return np.take(data, in_range(indices, data.shape[axis]), axis)


def in_range(indices, size):
    if np.any((indices < -size) | (indices >= size)):
        raise IndexError(f"an index is not among {size}")
    return indices.astype(np.int64)


def gather_nd(_, data, indices):
    return data[tuple(np.moveaxis(indices, -1, 0))]


def scatter_nd(_, data, indices, updates):
    result = data.copy()
    result[tuple(np.moveaxis(indices, -1, 0))] = updates
    return result


def slice_of(_, data, starts, ends, axes=None, steps=None):
    picked = [slice(None)] * data.ndim
    for k, start in enumerate(starts):
        axis = k if axes is None else int(axes[k])
        picked[axis] = slice(int(start), int(ends[k]), None if steps is None else int(steps[k]))
    return data[tuple(picked)]


def reshape(_, data, shape):
    sizes = [data.shape[k] if size == 0 else int(size) for k, size in enumerate(shape)]
    known = int(np.prod([size for size in sizes if size != -1]))
    if -1 in sizes and (known == 0 or data.size % known != 0):
        raise ValueError(f"{data.shape} cannot have shape {sizes}")
    return data.reshape(sizes)


def pad(_, data, pads):
    half = len(pads) // 2
    return np.pad(data, [(int(pads[k]), int(pads[half + k])) for k in range(half)])


def softmax(_, values, axis=-1):
    e = np.exp(values - values.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def where(_, condition, a, b):
    if condition.dtype != np.bool_ or a.dtype != b.dtype:
        raise TypeError("Where of other types")
    return np.where(condition, a, b)


def squeeze(_, values, axes):
    return np.squeeze(values, tuple(int(axis) for axis in axes))


def unsqueeze(_, values, axes):
    return np.expand_dims(values, tuple(int(axis) for axis in axes))


OPS = {
    "Abs": same_type(np.abs),
    "Add": same_type(np.add),
    "And": same_type(np.logical_and),
    "Cast": cast,
    "Concat": concat,
    "Constant": lambda _, value: onnx.numpy_helper.to_array(value),
    "Div": same_type(divide),
    "Equal": compared(np.equal),
    "Exp": same_type(np.exp),
    "Expand": lambda _, values, shape: values * np.ones([int(size) for size in shape], values.dtype),
    "Floor": same_type(np.floor),
    "Gather": gather,
    "GatherElements": gather_elements,
    "GatherND": gather_nd,
    "Greater": compared(np.greater),
    "GreaterOrEqual": compared(np.greater_equal),
    "Identity": lambda _, values: values,
    "IsNaN": lambda _, values: np.isnan(values),
    "Less": compared(np.less),
    "LessOrEqual": compared(np.less_equal),
    "Log": same_type(np.log),
    "Max": same_type(lambda *operands: np.maximum.reduce(np.broadcast_arrays(*operands))),
    "Min": same_type(lambda *operands: np.minimum.reduce(np.broadcast_arrays(*operands))),
    "Mod": same_type(np.mod),
    "Mul": same_type(np.multiply),
    "Neg": same_type(np.negative),
    "NonZero": lambda _, values: np.array(np.nonzero(values), np.int64),
    "Not": same_type(np.logical_not),
    "Pad": pad,
    "ReduceMax": reduction(np.max, 18),
    "ReduceSum": reduction(np.sum, 13),
    "Relu": same_type(lambda values: np.maximum(values, values.dtype.type(0))),
    "Reshape": reshape,
    "ScatterElements": scatter_elements,
    "ScatterND": scatter_nd,
    "Shape": lambda _, values: np.array(values.shape, np.int64),
    "Size": lambda _, values: np.array(values.size, np.int64),
    "Slice": slice_of,
    "Softmax": softmax,
    "Softsign": same_type(lambda values: values / (1 + np.abs(values))),
    "Squeeze": squeeze,
    "Sub": same_type(np.subtract),
    "Transpose": lambda _, values: values.T,
    "Unsqueeze": unsqueeze,
    "Where": where,
}

try:
    from onnx.reference import ReferenceEvaluator

    EVALUATOR = "onnx.reference"
except ImportError:
    EVALUATOR = "numpy"

if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
