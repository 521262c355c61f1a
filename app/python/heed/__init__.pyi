import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy

__version__: str

class Error(RuntimeError): ...
class UsageError(Error): ...

class Translation:
    text: str
    log_probability: float
    score: float
    pieces: list[str]
    word_scores: list[float]
    units: list[str]
    alignment: list[tuple[int, int]]
    doubts: list[str]
    attention: numpy.ndarray | None

class TranslatedLine:
    source: str
    source_units: list[str]
    translations: list[Translation]
    text: str
    def _repr_svg_(self) -> str: ...

class PairAttention:
    source_units: list[str]
    target_units: list[str]
    weights: numpy.ndarray

class Attention:
    source: list[str]
    target: list[str]
    weights: numpy.ndarray
    def __init__(self, pair: PairAttention, line: TranslatedLine) -> None: ...
    def _repr_html_(self) -> str: ...

class Translator:
    def __init__(
        self,
        model: str | os.PathLike[str] | list[str | os.PathLike[str]],
        **options: Any,
    ) -> None: ...
    def translate(self, text: str) -> str: ...
    def translate_batch(self, lines: Iterable[str | tuple[str, str]]) -> Iterator[str]: ...
    def translate_lines(self, lines: Iterable[str | tuple[str, str]]) -> Iterator[TranslatedLine]: ...
    def score(self, pairs: Iterable[tuple[str, str]]) -> Iterator[Translation]: ...
    def align(self, pairs: Iterable[tuple[str, str]]) -> Iterator[list[tuple[int, int]]]: ...
    def attention(self, source: str, target: str | None = None) -> Attention: ...

class Model:
    info: dict[str, Any]
    def __init__(self, name: str | os.PathLike[str]) -> None: ...

def evaluate(
    hypotheses: str | os.PathLike[str] | Iterable[str],
    *references: str | os.PathLike[str] | Iterable[str],
    **options: Any,
) -> list[dict[str, Any]]: ...
def train(*, progress: Callable[[dict[str, Any]], object] | None = None, **options: Any) -> None: ...
