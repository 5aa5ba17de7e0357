"""PyTorch's peers, in one process each: `pytorch.py PEER THREADS`. Speaks what messages.ts says, over standard input and output."""

import ctypes
import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F


def read(folder, name, dtype):
    with open(os.path.join(folder, name), "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype)


class Case:
    """A batch as a training step has it: logits that want a gradient, labels, which classes are tail."""

    def __init__(self, folder):
        with open(os.path.join(folder, "case.json")) as file:
            case = json.load(file)
        self.rows, self.classes = case["rows"], case["classes"]
        shape = (self.rows, self.classes)
        self.logits = read(folder, "logits", torch.float32).view(shape).requires_grad_()
        self.labels = read(folder, "labels", torch.int32).long()
        self.tail = read(folder, "tail", torch.uint8).float()
        self.drawn = None
        if case.get("beta") == "drawn":
            self.drawn = read(folder, "beta", torch.uint8).view(shape).bool()


def one_hot(case):
    target = case.logits.new_zeros(case.rows, case.classes + 1)
    target[torch.arange(case.rows), case.labels] = 1
    return target[:, : case.classes]


def bce(case):
    """Plain binary cross-entropy. Its targets are made once: only the loss itself is timed."""
    target = one_hot(case).contiguous()
    return lambda: F.binary_cross_entropy_with_logits(case.logits, target, reduction="sum") / case.rows


def eql(case):
    """The sigmoid form, in the steps of its authors' code: targets and weights anew for each batch."""

    def loss():
        target = one_hot(case)
        foreground = (case.labels != case.classes).float().view(-1, 1)
        weight = 1 - foreground * case.tail.view(1, -1) * (1 - target)
        losses = F.binary_cross_entropy_with_logits(case.logits, target, reduction="none")
        return torch.sum(losses * weight) / case.rows

    return loss


def ce(case):
    """Plain cross-entropy."""
    return lambda: F.cross_entropy(case.logits, case.labels)


def seql(case):
    """The softmax form: drawn entries are filled with -Infinity; a fixed beta is added as log(1 - beta)."""
    bias = case.tail.view(1, -1) * torch.log1p(torch.tensor(-0.9))
    tail = case.tail.bool().view(1, -1)

    def loss():
        if case.drawn is None:
            weighted = case.logits + bias
            label = case.labels.view(-1, 1)
            weighted = weighted.scatter(1, label, case.logits.gather(1, label))
        else:
            excluded = case.drawn & tail
            excluded[torch.arange(case.rows), case.labels] = False
            weighted = case.logits.masked_fill(excluded, float("-inf"))
        return F.cross_entropy(weighted, case.labels)

    return loss


peers = {"torch-bce": bce, "torch-eql": eql, "torch-ce": ce, "torch-seql": seql}


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def held():
    """Bytes held now, the peak being set back; on other systems the peak."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return peak()


class Session:
    def __init__(self, peer):
        self.peer = peer
        self.case = None
        self.loss = None
        self.last = None

    def run(self):
        self.case.logits.grad = None
        self.last = self.loss()
        self.last.backward()

    def time(self, calls):
        start = time.perf_counter_ns()
        for _ in range(calls):
            self.run()
        return time.perf_counter_ns() - start

    def answer(self, request):
        if request["type"] == "open":
            before = held()
            self.case = Case(request["folder"])
            self.loss = peers[self.peer](self.case)
            end = time.perf_counter_ns() + request["patience"] * 1e6
            best = self.time(1)
            while time.perf_counter_ns() < end:
                best = min(best, self.time(1))
            grown = max(0, peak() - before)
            gradient = self.case.logits.grad.contiguous()
            with open(os.path.join(request["folder"], request["gradient"]), "wb") as file:
                file.write(ctypes.string_at(gradient.data_ptr(), 4 * gradient.numel()))
            return {"type": "opened", "loss": self.last.item(), "dtype": "float32", "nanoseconds": best, "peakBytes": grown}
        if request["type"] == "round":
            return {"type": "timed", "nanoseconds": self.time(request["calls"])}
        self.case = self.loss = self.last = None
        return {"type": "closed"}


def send(reply):
    print(json.dumps(reply), flush=True)


def main():
    torch.set_num_threads(int(sys.argv[2]))
    session = Session(sys.argv[1])
    send({"type": "ready", "environment": {"engine": f"PyTorch {torch.__version__}"}})
    for line in sys.stdin:
        try:
            send(session.answer(json.loads(line)))
        except Exception as error:
            send({"type": "failed", "reason": f"{type(error).__name__}: {error}"})


main()
