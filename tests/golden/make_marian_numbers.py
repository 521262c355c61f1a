#!/usr/bin/env python3
"""Writes marian_numbers.json: small models in Marian's names, with its options, the tensors that
they have, and what golden_marian.py computes without Heed: the log-probability of each target token
of some sentence pairs, and the first pair's attention weights. Tensors have the numbers that
golden_layers.py gives to their names. Needs NumPy (Debian: python3-numpy)."""

import json
import pathlib

import golden_marian
from golden_layers import Parameters

COMMON = {"version": "v1.12.43 c9f287db 2025-06-23 19:47:45 +0000", "input-types": [],
          "tied-embeddings": False, "tied-embeddings-all": True, "tied-embeddings-src": False,
          "right-left": False, "output-omit-bias": False, "enc-depth": 1, "dec-depth": 1,
          "dim-emb": 8, "layer-normalization": False, "skip": False, "enc-cell": "gru",
          "dec-cell": "gru", "enc-type": "bidirectional", "enc-cell-depth": 1,
          "dec-cell-base-depth": 2, "dec-cell-high-depth": 1}
TRANSFORMER = COMMON | {
    "type": "transformer", "transformer-heads": 2, "transformer-dim-ffn": 10,
    "transformer-dim-aan": 6, "transformer-aan-depth": 2, "transformer-aan-nogate": False,
    "transformer-aan-activation": "swish", "transformer-ffn-activation": "swish",
    "transformer-ffn-depth": 2, "transformer-preprocess": "", "transformer-postprocess": "dan",
    "transformer-postprocess-top": "", "transformer-postprocess-emb": "d",
    "transformer-decoder-autoreg": "self-attention", "transformer-rnn-projection": False,
    "transformer-disable-position-embeddings": False, "transformer-tied-layers": []}
RECURRENT = COMMON | {"type": "s2s", "dim-rnn": 6}
PRE = {"transformer-preprocess": "n", "transformer-postprocess": "da",
       "transformer-postprocess-top": "n"}
SSRU = {"transformer-decoder-autoreg": "rnn", "dec-cell": "ssru"}
APART = {"tied-embeddings-all": False}
DEEP = {"enc-depth": 2, "dec-depth": 2, "enc-cell-depth": 2, "dec-cell-high-depth": 2,
        "dec-cell-base-depth": 3}
LSTM = {"enc-cell": "lstm", "dec-cell": "lstm"}
NORMED = {"layer-normalization": True}
NEMATUS = {"enc-cell": "gru-nematus", "dec-cell": "gru-nematus"}

CONFIGURATIONS = {name: TRANSFORMER | options for name, options in {
    "transformer_post": {"enc-depth": 2, "dec-depth": 3},
    "transformer_pre": PRE | APART | {"tied-embeddings": True, "transformer-ffn-activation": "relu",
                                      "transformer-train-position-embeddings": True},
    "transformer_untied": APART | {"transformer-disable-position-embeddings": True},
    "transformer_aan": {"transformer-decoder-autoreg": "average-attention", "dec-depth": 2},
    "transformer_pre_aan": PRE | {"transformer-decoder-autoreg": "average-attention",
                                  "transformer-aan-activation": "relu"},
    "transformer_ssru": SSRU | {"dec-depth": 2},
    "transformer_pre_ssru": PRE | SSRU | {"transformer-rnn-projection": True},
}.items()} | {name: RECURRENT | options for name, options in {
    "s2s_gru": {},
    "s2s_gru_deep": DEEP | {"skip": True},
    "s2s_lstm": LSTM | APART | {"tied-embeddings": True},
    "s2s_lstm_deep": LSTM | DEEP | NORMED | {"skip": True},
    "s2s_mixed": DEEP | NORMED | APART | {"enc-cell": "lstm"},
    "nematus": NEMATUS | APART | {"type": "nematus"},
    "nematus_deep": NEMATUS | APART | DEEP | {"type": "nematus", "dec-cell-high-depth": 1,
                                              "skip": True},
    "nematus_normed": NEMATUS | NORMED | APART | {"type": "nematus"},
    "nematus_normed_deep": NEMATUS | NORMED | APART | DEEP | {
        "type": "nematus", "dec-cell-high-depth": 1, "skip": True},
    "amun": APART | NORMED | {"type": "amun"},
}.items()}


def sentence(length, vocabulary, start):
    """Tokens but for </s> and <unk>, then </s>."""
    return [2 + (start + 3 * i) % (vocabulary - 2) for i in range(length - 1)] + [0]


def yaml(value):
    return json.dumps(value)  # which YAML has as well


def golden(name, options):
    vocabularies = {"source": 13 if options["tied-embeddings-all"] else 11, "target": 13}
    pairs = [[sentence(length, vocabularies[side], 2 * i + start) for length, side, start in
              ((source, "source", 0), (target, "target", 1))]
             for i, (source, target) in enumerate([(5, 4), (1, 1), (7, 6)])]
    parameters = Parameters()
    results = [golden_marian.run(parameters, options, vocabularies, *pair) for pair in pairs]
    weights = [[[round(w, 7) for w in head] for head in token]
               for layer in results[0][1] for token in layer]
    return {"name": name, "vocabularies": vocabularies,
            "options": "".join(f"{key}: {yaml(value)}\n" for key, value in options.items()),
            "tensors": parameters.shapes,
            "source": [pair[0] for pair in pairs], "target": [pair[1] for pair in pairs],
            "log_probabilities": [[round(x, 9) for x in result[0]] for result in results],
            "weights_of_first": weights}


def main():
    lines = [json.dumps(golden(name, options), separators=(",", ":"))
             for name, options in CONFIGURATIONS.items()]
    path = pathlib.Path(__file__).parent / "marian_numbers.json"
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")


main()
