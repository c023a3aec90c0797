"""A treebank becomes the pipeline in `model/`.

    python -m extract.parser.train TREEBANK_FOLDER [--output FOLDER] [--epochs N] [--evaluate-only]

The folder holds `train.conllu`, `dev.conllu` and `test.conllu` of UD English EWT; nothing else is read.
One tok2vec is shared by a tagger and a transition-based parser (`config.cfg`). Each epoch sees each
sentence once, at times joined to those after it as in a paragraph, at times changed into what policies
are full of: headings, list items without a full stop, long lists, curly quotes, runs of spaces
(`treebank.variant`). The words are those of spaCy's own tokeniser, with the gold words aligned to them.
Adam, averaged weights, a learning rate that falls to a twentieth; training ends when two epochs bring no
better labelled attachment on the dev half, and the best one is kept. The test half is used for the
printed figures only. Set OPENBLAS_NUM_THREADS=1: more threads only wait for each other.
"""

import argparse
import gc
import random
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config, load_model_from_config
from thinc.api import Adam, NumpyOps, fix_random_seed, set_current_ops

from extract.parser import pipeline, treebank

_HERE = Path(__file__).parent
_META = {
    "name": "policygraph",
    "description": "Sentences, tags and dependencies, trained on UD English EWT.",
    "license": "CC BY-SA 4.0",
    "url": "https://github.com/UniversalDependencies/UD_English-EWT",
    "spacy_version": ">=3.8,<3.9",
}
_SEED = 0
_DROPOUT = 0.2
_WORDS_PER_BATCH = (700, 2000)
_LEARNING_RATES = (0.0015, 0.000075)
_GROUP_SIZES = (1, 1, 1, 2, 3)
_PATIENCE = 2  # epochs without a better score
_WARM_UP = 200  # steps
_EPOCHS_BETWEEN_SCORES = 4  # in the first half
_BLANKS_AT_FIRST = 500  # enough for the tagger and parser to learn that there are such labels


def main() -> None:
    """Train, save and evaluate, as the arguments say."""
    arguments = argparse.ArgumentParser(description="Train the pipeline on a treebank.")
    arguments.add_argument("treebank", type=Path)
    arguments.add_argument("--output", type=Path, default=_HERE / "model")
    arguments.add_argument("--epochs", type=int, default=22)
    arguments.add_argument("--evaluate-only", action="store_true")
    chosen = arguments.parse_args()
    steps = () if chosen.evaluate_only else train(chosen.treebank, chosen.output, epochs=chosen.epochs)
    for line in chain(steps, report(chosen.treebank, chosen.output)):
        print(line, flush=True)  # noqa: T201  a script for the terminal


def train(folder: Path, output: Path, *, epochs: int) -> Iterator[str]:
    """Write the pipeline of the best epoch to the output folder; yield a line on each epoch."""
    fix_random_seed(_SEED)
    set_current_ops(NumpyOps(use_blis=False))  # numpy's matrix products are three times as fast
    rng = random.Random(_SEED)  # noqa: S311  not for secrets
    nlp = load_model_from_config(load_config(_HERE / "config.cfg"), auto_fill=True)
    gold = [_cut(nlp, sentence) for sentence in treebank.read(folder / "train.conllu")]
    spare = treebank.stock(gold)
    dev = treebank.read(folder / "dev.conllu")
    seen_at_first = (*gold, *(treebank.with_blank(sentence, rng) for sentence in gold[:_BLANKS_AT_FIRST]))
    nlp.initialize(lambda: [_example(nlp, (sentence,)) for sentence in seen_at_first])
    optimizer = Adam(_LEARNING_RATES[0], L2=0.01, grad_clip=1.0, L2_is_weight_decay=True, use_averages=True)
    gc.freeze()  # the gold words stay until the end: no need to look through them at each collection
    gc.set_threshold(20_000)
    best, best_epoch, steps, begin = 0.0, 0, 0, time.perf_counter()
    for epoch in range(epochs):
        examples = [_example(nlp, group) for group in _groups(gold, rng, spare)]
        rng.shuffle(examples)
        batches = list(_batches(examples, _words_at(epoch / epochs)))
        for number, batch in enumerate(batches):
            optimizer.learn_rate = _rate_at((epoch + number / len(batches)) / epochs, steps + number)
            nlp.update(batch, drop=_DROPOUT, sgd=optimizer)
        steps += len(batches)
        line = f"epoch {epoch + 1} {(time.perf_counter() - begin) / 60:.1f} min"
        if epoch >= epochs // 2 or (epoch + 1) % _EPOCHS_BETWEEN_SCORES == 0:
            with nlp.use_params(optimizer.averages):
                scores = nlp.evaluate([raw_example(nlp, (sentence,)) for sentence in dev])
                if scores["dep_las"] > best:
                    best, best_epoch = scores["dep_las"], epoch
                    _save(nlp, output)
            line += f" UAS {scores['dep_uas']:.4f} LAS {scores['dep_las']:.4f} tags {scores['tag_acc']:.4f}"
        yield line
        if epoch >= epochs // 2 + _PATIENCE and epoch - best_epoch >= _PATIENCE:
            return


def _rate_at(done: float, steps: int) -> float:
    """Return the learning rate after a share of the training and a number of steps."""
    high, low = _LEARNING_RATES
    return (high + (low - high) * done) * min(1.0, (steps + 1) / _WARM_UP)


def _words_at(done: float) -> int:
    few, many = _WORDS_PER_BATCH
    return int(few + (many - few) * min(1.0, 2 * done))


def _groups(
    gold: Sequence[treebank.Sentence], rng: random.Random, spare: treebank.Stock
) -> Iterator[tuple[treebank.Sentence, ...]]:
    """Yield the varied sentences in groups, as a paragraph would hold them."""
    start = 0
    while start < len(gold):
        size = rng.choice(_GROUP_SIZES)
        yield tuple(treebank.variant(sentence, rng, spare) for sentence in gold[start : start + size])
        start += size


def _batches(examples: Sequence[Example], words: int) -> Iterator[list[Example]]:
    batch: list[Example] = []
    count = 0
    for example in examples:
        batch.append(example)
        count += len(example.predicted)
        if count >= words:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _reference(nlp: Language, group: Sequence[treebank.Sentence]) -> Doc:
    """Return the gold sentences as one doc of gold words."""
    words: list[str] = []
    spaces: list[bool] = []
    tags: list[str] = []
    heads: list[int] = []
    deps: list[str] = []
    for sentence in group:
        heads.extend(head + len(words) for head in sentence.heads)
        words.extend(sentence.words)
        spaces.extend((*sentence.spaces[:-1], True))
        tags.extend(sentence.tags)
        deps.extend(sentence.deps)
    return Doc(nlp.vocab, words=words, spaces=spaces, tags=tags, heads=heads, deps=deps)


def raw_example(nlp: Language, group: Sequence[treebank.Sentence]) -> Example:
    """Return the gold sentences beside their bare text, cut into words by the pipeline's tokeniser."""
    reference = _reference(nlp, group)
    return Example(nlp.make_doc(reference.text), reference)


def _example(nlp: Language, group: Sequence[treebank.Sentence]) -> Example:
    """Return what `raw_example` does, with the gold sentence starts given to the parser."""
    example = raw_example(nlp, group)
    starts = example.get_aligned_sent_starts()  # type: ignore[no-untyped-call]  # spaCy leaves it untyped
    for index, token in enumerate(example.predicted):
        token.is_sent_start = index == 0 or starts[index] == 1
    return example


def _cut(nlp: Language, sentence: treebank.Sentence) -> treebank.Sentence:
    """Return the sentence with words divided as the pipeline's tokeniser does (`e - mail`)."""
    example = raw_example(nlp, (sentence,))
    alignment = example.alignment
    pieces = []
    for index, word in enumerate(sentence.words):
        tokens = [int(place) for place in alignment.y2x[index]]
        parts = [example.predicted[place].text for place in tokens]
        divided = "".join(parts) == word and all(alignment.x2y.lengths[place] == 1 for place in tokens)
        pieces.append(parts if divided else [word])
    return treebank.cut(sentence, pieces)


def _save(nlp: Language, output: Path) -> None:
    """Write the pipeline with its own labels as its only strings, not the words of the treebank."""
    bare = load_model_from_config(nlp.config, auto_fill=True)
    bare.from_bytes(nlp.to_bytes(exclude=["vocab"]), exclude=["vocab"])
    for name in ("tagger", "parser"):
        for label in bare.pipe_labels[name]:
            bare.vocab.strings.add(label)
    bare.meta.update(_META)
    bare.to_disk(output)


def report(folder: Path, output: Path) -> Iterator[str]:
    """Yield the figures of a saved pipeline, a line each."""
    nlp = pipeline.read(output)
    test = treebank.read(folder / "test.conllu")
    own_words = [raw_example(nlp, (sentence,)) for sentence in test]
    own_paragraphs = [raw_example(nlp, group) for group in treebank.paragraphs(test)]
    references = [_reference(nlp, (sentence,)) for sentence in test]
    gold_words = [Example(_unparsed(nlp, reference), reference) for reference in references]
    for name, examples in (
        ("raw sentences", own_words),
        ("raw paragraphs", own_paragraphs),
        ("gold words", gold_words),
    ):
        scores = nlp.evaluate(examples)
        yield (
            f"{name}: UAS {scores['dep_uas']:.4f} LAS {scores['dep_las']:.4f} tags {scores['tag_acc']:.4f} "
            f"words aligned {scores['token_acc']:.4f} sentences {scores['sents_f']:.4f}"
        )
    yield f"size on disk: {sum(file.stat().st_size for file in output.rglob('*') if file.is_file()):,} bytes"
    texts = [example.text for example in own_paragraphs]
    begin = time.process_time()
    words = sum(len(doc) for doc in nlp.pipe(texts))
    yield f"speed: {words / (time.process_time() - begin):,.0f} words a second of processor time"


def _unparsed(nlp: Language, reference: Doc) -> Doc:
    return Doc(
        nlp.vocab, words=[token.text for token in reference], spaces=[bool(t.whitespace_) for t in reference]
    )


if __name__ == "__main__":
    main()
