"""The training of topics' learned weights, on a handful of made texts."""

import json
from pathlib import Path

import numpy as np

from bench.labels import train_topics
from pipeline import topicmodel
from pipeline.topiclist import SHIPPED, load
from pipeline.topics import model_words

CRIME = ("công an bắt nghi can", "nghi can khai nhận tội", "tòa án xử nghi can", "công an điều tra vụ trộm")
HEALTH = ("bác sĩ khám bệnh nhân", "bệnh nhân sốt cao", "bệnh viện chữa bệnh nhân", "bác sĩ mổ ca khó")


def files(folder: Path) -> tuple[Path, Path]:
    """Write 160 short texts, every second one with labels."""
    articles, labels = folder / "articles.jsonl", folder / "labels.jsonl"
    told, given = [], []
    for number in range(160):
        lines, topic = ((CRIME, "phap-luat"), (HEALTH, "y-te"))[number % 2]
        body = ". ".join(lines[(number // 2 + step) % 4] for step in range(3))
        told.append({"id": str(number), "title": lines[number // 2 % 4], "body": f"{body} ở huyện An Lạc."})
        if number % 4 < 2:
            given.append({"id": str(number), "topics": [topic], "topics_maybe": []})
    for path, rows in ((articles, told), (labels, given)):
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return articles, labels


def test_a_model_knows_words_that_no_label_has(tmp_path: Path) -> None:
    """The file that is written can be read, is the same each time, and tells crimes from illnesses."""
    articles, labels = files(tmp_path)
    out = tmp_path / "model.tsv"
    train_topics.train(articles, [labels], out)
    first = out.read_bytes()
    train_topics.train(articles, [labels], out)

    assert first == out.read_bytes()
    model = topicmodel.read(out)
    assert "an lạc" not in model.words
    words = model_words(load(SHIPPED), "Nghi can bị bắt", "Công an điều tra nghi can khai nhận tội trộm.")
    said = topicmodel.said(model, words)
    assert said["phap-luat"] > 0 > said["y-te"]
    heaviest = topicmodel.heaviest(model, words, "phap-luat", 3)
    assert 3 == len(heaviest)
    assert {word for word, _ in heaviest} <= set(words)


def test_the_bars_lie_where_most_is_right() -> None:
    """A topic that is surely wrong falls under the bar, one that is surely right does not."""
    texts = train_topics.Labelled(
        np.zeros((2, 1)),
        np.zeros((2, 2)),
        np.array([[True, False], [False, True]]),
        np.zeros((2, 2), dtype=bool),
        np.zeros(2, dtype=np.int64),
    )
    scores = np.array([[2.0, -2.0], [-2.0, 2.0]])
    bars = train_topics.best_bars(texts, scores)

    assert -2.0 < bars[0] < 2.0
    assert bars[0] <= bars[1]
