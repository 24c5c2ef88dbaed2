"""A database of hostile news, made by a seed: what real and malicious publishers write, in bulk.

Titles, texts, names, addresses and dates are drawn from what has broken feeds before. Words are our own
draws, so that no two pieces are alike unless they are meant to be: a tenth is told by a second source, some
are withdrawn, some are edited. Everything goes the way of all news, from receipts to stories; only the
parsing of bytes is passed over, so that the strings come to the stages as bad as they are here.
"""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.drafts import Finding, drafts
from pipeline.model import (
    Act,
    Basis,
    Document,
    Draft,
    Form,
    Given,
    Image,
    Parsed,
    Places,
    Precision,
    Rights,
    Source,
    SourceId,
    When,
)
from pipeline.places import areas
from pipeline.stages import receive, settle
from pipeline.store import Database, open_database, receipts, sources
from pipeline.topics import topics

START = datetime(2026, 11, 27, 0, 0, tzinfo=UTC)
_BATCH = 200  # articles a receipt
_WORDS = (
    "an ban bao binh cau chau chien cong cuoc dan dao dat diem dinh doan dong duong gia giao giay ha hoa "
    "hoi hop khoi khu kinh la lam lien linh luc mai minh mua nam nen nghi nguoi nha nong nuoc oi phan phu "
    "quan que ra rung sang sau song tam tan thanh thao thi thoi thu tien tinh tot trai tre truong tuyen "
    "ung vai ven viec vo vung xa xe xuan y "
)
_SYLLABLES = _WORDS.split()
_MARKS = str.maketrans({"a": "áàảãạâấầẩẫậăắằẳẵặ", "o": "óòỏõọôốồổỗộơớờởỡợ", "u": "úùủũụưứừửữự"})
_HURTS = (
    "\x00\x07\x0b\x1f",
    "\x7f\x85\x9f",
    "\ud800",
    "\udfff\ud83d",
    "\ufffe\uffff\ufdd0\U0001fffe",
    "\ufffd\ufffd",
    "]]>",
    "<![CDATA[<b>]]>",
    "<!-- --",
    "<?xml version='1.1'?>",
    "<!DOCTYPE x [<!ENTITY y 'z'>]>&y;",
    "</title></item></channel>",
    "</entry></feed>",
    "<script>alert('x')</script>",
    "<img src=x onerror=alert(1)>",
    "<b>đậm",
    "</p></div>",
    "a < b && c > d",
    "<3",
    "&amp;",
    "&lt;b&gt;",
    "&nbsp;",
    "&nbsp",
    "&copy 2026",
    "Q&phi",
    "5G&4G",
    "R&D",
    "&#x1F600;",
    "&#0;&#xD800;&#99999999;",
    "&bogus;",
    "&amp;amp;lt;",
    "😀👩‍👩‍👧‍👦🇻🇳",
    "Tie\u0302\u0301ng Vie\u0323\u0302t",
    "Ðông Ðức",
    "\u202eđảo ngược\u202c",
    "\u200f\u200bkhông thấy\u2066",
    "Ã©lÃ¨ve",
    "Â\u00a0Â©",
    "\u2028dòng\u2029đoạn",
    "\r\n\t\r",
    "\"trong\" 'ngoặc' “kép”",
    "ký tự \u00ad mềm",
    "\ue000\uf0b7",
    "ﬁ ﬂ ㎡ Ⅷ",
    "chữ,phẩy;chấm",
    "x" * 400,
    "%s %(a)s {0} ${x} {{y}}",
    "thu.ha@bao.example",
    "<thu.ha@bao.example>",
    "=1+1",
    "javascript:alert(1)",
)
_NAMES = (
    "Thu Hà",
    "Nguyễn, Văn A",
    "Hà (Báo Mẫu)",
    "TTXVN",
    "A & B",
    "a@b.example",
    "Ha <ha@b.example>",
    'O\'Brien "Bé"',
    "👩‍🌾",
    "\u202eHà",
    "",
    " ",
    "Nhóm\nphóng viên",
)
_PATHS = (
    "tin-{}.html",
    "tin {} có dấu cách.html",
    "đường-dẫn/bài-{}?q=ơ ư#mục",
    "a?x=1&amp;y=2&copy=3&id={}",
    'q?"><script>{}',
    "%zz%41/{}",
    "[x]{{y}}|^`\\{}",
    "tin-{}#",
    "?" + "a" * 900 + "{}",
    "?" + "b" * 1_100 + "{}",
    "..//./{}",
    "\u202e{}",
)
_HOSTS = (
    "https://bao{}.example/",
    "http://BAO{}.EXAMPLE:8080/",
    "https://báo{}.example/",
    "http://[::1]/{}",
    "ftp://bao{}.example/",
    "//bao{}.example/",
    "https://a:b@bao{}.example/",
    "",
)
_PAPERS = 40
_HARMLESS = 0.35  # of pieces: among the hostile ones most feeds hold ordinary news


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that a source hands over, in words that JSON can carry."""

    source: int
    name: str
    title: str
    summary: str
    text: str
    url: str
    authors: tuple[str, ...]
    at: str
    precision: str
    area: str
    topics: tuple[str, ...]
    language: str = "vi"
    image: str = ""
    caption: str = ""
    act: str = "tell"


@dataclass(slots=True)
class Clock:
    """A clock that goes on by itself, so that stories are first told at different times."""

    now: datetime
    step: timedelta

    def __call__(self) -> datetime:
        """Tell the time, later at every call."""
        self.now += self.step
        return self.now


class Handed:
    """A reader of receipts that hold pieces."""

    def read(self, document: Document) -> Parsed:
        """Return their drafts, as `pipeline.drafts` makes them of any form."""
        pieces = [_piece_of(fields) for fields in json.loads(document.body)]
        return Parsed(tuple(draft for piece in pieces for draft in _drafts(piece, document)))


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A database of hostile news, the folder that it is published in, and the time by then."""

    db: Database
    folder: Path
    now: datetime


@contextmanager
def newsroom(folder: Path, count: int, step: timedelta) -> Iterator[Newsroom]:
    """Lend a newsroom with `count` pieces of news, in SQLite."""
    db = open_database(f"sqlite:///{folder / 'tintinh.db'}")
    db.migrate()
    clock = fill(db, count, step=step)
    yield Newsroom(db, folder / "feeds", clock())
    db.close()


def paper(number: int) -> Source:
    """Return a source; some have names that hurt."""
    name = f"Báo {number}" if number % 3 else f"Báo {number} {_HURTS[number % len(_HURTS)]}"
    home = areas()[number % len(areas())]
    rights = Rights.FULL if number % 2 else Rights.SUMMARY
    printable = "".join(char for char in name if not "\ud800" <= char <= "\udfff" and char != "\x00")
    return Source(SourceId(f"bao-{number}"), printable, home.province, home.slug, (), rights)


def pieces(count: int, seed: int = 1) -> Iterator[Piece]:
    """Yield `count` pieces of news."""
    draw = random.Random(seed)
    homes, subjects = [one.slug for one in areas()], [one.slug for one in topics()]
    told: list[Piece] = []
    for number in range(count):
        if told and draw.random() < 0.1:
            again = draw.choice(told[-500:])
            yield _again(again, draw, number)
            continue
        piece = _piece(number, draw, homes, subjects)
        told.append(piece)
        yield piece


def fill(db: Database, count: int, *, seed: int = 1, step: timedelta = timedelta(minutes=1)) -> Clock:
    """Fill an empty database with `count` pieces; return the clock as it stands behind the last.

    Nothing is too old to be news here: ancient dates must come into feeds to be able to hurt them.
    """
    clock = Clock(START, step)
    with db.write() as conn:
        for number in range(_PAPERS):
            sources.ensure(conn, paper(number))
    batch: list[Piece] = []
    for piece in pieces(count, seed):
        batch.append(piece)
        if len(batch) == _BATCH:
            _hand_in(db, batch, clock)
            batch = []
    _hand_in(db, batch, clock)
    return clock


def _hand_in(db: Database, batch: list[Piece], clock: Clock) -> None:
    by_source: dict[int, list[Piece]] = {}
    for piece in batch:
        by_source.setdefault(piece.source, []).append(piece)
    with db.write() as conn:
        for number, listed in by_source.items():
            body = json.dumps([asdict(piece) for piece in listed]).encode()
            receipts.add(
                conn,
                source_id=paper(number).source_id,
                form=Form.RECORD,
                content=receipts.pack(body),
                given=Given(),
                received_at=clock(),
            )
    while receive(db, Handed(), clock, backfill_after_days=700_000).receipts:
        pass
    while settle(db, clock).entries:
        pass


def _piece_of(fields: dict[str, Any]) -> Piece:
    listed = {name: tuple(map(_carried, value)) for name, value in fields.items() if isinstance(value, list)}
    carried = {name: _carried(fields[name]) for name in ("url", "image", "caption", "language")}
    return Piece(**(fields | listed | carried))


def _carried(text: str) -> str:
    """Return what every door makes of a lone surrogate; titles and texts are cleaned behind the doors too."""
    return text.encode("utf-8", "replace").decode()


def _drafts(piece: Piece, document: Document) -> Iterator[Draft]:
    when = (
        When(datetime.fromisoformat(piece.at), Precision(piece.precision), Basis.GIVEN) if piece.at else None
    )
    found = Finding(
        external_id=piece.name,
        guid=piece.name,
        url=piece.url,
        kind="article",
        title=piece.title,
        summary=piece.summary,
        text=piece.text,
        whens=(when,) if when else (),
        authors=piece.authors,
        language=piece.language,
        act=Act(piece.act),
        image=Image(piece.image, piece.caption) if piece.image else None,
    )
    area = next(one for one in areas() if one.slug == piece.area)
    places = Places(areas=(area.slug,), provinces=(area.province,), explicit=(area.slug,))
    for draft in drafts(found, document.source, document.received_at):
        yield replace(draft, places=places, topics=piece.topics)


def _piece(number: int, draw: random.Random, homes: list[str], subjects: list[str]) -> Piece:
    is_harmless = draw.random() < _HARMLESS
    source = draw.randrange(_PAPERS)
    title = f"{sentence(draw, 8)} số {number}"
    body = "\n\n".join(f"{sentence(draw, 25)}." for _ in range(draw.randint(1, 4)))
    day = START - timedelta(minutes=draw.randrange(4_000))
    piece = Piece(
        source=source,
        name=f"bai-{number}",
        title=title,
        summary=f"{sentence(draw, 15)}." if draw.random() < 0.7 else "",
        text=body,
        url=f"https://bao{source}.example/tin-{number}.html",
        authors=("Thu Hà",),
        at=day.isoformat(),
        precision="second",
        area=draw.choice(homes),
        topics=tuple(draw.sample(subjects, draw.randint(0, 3))),
    )
    return piece if is_harmless else _hurt(piece, number, draw)


def _hurt(piece: Piece, number: int, draw: random.Random) -> Piece:
    """Make a piece hostile in one to four ways."""
    hurt = draw.choice(_HURTS)
    ways: tuple[dict[str, Any], ...] = (
        {"title": f"{hurt} {piece.title}"},
        {"title": f"{piece.title}{hurt}"},
        {"title": draw.choice(("", " ", "\u200b", hurt))},
        {"summary": f"{piece.summary} {hurt} {piece.title}"},
        {"text": f"{hurt}\n\n{piece.text}{hurt}\n\n{draw.choice(_HURTS)}"},
        {"text": f"{piece.text} {' '.join(_HURTS)}"},
        {"url": draw.choice(_HOSTS).format(piece.source) + draw.choice(_PATHS).format(number)},
        {"url": draw.choice(("", "#", "x", hurt))},
        {"authors": tuple(draw.sample(_NAMES, 3))},
        {"at": draw.choice(_DATES), "precision": draw.choice(("second", "day", "month", "year"))},
        {"at": ""},
        {"language": draw.choice(("en", "vi_VN", "tiếng Việt", "zz", "km", ""))},
        {"image": f"https://bao{piece.source}.example/ảnh {number}.jpg", "caption": hurt},
        {"image": draw.choice(("x.png", "data:image/png;base64,AAAA", "http://[::1]/a.gif")), "caption": ""},
        {"text": f"{piece.text}\n\n{' '.join(sentence(draw, 20) for _ in range(40))}"},
    )
    for way in draw.sample(ways, draw.randint(1, 4)):
        piece = replace(piece, **way)
    if number % 997 == 7:  # a hundred thousand words, rarely
        piece = replace(piece, text=f"{piece.text} " + "lời & dài " * 33_000)
    return piece


_DATES = (
    "0001-01-01T00:00:00+00:00",
    "1054-06-01T00:00:00+00:00",
    "1899-12-31T17:00:00+00:00",
    "1969-12-31T17:00:00+00:00",
    "1989-12-31T16:59:59+00:00",
    "2026-11-27T23:00:00+00:00",
    "2038-01-19T03:14:08+00:00",
    "2999-01-01T00:00:00+00:00",
    "9999-12-31T16:59:59+00:00",
)


def _again(piece: Piece, draw: random.Random, number: int) -> Piece:
    """Return the same news from another source, an edit of it, or its withdrawal."""
    turn = draw.random()
    if turn < 0.6:
        other = (piece.source + 1 + draw.randrange(_PAPERS - 1)) % _PAPERS
        url = f"https://bao{other}.example/dang-lai-{number}.html"
        return replace(piece, source=other, name=f"lai-{number}", url=url)
    if turn < 0.85:
        return replace(piece, title=f"{piece.title} (sửa)", text=f"{piece.text}\n\n{sentence(draw, 20)}.")
    return replace(piece, act="withdraw")


def sentence(draw: random.Random, count: int) -> str:
    """Return so many drawn words as a sentence without its full stop."""
    words = []
    for _ in range(count):
        word = draw.choice(_SYLLABLES)
        words.append(
            "".join(draw.choice(_MARKS[ord(char)]) if ord(char) in _MARKS else char for char in word)
        )
    return " ".join(words).capitalize()
