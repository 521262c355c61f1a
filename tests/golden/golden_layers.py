"""What the models of golden_recurrent.py and golden_transformer.py are made of, in double precision
and from the formulas of the papers. A sentence is a matrix with a row for each token."""

import numpy as np


class Parameters:
    """Numbers that need no file: the k-th of a parameter with R rows is 1.5 sin(k² + n) / √R, with
    n = Σ_i (i + 1) c_i over the bytes c_i of its name, i from 0, rounded to single precision."""

    def __init__(self):
        self.shapes = {}

    def matrix(self, name, rows, cols):
        assert self.shapes.setdefault(name, (rows, cols)) == (rows, cols), name
        k = np.arange(rows * cols, dtype=np.float64)
        n = sum((i + 1) * c for i, c in enumerate(name.encode()))
        values = 1.5 * np.sin(k * k + n) / np.sqrt(rows)
        return values.astype(np.float32).astype(np.float64).reshape(rows, cols)

    def vector(self, name, size):
        return self.matrix(name, 1, size)[0]

    def listing(self):
        return "".join(f"{name} {rows}x{cols}\n"
                       for name, (rows, cols) in sorted(self.shapes.items()))


class Embeddings:
    """Both sides' tables and the output layer, each shared or not."""

    def __init__(self, p, options, vocabularies):
        width = options["dim-emb"]
        joint = options["tied-embeddings-all"]
        target = "embedding" if joint else "target.embedding"
        self.target = p.matrix(target, vocabularies["target"], width)
        self.source = self.target
        if not joint:
            self.source = p.matrix("source.embedding", vocabularies["source"], width)
        self.output = self.target
        if not (joint or options["tied-embeddings"]):
            self.output = p.matrix("output.weight", vocabularies["target"], width)
        self.bias = p.vector("output.bias", vocabularies["target"])
        self.factor = np.sqrt(width)  # Vaswani et al. 2017, 3.4; in both models

    def log_likelihood(self, hidden, target):
        """log p of each target token, from the decoder's [T, D]."""
        logits = hidden @ self.output.T + self.bias
        highest = logits.max(axis=1, keepdims=True)
        log_sums = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
        return logits[np.arange(len(target)), target] - log_sums


def linear(p, name, x, outputs, bias=True):
    """x W + b"""
    y = x @ p.matrix(name + ".weight", x.shape[-1], outputs)
    return y + p.vector(name + ".bias", outputs) if bias else y


def layer_norm(p, name, x):
    """Ba et al. 2016, with 1e-6 added to the variance."""
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred ** 2).mean(axis=-1, keepdims=True) + 1e-6)
    return (p.vector(name + ".gain", x.shape[-1]) * centred / deviation
            + p.vector(name + ".bias", x.shape[-1]))


def rms_norm(p, name, x):
    """Zhang & Sennrich 2019, with 1e-6 added to the mean square."""
    return p.vector(name + ".gain", x.shape[-1]) * x / np.sqrt(
        (x ** 2).mean(axis=-1, keepdims=True) + 1e-6)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(z):
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


def threshold(excess, low, high):
    """τ with excess(τ) = 0, for a function that falls, by bisection."""
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return low


def sparsemax(z):
    """max(z − τ, 0) (Martins & Astudillo 2016, proposition 1)."""
    def weights(tau):
        return np.maximum(z - tau, 0)
    return weights(threshold(lambda tau: weights(tau).sum() - 1, z.max() - 1, z.max()))


def entmax15(z):
    """max((α − 1) z − τ, 0)^(1/(α − 1)), α = 1.5 (Peters et al. 2019, eq. 13)."""
    def weights(tau):
        return np.maximum(z / 2 - tau, 0) ** 2
    return weights(threshold(lambda tau: weights(tau).sum() - 1, z.max() / 2 - 1, z.max() / 2))


NORMALIZERS = {"softmax": softmax, "sparsemax": sparsemax, "entmax15": entmax15,
               "sigmoid": sigmoid}
