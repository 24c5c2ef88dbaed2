"""Saved searches for `bench/alerts.py`: what people might want to be told of, drawn from articles by seed.

Most are narrow (words of headlines, names, phrases), some are broad on purpose: a province, a topic, one
frequent word. Shares are in hundredths and guessed; no log of real saved searches is known.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence

from pipeline import documents, gazetteer
from pipeline.model import Draft
from pipeline.text import plain
from pipeline.topics import topics

_NAME = re.compile(r"(?<![.!?…] )(?<!^)(?:[A-ZĐ][^\W\d_]+(?: |(?=\W|$))){2,4}", re.MULTILINE)
_TRIES = 50
_COMMON = ("lũ lụt", "giá vàng", "học sinh", "giao thông", "nông dân", "du lịch", "y tế", "bóng đá")
_SHORT = ("UBND xã", "UBND tỉnh", "HĐND huyện", "TP.HCM", "QL1A", "CSGT", "BHXH", "GPMB cao tốc")

Asked = dict[str, str]


def searches(drafts: Sequence[Draft], seed: int, many: int) -> list[Asked]:
    """Return what so many saved searches ask; the same for the same articles and seed."""
    drawn = _Draw(drafts, random.Random(seed))
    shares = drawn.shares()
    made: list[Asked] = []
    while len(made) < many:
        kind = drawn.rnd.choices(list(shares), list(shares.values()))[0]
        found = next(filter(None, (kind() for _ in range(_TRIES))), None)
        if found:
            made.append(found)
    return made


class _Draw:
    """Draws questions."""

    def __init__(self, drafts: Sequence[Draft], rnd: random.Random) -> None:
        self._drafts = drafts
        self.rnd = rnd
        self._numbers = [number for one in drafts for number in documents.find(one.text())]
        self._provinces = [one.slug for one in gazetteer.provinces()]
        self._areas = [one.slug for one in gazetteer.areas()]
        self._topics = [one.slug for one in topics()]

    def shares(self) -> Mapping[Callable[[], Asked | None], int]:
        """Return how many in a hundred are of each kind."""
        return {
            lambda: self._words(2, 4): 24,
            lambda: self._words(2, 4, plain): 10,
            lambda: self._words(2, 4, lambda text: f'"{text}"'): 14,
            self._name: 18,
            self._document: 5,
            lambda: self._beside(province=self.rnd.choice(self._provinces)): 8,
            lambda: self._beside(area=self.rnd.choice(self._areas)): 4,
            lambda: self._beside(topic=self.rnd.choice(self._topics)): 4,
            self._left_out: 3,
            lambda: {"q": self.rnd.choice(_SHORT)}: 2,
            lambda: {"q": self.rnd.choice(_COMMON)}: 2,
            lambda: {"province": self.rnd.choice(self._provinces)}: 2,
            lambda: {"topic": self.rnd.choice(self._topics)}: 1,
            lambda: {
                "province": self.rnd.choice(self._provinces),
                "topic": self.rnd.choice(self._topics),
            }: 3,
        }

    def _words(self, least: int, most: int, form: Callable[[str], str] = str) -> Asked | None:
        words = self.rnd.choice(self._drafts).title.split()
        size = self.rnd.randint(least, most)
        start = self.rnd.randrange(max(1, len(words) - size))
        text = " ".join(words[start : start + size]).strip(".,;:!?()\"'“”")
        return {"q": form(text)} if text and '"' not in text else None

    def _name(self) -> Asked | None:
        found = _NAME.findall(self.rnd.choice(self._drafts).body)
        name = self.rnd.choice(found).strip() if found else ""
        return {"q": self.rnd.choice((name, f'"{name}"'))} if name else None

    def _document(self) -> Asked | None:
        return {"q": self.rnd.choice(self._numbers)} if self._numbers else None

    def _beside(self, **labels: str) -> Asked | None:
        found = self._words(1, 3)
        return found and found | labels

    def _left_out(self) -> Asked | None:
        found, other = self._words(2, 3), self._words(1, 1, str.lower)
        return {"q": f"{found['q']} -{other['q']}"} if found and other else None
