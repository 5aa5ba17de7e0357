"""Tensors of the vector format of Equalization Loss, to and from Python's numbers. See FORMAT.md of @eqloss/conformance."""

import base64
import struct
from math import prod

CODES = {"float64": "d", "float32": "f", "int32": "i"}


def decode(tensor):
    """The values of a tensor in row-major order, as a tuple; its shape is tensor["shape"]."""
    code = CODES[tensor["dtype"]]
    count = prod(tensor["shape"])
    if "rows" in tensor:
        data = b"".join(bytes.fromhex(row) for row in tensor["rows"])  # fromhex ignores the spaces
    elif "base64" in tensor:
        data = base64.b64decode(tensor["base64"])
    else:
        table = bytes.fromhex(tensor["dictionary"]["words"])
        size = struct.calcsize(">" + code)
        wide = len(table) // size > 256
        packed = base64.b64decode(tensor["dictionary"]["indices"])
        indices = struct.unpack(f">{count}{'H' if wide else 'B'}", packed)
        data = b"".join(table[i * size : (i + 1) * size] for i in indices)
    return struct.unpack(f">{count}{code}", data)


def decode_number(word):
    """One double: threshold and normalizer are written so."""
    return struct.unpack(">d", bytes.fromhex(word))[0]


def encode(values):
    """Doubles as a tensor, every bit of them: JSON itself has neither NaN nor Infinity."""
    data = struct.pack(f">{len(values)}d", *values)
    return {"shape": [len(values)], "dtype": "float64", "base64": base64.b64encode(data).decode()}
