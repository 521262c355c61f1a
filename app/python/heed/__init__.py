"""Neural machine translation: train, translate, score, align and evaluate.

    >>> import heed
    >>> translator = heed.Translator("de-en", beam_size=4)
    >>> translator.translate("Ein Hund schläft.")
    'A dog is sleeping.'

Options are those of the command line, with _ for -: `heed translate --beam-size 4` is beam_size=4.
What goes wrong is a heed.Error, with the message that the program would print.
"""

import itertools
import json
import os
import tempfile

from . import _heed
from ._heed import Error, PairAttention, TranslatedLine, Translation, UsageError, __version__

__all__ = [
    "Attention", "Error", "Model", "PairAttention", "TranslatedLine", "Translation", "Translator",
    "UsageError", "evaluate", "train",
]

Error.__module__ = UsageError.__module__ = "heed"

_CHUNK = 2000  # lines that are translated together; a line's translation does not depend on it


def _chunks(items):
    items = iter(items)
    while chunk := list(itertools.islice(items, _CHUNK)):
        yield chunk


def _with_options(text, fields):
    return text + "\n\nOptions:\n" + "".join(
        f"    {name}={default or None!s}: {help}\n" for name, default, help in fields)


class Attention:
    """What all layers and heads attend to: weights[layer, head, target, source]."""

    def __init__(self, pair, line):
        self.source, self.target = pair.source_units, pair.target_units
        self.weights = pair.weights
        self._line = line

    def _repr_html_(self):
        return self._line._repr_svg_()


class Translator:
    __doc__ = _with_options(
        "A model that translates. Several threads may share one.\n\n"
        "    Translator(model, **options): model is a file, or the name of one that heed info lists; or a\n"
        "    list of several over the same vocabularies, which translate as one.",
        _heed.translate_fields())

    def __init__(self, model, **options):
        models = model if isinstance(model, (list, tuple)) else [model]
        self._models, self._options = [os.fspath(name) for name in models], options
        self._translator = _heed.Translator(self._models, options)
        self._others = {}

    def _with_alignment(self, form):
        """This translator, or one like it with alignments."""
        if self._options.get("alignment", "none") == form:
            return self._translator
        if form not in self._others:
            self._others[form] = _heed.Translator(self._models, {**self._options, "alignment": form})
        return self._others[form]

    def translate(self, text):
        """The best translation of a line."""
        return self._translator.translate([text])[0].text

    def translate_batch(self, lines):
        """Yields a translation for each line of an iterable of any length, in order. A line may be
        a pair (text, how its translation begins)."""
        for line in self.translate_lines(lines):
            yield line.text

    def translate_lines(self, lines):
        """Yields a TranslatedLine for each line: translations, scores, pieces, alignments."""
        for chunk in _chunks(lines):
            yield from self._translator.translate(chunk)

    def score(self, pairs):
        """Yields a Translation, with its score, for each pair (source, target)."""
        for chunk in _chunks(pairs):
            for line in self._translator.score(chunk):
                yield line.translations[0]

    def align(self, pairs):
        """Yields the links (source word, target word), from 0, of each pair (source, target)."""
        for chunk in _chunks(pairs):
            for line in self._with_alignment("hard").score(chunk):
                yield line.translations[0].alignment

    def attention(self, source, target=None):
        """The Attention of all layers and heads while target (the model's own translation unless
        given) is written. A notebook shows its picture."""
        translator = self._with_alignment("soft")
        if target is None:
            target = self.translate(source)
        line = translator.score([(source, target)])[0]
        return Attention(translator.attention(source, target), line)


class Model:
    """A model's file: info is what heed info --json writes of it."""

    def __init__(self, name):
        self.info = json.loads(_heed.describe_model(os.fspath(name)))


def _as_file(text, folder):
    """Itself if it names a file, or the file that its lines are written to."""
    if isinstance(text, (str, os.PathLike)):
        return os.fspath(text)
    handle, path = tempfile.mkstemp(dir=folder)
    with open(handle, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in text)
    return path


def evaluate(hypotheses, *references, **options):
    """Scores hypotheses against one or more sets of references as sacreBLEU does. Each is a file or
    an iterable of lines. Returns a dictionary for each of metrics, as heed evaluate writes them."""
    with tempfile.TemporaryDirectory() as folder:
        files = [_as_file(text, folder) for text in references]
        given = {**options, "input": [_as_file(hypotheses, folder)], "format": "json"}
        result = json.loads(_heed.evaluate(given, files))
    return result if isinstance(result, list) else [result]


evaluate.__doc__ = _with_options(evaluate.__doc__, _heed.evaluate_fields())


def train(*, progress=None, **options):
    """Trains a model, or goes on with a training that was stopped. progress(report) gets the
    dictionaries of heed train --log-json. What it raises, and KeyboardInterrupt, end the training
    with its state saved."""
    _heed.train(options, progress and (lambda line: progress(json.loads(line))))


train.__doc__ = _with_options(train.__doc__, _heed.train_fields())
