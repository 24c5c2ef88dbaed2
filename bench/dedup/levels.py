"""One function for each level: an original and chance in, a telling out. Pure.

Each takes the teller, which holds the set's own synonyms and outlets, and returns a telling whose
labels are those of the original's story.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from bench.dedup import edits, facts, rewriting
from bench.dedup.model import Article, Level, Outlet, Telling

_SHORTEST_EXCERPT = 28  # words
_SUMMARY = 200  # characters of a stub's summary
_FULL_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|ngày \d{1,2} tháng \d{1,2} năm \d{4}|/\d{4}\b")
_UNDATED = 0.05
_ADDED = (
    "Trước đó, {name} đã phản ánh sự việc này và nhận được nhiều ý kiến của bạn đọc gửi về tòa soạn.",
    "{name} sẽ tiếp tục cập nhật khi có thông tin mới từ cơ quan chức năng.",
    "Bạn đọc quan tâm có thể gửi câu hỏi về hộp thư của tòa soạn để được giải đáp trong các số báo tới.",
    "Câu chuyện đang được nhiều người ở {place} quan tâm, bàn luận trên mạng xã hội những ngày qua.",
    "Phóng viên đã liên hệ với những người có trách nhiệm nhưng đến lúc đăng bài chưa nhận được phản hồi.",
    "Tại {place}, các ngành cũng đang rà soát những trường hợp tương tự để có hướng xử lý phù hợp.",
    "Mời quý độc giả đón đọc các bài tiếp theo trong chuyên mục Thời sự của {name}.",
    "Theo tìm hiểu của chúng tôi, đây không phải lần đầu vấn đề này được nêu ra trong dư luận.",
)
_TITLE_ADDED = (
    "{title}: Chuyện không mới",
    "Vì sao {lower}",
    "Chuyện {lower}",
    "{title} - góc nhìn từ {place}",
)
_TITLE_LEFT = 6  # words that a shortened headline keeps at least
_DATELINES = (
    "{place} (TTXVN) - ",
    "({mark}) - ",
    "TTXVN - ",
    "({mark}) – ",
    "{mark} - ",
    "",
    "",
    "{city}, (TTXVN {day}/{month}) - ",
)
_CREDITS = (
    "Theo TTXVN",
    "Nguồn: TTXVN",
    "(TTXVN)",
    "(Theo TTXVN/Vietnam+)",
    "PV (theo TTXVN)",
    "PV",
    "",
    "Nguồn: TTXVN/Vietnam+",
)
_CITIES = ("Hà Nội", "Thành phố Hồ Chí Minh", "Đà Nẵng", "Cần Thơ", "Huế")
_MOVED = (
    "http://{rest}",
    "https://www.{rest}",
    "https://m.{rest}",
    "https://{rest}/",
    "https://{rest}?utm_source=zalo",
    "https://{rest}?fbclid=IwAR0x",
)


@dataclass(frozen=True, slots=True)
class Teller:
    """What all tellings of a set share: synonyms and outlets drawn for it."""

    pairs: Sequence[tuple[str, str]]
    outlets: Sequence[Outlet]

    def another(self, rng: Random, outlet: Outlet, count: int = 1) -> list[Outlet]:
        """Draw other publishers of other homes."""
        far = [one for one in self.outlets if one.area != outlet.area and not one.source_id.startswith("xa-")]
        return rng.sample(far, min(count, len(far)))


def original(
    rng: Random, article: Article, outlet: Outlet, at: datetime, *, with_lead: bool = True
) -> Telling:
    """Tell the article as its publisher does: its lead as summary or first paragraph, or left out."""
    as_summary = with_lead and rng.random() < 0.6
    opening = (article.lead,) if with_lead and not as_summary else ()
    name = f"a{article.article_id}"
    return Telling(
        external_id=name,
        level=Level.ORIGINAL,
        story=name,
        original="",
        outlet=outlet,
        title=article.title,
        summary=article.lead if as_summary else "",
        paragraphs=(*opening, *article.paragraphs),
        at=at,
        url=f"https://{outlet.host}/tin/bai-{article.article_id.lstrip('0') or '0'}.html",
    )


def verbatim(rng: Random, told: Telling) -> Telling:
    """Take the first paragraphs word for word, until they are long enough."""
    return _item(rng, told, Level.VERBATIM, _opening(rng, told))


def nonadjacent(rng: Random, told: Telling) -> Telling:
    """Take two or three paragraphs that do not stand together."""
    long = [place for place, text in enumerate(_prose(told)) if edits.size(text) > 12]
    places: list[int] = []
    for place in sorted(rng.sample(long, min(len(long), 5))):
        if not places or place > places[-1] + 1:
            places.append(place)
    chosen = [_prose(told)[place] for place in places[: rng.randint(2, 3)]]
    return _item(rng, told, Level.NONADJACENT, chosen or _opening(rng, told))


def trimmed(rng: Random, told: Telling) -> Telling:
    """Leave out a third of the sentences of a longer excerpt, and clauses of the rest."""
    excerpt = _opening(rng, told, more=rng.randint(1, 3))
    return _item(rng, told, Level.TRIMMED, edits.trimmed(rng, excerpt, rng.uniform(0.2, 0.45)))


def noise(rng: Random, told: Telling) -> Telling:
    """Damage the opening as bad software does, each time in some of the ways."""
    ways = rng.sample(("tones", "nfd", "marks", "ocr", "signs"), rng.randint(1, 3))
    slips = rng.uniform(0.02, 0.06) if "ocr" in ways else 0.0
    lost = rng.uniform(0.05, 0.15) if "marks" in ways else 0.0

    def damage(text: str) -> str:
        text = edits.other_tones(text) if "tones" in ways else text
        text = edits.noisy(rng, text, slips=slips, lost=lost)
        text = edits.other_signs(text) if "signs" in ways else text
        return edits.decomposed(text) if "nfd" in ways else text

    item = _item(rng, told, Level.NOISE, _opening(rng, told, more=1), detail="+".join(sorted(ways)))
    return replace(item, title=damage(item.title), paragraphs=tuple(map(damage, item.paragraphs)))


def rewritten(rng: Random, told: Telling, teller: Teller) -> Telling:
    """Tell the opening anew."""
    excerpt = edits.trimmed(rng, _opening(rng, told, more=rng.randint(0, 1)), rng.uniform(0, 0.3))
    item = _item(rng, told, Level.REWRITTEN, rewriting.rewritten(rng, excerpt, teller.pairs))
    return replace(item, title=_other_title(rng, told, teller, told.outlet) if item.title else "")


def abstractive(rng: Random, told: Telling, article: Article, *, titled: bool) -> Telling:
    """Take the lead, which people wrote, of an article that is told without it."""
    level = Level.ABSTRACTIVE_TITLED if titled else Level.ABSTRACTIVE
    item = _item(rng, told, level, [article.lead])
    return replace(item, title=article.title if titled else "")


def exact(rng: Random, told: Telling, teller: Teller, at: datetime, *, same: bool) -> Telling:
    """Repeat the text: at the same publisher under another address, or at another one."""
    outlet = told.outlet if same else teller.another(rng, told.outlet)[0]
    credit = () if same else (rng.choice((f"Theo {told.outlet.name}", f"Nguồn: {told.outlet.host}", "")),)
    detail = "same publisher" if same else "other publisher"
    paragraphs = (*told.paragraphs, *filter(None, credit))
    return _copy(rng, told, Level.EXACT, "x", (outlet, at), paragraphs=paragraphs, detail=detail)


def edited(rng: Random, told: Telling, teller: Teller, at: datetime, *, same: bool = False) -> Telling:
    """Change the headline, change or leave out 10-30 % of the sentences, add a paragraph."""
    outlet = told.outlet if same else teller.another(rng, told.outlet)[0]
    share = rng.uniform(0.1, 0.3)
    paragraphs = [_reworked(rng, paragraph, teller, share) for paragraph in told.paragraphs]
    added = rng.choice(_ADDED).format(name=outlet.name, place=outlet.place)
    paragraphs.insert(rng.choice((1, len(paragraphs))), added)
    title = _other_title(rng, told, teller, outlet)
    summary = told.summary if rng.random() < 0.6 else ""
    return _copy(rng, told, Level.EDITED, "e", (outlet, at),
        title=title, summary=summary, paragraphs=tuple(filter(None, paragraphs)),
    )  # fmt: skip


def agency(rng: Random, told: Telling, outlet: Outlet, place: int, at: datetime) -> Telling:
    """Print an agency's text: another dateline, byline and credit, perhaps cut at the end."""
    flow = _flow(told)
    kept = flow if rng.random() < 0.7 else flow[: max(2, round(len(flow) * rng.uniform(0.6, 1.0)))]
    named = {
        "place": outlet.place, "mark": outlet.mark, "city": rng.choice(_CITIES),
        "day": told.at.day, "month": told.at.month,
    }  # fmt: skip
    opening = rng.choice(_DATELINES).format(**named) + kept[0]
    title = told.title if rng.random() < 0.7 else _short_title(rng, told.title)
    return _copy(rng, told, Level.AGENCY, f"n{place}-", (outlet, at),
        title=title, summary="", paragraphs=tuple(filter(None, (opening, *kept[1:], rng.choice(_CREDITS)))),
    )  # fmt: skip


def stub(rng: Random, told: Telling, teller: Teller, at: datetime) -> Telling:
    """Tell headline and a short summary alone, as feeds do."""
    outlet = teller.another(rng, told.outlet)[0] if rng.random() < 0.6 else told.outlet
    opening = _flow(told)[0]
    summary = opening
    if len(opening) > _SUMMARY and rng.random() < 0.5:
        summary = opening[:_SUMMARY].rsplit(" ", 1)[0] + "..."
    return _copy(rng, told, Level.STUB, "s", (outlet, at), summary=summary, paragraphs=())


def revision(rng: Random, told: Telling, teller: Teller, at: datetime) -> Telling:
    """Tell the same address again: 5-20 % of the sentences changed, perhaps a number too."""
    share = rng.uniform(0.05, 0.2)
    paragraphs = tuple(filter(None, (_reworked(rng, one, teller, share) for one in told.paragraphs)))
    changed = Article("", told.title, told.summary, paragraphs or told.paragraphs)
    detail = ""
    if rng.random() < 0.15 and (swap := facts.swapped(rng, changed, 1)):
        changed, detail = swap[0], f"other {swap[1][0].kind}"
    url = rng.choice(_MOVED).format(rest=told.url.removeprefix("https://"))
    again = _copy(rng, told, Level.REVISION, "r", (told.outlet, at),
        title=changed.title, summary=changed.lead, paragraphs=changed.paragraphs, detail=detail,
    )  # fmt: skip
    return replace(again, url=url, dated=True)


def repost(rng: Random, told: Telling, commune: Outlet, at: datetime) -> Telling:
    """Repeat the text on a commune's site, a month later."""
    credit = rng.choice((f"Nguồn: {told.outlet.name}", f"(Theo {told.outlet.host})", "BBT", ""))
    return _copy(
        rng,
        told,
        Level.REPOST,
        "p",
        (commune, at),
        paragraphs=tuple(filter(None, (*told.paragraphs, credit))),
    )


def twin(rng: Random, told: Telling, article: Article, outlet: Outlet, at: datetime) -> Telling:
    """Tell an article with swapped facts: a story of its own that looks like another."""
    made = original(rng, article, outlet, at)
    name = f"t{article.article_id}"
    url = f"https://{outlet.host}/tin/sk-{article.article_id.lstrip('0') or '0'}.html"
    return replace(made, external_id=name, story=name, level=Level.TWIN, url=url, detail=told.external_id)


def undated(rng: Random, telling: Telling) -> Telling:
    """Leave out the date of one telling in twenty, if no full date in its text could stand for it."""
    if rng.random() < _UNDATED and not _FULL_DATE.search(telling.text()):
        return replace(telling, dated=False)
    return telling


def gap(rng: Random) -> timedelta:
    """Draw how long after its original a copy comes: mostly 0-2 days, a tail to 10."""
    days = rng.choices((0, 1, 2, rng.randint(3, 10)), (55, 25, 10, 10))[0]
    return timedelta(days=days, minutes=rng.randint(5, 600))


def _flow(told: Telling) -> list[str]:
    """Return the paragraphs as a reader sees them, the summary first."""
    return [part for part in (told.summary, *told.paragraphs) if part]


def _prose(told: Telling) -> list[str]:
    """Return the paragraphs that can be excerpted: no bylines, no captions."""
    return [part for part in _flow(told) if edits.ended(part)] or _flow(told)


def _opening(rng: Random, told: Telling, more: int = 0) -> list[str]:
    """Return the first paragraphs, one or two and `more`, but at least a few lines."""
    wanted = rng.randint(1, 2) + more
    taken: list[str] = []
    for paragraph in _prose(told):
        if len(taken) >= wanted and sum(map(edits.size, taken)) >= _SHORTEST_EXCERPT:
            break
        taken.append(paragraph)
    return taken


def _item(rng: Random, told: Telling, level: Level, paragraphs: Sequence[str], detail: str = "") -> Telling:
    """Return an item of the same publisher; its heading is the article's, a short one, or none."""
    title = rng.choices((told.title, _short_title(rng, told.title), ""), (60, 15, 25))[0]
    own = told.level is Level.TWIN
    return replace(
        told,
        level=Level.TWIN_ITEM if own else level,
        original=told.external_id,
        title=title,
        summary="",
        paragraphs=tuple(map(edits.capital, paragraphs)),
        url="",
        detail=detail or ("untitled" if not title else ""),
    )


def _copy(
    rng: Random, told: Telling, level: Level, name: str, where: tuple[Outlet, datetime],
    *, title: str | None = None, summary: str | None = None, paragraphs: tuple[str, ...], detail: str = "",
) -> Telling:  # fmt: skip
    outlet, at = where
    name = f"{name}{told.external_id}"
    return undated(
        rng,
        Telling(
            external_id=name,
            level=level,
            story=told.story,
            original=told.external_id,
            outlet=outlet,
            title=told.title if title is None else title,
            summary=told.summary if summary is None else summary,
            paragraphs=paragraphs,
            at=at,
            url=f"https://{outlet.host}/bai-viet/{name}.html",
            detail=detail,
        ),
    )


def _short_title(rng: Random, title: str) -> str:
    """Return a headline without its tail."""
    words = title.split()
    if len(words) <= _TITLE_LEFT + 1:
        return title
    return " ".join(words[: rng.randint(_TITLE_LEFT, len(words) - 1)]).rstrip(" ,:;-–")


def _other_title(rng: Random, told: Telling, teller: Teller, outlet: Outlet) -> str:
    """Make another headline: of the opening's first clause, with other words, longer or shorter."""
    way = rng.randrange(4)
    clause = edits.sentences(_flow(told)[0])[0].split(", ")[-1][:120].rstrip(" .")
    if way == 0 and edits.size(clause) >= _TITLE_LEFT:
        return edits.capital(clause)
    if way == 1:
        lower = told.title[0].lower() + told.title[1:]
        return rng.choice(_TITLE_ADDED).format(title=told.title, lower=lower, place=outlet.place)
    title = rewriting.synonymous(rng, told.title, teller.pairs, 0.8)
    return title if way == 2 else _short_title(rng, title)


def _reworked(rng: Random, paragraph: str, teller: Teller, share: float) -> str:
    """Change or leave out a share of the sentences."""
    told = []
    for sentence in edits.sentences(paragraph):
        if rng.random() >= share:
            told.append(sentence)
        elif rng.random() < 0.6:
            told += rewriting.rewritten(rng, [sentence], teller.pairs)
    return " ".join(told)
