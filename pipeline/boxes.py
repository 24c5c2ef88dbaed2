"""Which elements of a page stand beside its article, by what they are called or built like.

Pure; never raises.
"""

import re
from functools import lru_cache

from pipeline.sheet import PARAGRAPHS

# The share of a page's paragraphs that a box may hold: comments outweigh an article, a share bar never does.
_MOST_TALK, _MOST_OTHER, _MOST_ASIDE, _MOST_BESIDE, _MOST_WORDS = 0.95, 0.8, 0.6, 0.5, 0.02
_AROUND = frozenset(("nav", "footer", "aside"))
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search"))
# What is called so hardly ever holds the article, even if it holds most of the page's text.
_TALK = re.compile(
    r"(?<![a-z])(?:comments?|cmts?|binh-?luan|y-?kien(?:-ban-?doc)?|comment-?(?:list|respond|box)|fb-comments|disqus-thread)(?![a-z])"
)
_OTHERS = re.compile(
    r"(?<![a-z])(?:relat(?:ed?|ive)s?(?:-?(?:posts?|news|articles?|box|items?|one-?news))?|article-?relate|"
    r"(?:tin|bai)-?(?:viet-?)?(?:khac|lien-?quan|moi|cung|doc-?nhieu|cu|hot|da-?dua)|lien-?quan|other-?news|"
    r"(?:jp-?)?related-?posts?|breadcrumbs?|menu|nav|navbar|"
    r"navigation|pagination|paging|most-?read|xem-?nhieu|doc-?nhieu|advert(?:isement)?|ads?|ad-?spot|quang-?cao|"
    r"post-?next-?prev|site-?footer|footer|chan-?trang|author-?box|tlq|mega-?menu)(?![a-z])"
)
# What is called so is small, and beside the article.
_SIDE = re.compile(
    r"(?<![a-z])(?:share|shares|sharing|sharedaddy|social|addtoany|tags?|tu-?khoa|rating|ratings|star|banner|"
    r"widget|sidebar|side-?bar|toolbar|tts|audio|player|hotline|fb-like|zalo|poll|rates?|support-?box|tham-?do|quiz|survey|"
    r"newsletter|subscribe|donate?|donation|ung-?ho|cookie|consent|gdpr|popup|modal|app-?banner|promo|ticker|"
    r"weather|thoi-?tiet|ty-?gia|login|captcha|print|counter|luot-?xem|views?-?count|font-?size|paywall|chat|"
    r"wp-?block-?file|file-?dinh-?kem|attach(?:ments?)?|tep-?dinh-?kem|field-?name-?field-?file)(?![a-z])"
)


@lru_cache(maxsize=5_000)
def share(tag: str, called: str, role: str) -> float:
    """Return how much of a page's paragraphs an element may hold and still stand beside its article.

    0 for one that is no box; -1 for a list, which is one if it is hardly more than links. `called`: its
    names (`sheet.names`), "" if it has none.
    """
    if tag == "body":
        return 0
    if _TALK.search(called):
        return _MOST_TALK
    if tag in _AROUND or role in _ROLES or _OTHERS.search(called):
        return _MOST_OTHER if tag != "aside" else _MOST_ASIDE
    if _SIDE.search(called):
        return _MOST_BESIDE if tag not in PARAGRAPHS else _MOST_WORDS
    return -1 if tag in ("ul", "ol") else 0
