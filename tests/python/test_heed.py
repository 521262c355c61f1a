"""import heed, as its users meet it: a small model of number words is trained, then used."""

import ast
import doctest
import os
import signal
import subprocess
import threading

import numpy
import pytest

import heed

GERMAN = "eins zwei drei vier fünf sechs sieben acht".split()
ENGLISH = "one two three four five six seven eight".split()
SHAPE = {"dim_emb": 16, "dim_rnn": 24, "vocab_size": 60, "byte_fallback": False,
         "augment": "none", "quiet": True}


def write_text(folder, lines):
    rows = [[(7 * i + 3 * j + i // 5) % 8 for j in range(2 + i % 4)] for i in range(lines)]
    for name, words in (("de", GERMAN), ("en", ENGLISH)):
        text = "\n".join(" ".join(words[k] for k in row) for row in rows) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / "de"), str(folder / "en")]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heed")
    reports = []
    heed.train(model=folder / "m.safetensors", train_sets=write_text(folder, 400), after="150u",
               disp_freq="50u", progress=reports.append, **SHAPE)
    return folder, reports


@pytest.fixture(scope="module")
def model(trained):
    return trained[0] / "m.safetensors"


LINES = ["eins zwei drei", "", "acht sieben", "vier fünf sechs eins", "drei " * 30] * 5


def command(*arguments, text):
    result = subprocess.run([os.environ["HEED_PROGRAM"], *map(str, arguments)], input=text,
                            capture_output=True, text=True, check=True)
    return result.stdout


def test_training_reports(trained):
    assert [report["update"] for report in trained[1] if "cost" in report][:2] == [50, 100]


def test_translations_are_those_of_the_program(model):
    translator = heed.Translator(model, beam_size=3)
    expected = command("translate", "-m", model, "-b", 3, "--quiet", text="\n".join(LINES) + "\n")
    assert list(translator.translate_batch(LINES)) == expected.splitlines()
    assert [translator.translate(line) for line in LINES] == expected.splitlines()


def test_a_model_with_itself_translates_alike(model):
    alone, twice = heed.Translator(model), heed.Translator([model, model], weights=[1, 3])
    assert list(twice.translate_batch(LINES)) == list(alone.translate_batch(LINES))


def test_a_batch_is_streamed(model, monkeypatch):
    monkeypatch.setattr(heed, "_CHUNK", 2)
    taken = []
    results = heed.Translator(model).translate_batch(taken.append(l) or l for l in LINES)
    next(results)
    assert len(taken) == 2
    assert 1 + len(list(results)) == len(LINES) == len(taken)


def test_lines_have_scores_pieces_and_alignments(model):
    line, = heed.Translator(model, n_best=3, alignment="soft").translate_lines(["eins zwei"])
    assert len(line.translations) == 3 and line.text == line.translations[0].text
    best = line.translations[0]
    assert len(best.word_scores) == len(best.pieces) + 1
    assert best.log_probability == pytest.approx(sum(best.word_scores), abs=1e-4)
    assert best.attention.shape == (len(best.units), len(line.source_units))
    assert numpy.allclose(best.attention.sum(axis=1), 1, atol=1e-4)


def test_a_translation_begins_as_asked(model):
    result, = heed.Translator(model).translate_batch([("eins zwei", "eight")])
    assert result.startswith("eight")


def test_scores_are_those_of_the_search(model):
    translator = heed.Translator(model)
    found = [line.translations[0] for line in translator.translate_lines(LINES[:1])]
    given = list(translator.score([(LINES[0], found[0].text)]))
    assert given[0].score == pytest.approx(found[0].score, abs=1e-4)


def test_alignments_are_those_of_the_program(model):
    links, = heed.Translator(model).align([("eins zwei drei", "one two three")])
    text = command("align", "-m", model, "--tsv", "--quiet", text="eins zwei drei\tone two three\n")
    assert " ".join(f"{s}-{t}" for s, t in links) == text.strip()


def test_attention_has_all_layers_and_heads(model):
    attention = heed.Translator(model).attention("eins zwei", "one two")
    assert attention.target == ["one", "two", "</s>"] and attention.source[-1] == "</s>"
    assert attention.weights.shape == (1, 1, 3, len(attention.source))
    assert numpy.allclose(attention.weights.sum(axis=-1), 1, atol=1e-4)
    assert attention._repr_html_().startswith("<svg")


def test_threads_share_a_translator(model):
    translator = heed.Translator(model, threads=1)
    expected, results = list(translator.translate_batch(LINES)), {}
    def work(i):
        results[i] = list(translator.translate_batch(LINES))
    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert [results[i] for i in range(4)] == [expected] * 4


def test_control_c_stops_a_translation(model):
    translator = heed.Translator(model, threads=1)
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        for _ in translator.translate_batch("drei vier fünf " * 20 for _ in range(10**6)):
            pass


def test_control_c_saves_a_training(tmp_path):
    options = dict(model=tmp_path / "m", train_sets=write_text(tmp_path, 400), disp_freq="5u", **SHAPE)
    def stop(report):
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        heed.train(after="100000u", progress=stop, **options)
    assert (tmp_path / "m.state").exists()


def test_evaluation_is_that_of_the_program(tmp_path):
    hypotheses, references = ["one two three four five", "six"], ["one two three four six", "six"]
    bleu, chrf = heed.evaluate(hypotheses, references, metrics=["bleu", "chrf"])
    (tmp_path / "r").write_text("\n".join(references) + "\n")
    text = command("evaluate", tmp_path / "r", "-m", "bleu", "-b", "-w", 1,
                   text="\n".join(hypotheses) + "\n")
    assert bleu["name"] == "BLEU" and bleu["score"] == pytest.approx(float(text), abs=0.05)
    assert chrf["name"] == "chrF2"


def test_errors_are_the_programs(model, tmp_path):
    with pytest.raises(heed.UsageError, match="unknown option 'beam-sise', did you mean 'beam-size'"):
        heed.Translator(model, beam_sise=3)
    with pytest.raises(heed.UsageError, match="beam-size"):
        heed.Translator(model, beam_size=0)
    with pytest.raises(heed.Error, match="nowhere"):
        heed.Translator(tmp_path / "nowhere.safetensors")
    with pytest.raises(heed.Error):
        heed.train(model=tmp_path / "m", train_sets=["none.de", "none.en"])
    with pytest.raises((TypeError, RuntimeError)):
        list(heed.Translator(model).translate_batch([3]))


def test_options_are_described():
    assert "beam_size=6: Hypotheses kept a sentence" in heed.Translator.__doc__
    assert "after=" in heed.train.__doc__ and "metrics=bleu" in heed.evaluate.__doc__


def test_a_models_facts(model):
    info = heed.Model(model).info
    assert info["configuration"]["dim-emb"] == 16


def test_the_stubs_name_all_that_there_is():
    tree = ast.parse(open(heed.__file__ + "i", encoding="utf-8").read())
    named = {node.name: node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert set(named) == set(heed.__all__)
    for name in ("Translation", "TranslatedLine", "PairAttention", "Translator"):
        members = {item.target.id if isinstance(item, ast.AnnAssign) else item.name for item in named[name].body}
        public = {member for member in vars(getattr(heed, name)) if not member.startswith("_")}
        assert public == {member for member in members if not member.startswith("_")}, name


def test_the_examples_of_the_documentation(monkeypatch):
    monkeypatch.setenv("HEED_MODELS", os.environ["HEED_SHIPPED"])
    assert doctest.testmod(heed).failed == 0
