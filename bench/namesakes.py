"""Documents of one number by many issuers and years: what papers write of them, and what people ask.

For `bench/papers.py` and `bench/relevance.py`. Drawn from a random generator that is handed in.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from pipeline.gazetteer import areas
from pipeline.text import plain

_YEARS = range(2012, 2025)
KINDS = {
    "KH": ("kế hoạch", "UBND"),
    "CT": ("chỉ thị", "UBND"),
    "QĐ": ("quyết định", "UBND"),
    "TB": ("thông báo", "UBND"),
    "NQ": ("nghị quyết", "HĐND"),
}
_LONG = {"UBND": "Ủy ban nhân dân", "HĐND": "Hội đồng nhân dân"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that stories tell of."""

    kind: str
    count: int
    area: str
    place: str  # "tỉnh Kiên Giang"
    day: date

    @property
    def organ(self) -> str:
        """Return the organ's code."""
        return KINDS[self.kind][1]

    def path(self) -> str:
        """Return the address of its page."""
        code = plain(f"{self.kind}-{self.organ}").lower()
        return f"/van-ban/{plain(self.organ)}-{self.area}/{self.day.year}/{self.count}-{code}"


def documents(rng: random.Random, numbers: int, namesakes: int) -> Iterator[Document]:
    """Yield the documents: those of one number are of different issuers or years."""
    for kind, count in rng.sample(list(product(KINDS, range(1, 400))), numbers):
        for unit, year in rng.sample(list(product(areas(), _YEARS)), namesakes):
            day = date(year, 1, 1) + rng.randrange(360) * _DAY
            yield Document(kind, count, unit.slug, unit.name_on(day), day)


def sentence(one: Document, rng: random.Random, *, issuing: bool) -> tuple[str, date]:
    """Return a sentence that names a document as papers do, and the day on which it is printed."""
    number = f"{rng.choice(('', '0')) if one.count < 10 else ''}{one.count}/{one.kind}-{one.organ}"
    name, day = KINDS[one.kind][0], f"{one.day.day}/{one.day.month}/{one.day.year}"
    organ = f"{rng.choice((one.organ, _LONG[one.organ]))} {one.place}"
    if issuing:
        told = (
            f"Ngày {day}, {organ} ban hành {name.capitalize()} số {number} về nhiệm vụ trong năm.",
            f"{organ} vừa ban hành {name.capitalize()} số {number} ngày {day}.",
        )
    else:
        told = (
            f"Việc này thực hiện theo {name.capitalize()} số {number} ngày {day} của {organ}.",
            f"Căn cứ {name.capitalize()} số {number} năm {one.day.year} của {organ}, các xã đã làm xong.",
        )
    chosen = rng.choice(told)
    return chosen, one.day + (_DAY if issuing else rng.randrange(10, 300) * _DAY)


def question(one: Document, rng: random.Random) -> str:
    """Return a question for a document: kind and number together, the rest anywhere; any spelling."""
    name, organ = KINDS[one.kind]
    count = rng.choice((str(one.count), f"{one.count:02}"))
    kind = rng.choice((name, one.kind))
    place = one.place.removeprefix("tỉnh ").removeprefix("thành phố ")
    issuer = f"{rng.choice((organ, _LONG[organ], ''))} {place}"
    year = rng.choice((str(one.day.year), f"năm {one.day.year}"))
    named = rng.choice(
        ([f"{kind} {count}"], [f"{kind} số {count}"], [f"{count} {kind}"], [f"{count}/{one.kind}-{organ}"])
    )
    parts = [*named, issuer.strip(), year]
    rng.shuffle(parts)
    asked = " ".join(parts)
    return rng.choice((asked, plain(asked), asked.lower(), asked.upper()))
