"""A target for eqloss-conformance. It passes all that it claims: put your own maths in place of eql, then claim more.

    npx @eqloss/conformance run --stdio "python3 target.py"

Standard output belongs to the protocol: print what you like to standard error.
"""

import json
import math
import platform
import sys

from decode import decode, decode_number, encode

STARTED = {
    "type": "started",
    "protocol": 1,
    "name": "my-adapter",
    "version": "0.1.0",
    "environment": {"engine": f"Python {platform.python_version()}"},
    "supports": {
        "forms": ["sigmoid"],
        "dtypes": ["float64"],
        "outputs": ["loss", "rowLosses", "gradient"],
        "reductions": ["none", "sum", "mean"],
        "features": ["index-labels", "background"],
    },
}


def eql(logits, frequencies, threshold, labels, classes, reduction):
    """Equalization Loss, sigmoid form, as plainly as SPEC.md has it."""
    divisor = max(len(labels), 1) if reduction == "mean" else 1
    row_losses = [0.0] * len(labels)
    gradient = [0.0] * len(logits)
    for at, z in enumerate(logits):
        row, column = divmod(at, classes)
        positive = labels[row] == column
        foreground = labels[row] < classes  # the label C is background
        if foreground and frequencies[column] < threshold and not positive:
            continue  # the gate: w = 0
        x = -z if positive else z  # softplus(z) - z = softplus(-z), and σ(z) - 1 = -σ(-z)
        e = math.exp(-abs(x))
        row_losses[row] += (x if x > 0 else 0.0) + math.log1p(e)
        sigmoid = (1.0 if x > 0 else e) / (1.0 + e)
        gradient[at] = (-sigmoid if positive else sigmoid) / divisor
    outputs = {"rowLosses": encode(row_losses), "gradient": encode(gradient)}
    if reduction != "none":
        outputs["loss"] = encode([sum(row_losses) / divisor])
    return outputs


def answer(test):
    """Outputs, or the code of SPEC.md for input that must be refused."""
    inputs, options = test["inputs"], test["options"]
    shape, labels, reduction = inputs["logits"]["shape"], inputs.get("labels"), options["reduction"]
    frequencies = decode(inputs["frequencies"])
    threshold = decode_number(options["threshold"]) if "threshold" in options else math.nan
    if inputs["logits"]["dtype"] == "int32":
        return {"error": "DTYPE"}
    if len(shape) != 2:
        return {"error": "RANK"}
    rows, classes = shape
    if classes == 0 or len(frequencies) != classes:
        return {"error": "CLASS_COUNT"}
    if labels is None:
        return {"error": "UNSUPPORTED"}
    if len(labels) != rows:
        return {"error": "ROW_COUNT"}
    if any(label not in range(-1, classes + 1) for label in labels):
        return {"error": "LABEL_RANGE"}
    if not all(0 <= f < math.inf for f in frequencies):
        return {"error": "FREQUENCY_RANGE"}
    if not 0 <= threshold < math.inf:
        return {"error": "THRESHOLD_RANGE"}
    if reduction not in ("none", "sum", "mean"):
        return {"error": "REDUCTION"}
    return {"outputs": eql(decode(inputs["logits"]), frequencies, threshold, labels, classes, reduction)}


for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "start":
        reply = STARTED
    elif message["type"] == "run":
        try:
            reply = {"type": "outcome", "seq": message["seq"], **answer(message["test"])}
        except Exception as error:  # told to the runner, which goes on with the next test
            reply = {"type": "failed", "seq": message["seq"], "reason": repr(error)}
    else:
        reply = {"type": "stopped"}
    print(json.dumps(reply), flush=True)
    if reply["type"] == "stopped":
        break
