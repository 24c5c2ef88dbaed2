"""Where on a page its article stands: the element that holds it, and which of its rows are the article's.

Pure; never raises. Paragraphs are weighed: those of teasers, of a second article below, of boxes and of
what stands above the headline weigh little or nothing, those in an element that calls itself an article's
body weigh more. The article's element is the smallest that holds most of the weight.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Any

from pipeline.sheet import CARDS, HEADINGS, Row, Sheet, Span, word_set

_SHARE = 0.8  # of the weight that an element must hold to hold the article
_NAMED = 3  # how much more a paragraph in an article's body weighs
_TEASER, _ABOVE = 20, 5  # how much less one of a teaser and one above the headline
_GAP = 2  # rows that a teaser's lead may stand below its headline
_FEW = 3  # links that stand between an article's paragraphs
_HINT_ROWS, _LONGEST_LABEL = 12, 60  # of a box between two paragraphs; characters of its label
_ENDS = (".", "!", "?", "…", "”", '"')
_HOLDERS = word_set(
    "html body div section article main table tbody tr td form center aside span font ul ol li dl dd "
    "blockquote header footer nav amp-story details fieldset figure"
)
_BODY = re.compile(
    r"(?<![a-z])(?:articles?-*(?:body|contents?|detail|text|maincontent)|"
    r"contents?-*(?:detail|article|body|news|fck|post)|cms-*body|afcbc-*body|(?:b-)?maincontent|"
    r"(?:(?:td-)?post|details?|news|entry|journal|noi-?dung|main|story|page|tin|bai)-*"
    r"(?:body(?:html)?|contents?|detail|text|article|maincontent|inner-?content)|body-*(?:text|html|news|content)|"
    r"journal-content-article|chi-?tiet(?:-*(?:tin|bai|bai-viet|noi-dung))?|div-noidung|"
    r"noi-?dung(?:-*(?:tin|bai|bai-viet|chi-tiet))?|fck(?:-*detail)?|ms-rtestate-field|field-+name-+body|hometext|"
    r"[a-z0-9-]*lbl?-?(?:content|noi-?dung|body|detail)s?|articlecontent|contentdetail|rich-?text|text-formatted|"
    r"singular-content|the-content|abody)(?![a-z])"
)


def weigh(sheet: Sheet, head: int, foreign: int) -> list[int]:
    """Return how much each row says of where the article is.

    Args:
        sheet: the page.
        head: the row of the headline, -1 if it is not known.
        foreign: the first row of another article, the number of rows if there is none.
    """
    rows = sheet.rows
    weights = list(sheet.prose())
    seen: set[str] = set()
    for at, row in enumerate(rows):
        if not weights[at]:
            continue
        if row.text in seen or at >= foreign:
            weights[at] = 0
        seen.add(row.text)
        if any(rows[above].is_teaser() and above != head for above in range(max(at - _GAP, 0), at)):
            weights[at] //= _TEASER
        if at < head:
            weights[at] //= _ABOVE
    for card in _cards(sheet, weights, head):
        weights[card.first : card.last] = (weight // _TEASER for weight in weights[card.first : card.last])
    beside = sheet.beside(weights)
    kept = [0 if row.box >= 0 and beside[row.box] else weights[at] for at, row in enumerate(rows)]
    weights = kept if any(kept) else weights  # a page may stand in boxes altogether
    for at in _in_bodies(sheet):
        weights[at] *= _NAMED
    return weights


def _cards(sheet: Sheet, weights: list[int], head: int) -> Iterator[Span]:
    """Yield the outermost elements that begin with somebody's headline as a link: teasers."""
    sums = [0, *accumulate(weights)]
    end = -1
    for span in sheet.cards():
        if span.first < end or span.first <= head < span.last:
            continue
        if 2 * (sums[span.last] - sums[span.first]) < sums[-1]:
            end = span.last
            yield span


def _in_bodies(sheet: Sheet) -> set[int]:
    """Return the rows that stand in an element which calls itself an article's body."""
    depth = [0] * (len(sheet.rows) + 2)
    called = (element for element, name in sheet.called.items() if _names_body(name))
    for element in {*called, *sheet.marked}:
        first, last = sheet.spans[element]
        if first < last and element.tag in _HOLDERS:
            depth[first] += 1
            depth[last] -= 1
    return {at for at, bodies in enumerate(accumulate(depth)) if bodies and at < len(sheet.rows)}


@lru_cache(maxsize=5_000)
def _names_body(called: str) -> bool:
    """Tell whether an element that is called so is the body of an article."""
    return bool(_BODY.search(called))


def holder(sheet: Sheet, root: Any, weights: list[int]) -> Any:
    """Return the smallest element that holds most of the weight; the body, or the root, if nothing weighs."""
    sums = [0, *accumulate(weights), 0]
    sums[-1] = sums[-2]
    enough = _SHARE * sums[-1]
    main = next(root.iter("body"), root)
    while enough:
        deeper = (
            child
            for child in main
            if child.tag in _HOLDERS
            and (span := sheet.spans.get(child))
            and sums[span.last] - sums[span.first] >= enough
        )
        inner = next(deeper, None)
        if inner is None:
            break
        main = inner
    return main


def own_rows(sheet: Sheet, weights: list[int], span: Span) -> list[int]:
    """Return which rows of a span are the article's, in order: no boxes, no lists of links, no teasers.

    Behind the last paragraph the first link to something else ends it.
    """
    rows = sheet.rows
    around = {at for at, box in enumerate(sheet.boxes) if box.first <= span.first and span.last <= box.last}
    beside = sheet.beside(weights, around)
    inside = [at for at in range(*span) if rows[at].box < 0 or not beside[rows[at].box]]
    last = _last_paragraph(sheet, weights, inside)
    own: list[int] = []
    for at in inside:
        if at > last and rows[at].is_teaser():
            while own and own[-1] > last and rows[own[-1]].tag in HEADINGS:
                own.pop()
            break
        own.append(at)
    links = _strange(sheet, own)
    return [at for at in own if at not in links]


def _last_paragraph(sheet: Sheet, weights: list[int], inside: list[int]) -> int:
    """Return the article's last paragraph: behind it stand teasers, each a headline and its lead.

    One link before the last paragraph is a hint to another article, two in a row are a list.
    """
    rows = sheet.rows
    in_cards = {at for card in _cards(sheet, weights, -1) for at in range(*card)}
    lengths = sheet.prose()
    prose = [place for place, at in enumerate(inside) if lengths[at] and at not in in_cards]
    for pairs, place in enumerate(reversed(prose)):
        above = inside[max(place - _GAP, 0) : place]
        if not any(rows[at].is_teaser() and rows[at].tag not in ("p", "li") for at in above):
            return inside[prose[-1]] if pairs == 1 else inside[place]
    return inside[-1] if inside else -1


def _strange(sheet: Sheet, own: list[int]) -> set[int]:
    """Return rows that are links to something else: three in a row, or a headline that no text follows."""
    rows = sheet.rows
    found: set[int] = set()
    run: list[int] = []
    single: list[int] = []
    followed = 0
    for place, at in enumerate(own):
        row = rows[at]
        if not row.is_link():
            run = []
            continue
        run.append(at)
        if len(run) >= _FEW:
            found.update(run[-_FEW:])
        if row.is_teaser() and not row.text[:1].isdigit():
            text_below = place + 1 < len(own) and bool(sheet.prose()[own[place + 1]])
            followed += text_below
            if not (text_below and row.tag in HEADINGS):
                single.append(at)
    is_digest = followed > _FEW and followed >= _SHARE * len(single)
    return found if is_digest else found.union(single, _hints(sheet, own))


def _hints(sheet: Sheet, own: list[int]) -> set[int]:
    """Return the rows of elements that hold but a label and headlines of other articles as links."""
    rows = sheet.rows
    teasers = [at for at in own if rows[at].is_teaser()]
    found: set[int] = set()
    if not teasers:
        return found
    for element, span in sheet.spans.items():
        if not 1 < span.last - span.first <= _HINT_ROWS or element.tag not in CARDS:
            continue
        inside = range(*span)
        if any(at in inside for at in teasers) and all(_is_label(rows[at]) for at in inside):
            found.update(inside)
    return found


def _is_label(row: Row) -> bool:
    """Tell whether a row is a link, or a few words without an end."""
    return row.is_link() or (len(row.text) <= _LONGEST_LABEL and not row.text.endswith(_ENDS))
