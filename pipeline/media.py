"""The picture of an article and the files that it hands out. Pure; never raises."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline.model import Attachment, Image
from pipeline.sheet import Sheet, names, told, weight
from pipeline.text import clean, fold
from pipeline.urls import absolute, canonical

_MOST_IMAGES, _MOST_FILES, _MOST_LINKS = 60, 50, 2_000
_SMALL = 100  # pixels; less is an icon, a face, a tracker
_LONGEST_CAPTION = 400
_LONGEST_ADDRESS = 2_000
_NEAR = (10, 40)  # elements before and behind the text in which they may stand
_RIGHT_BELOW = 3  # elements below the text in which a file needs no label
_LABELLED = 80  # characters of a box that say what is in it
_UP = 12  # elements above the text in which the article's files may stand

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-original-src", "data-image", "src")
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logo|icons?|sprite|blank|spacer|pixel|loading|loader|placeholder|no-?image|avatar|"
    r"emoji|smil(?:ies|ey)|banner|ads?|advert|qr-?code|btn|button|share|facebook|zalo|google|arrow|bullet)(?:[/_.\d-]|$)|"
    r"\.(?:svg|gif)(?:$|\?)|/(?:ads?|banner)/|default[\w-]{0,20}\.(?:png|jpe?g)",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)(?:$|/)|/(?:image|anh|photo|media)/", re.IGNORECASE
)
_OWN_LINK = re.compile(r"attachment|lightbox|fancybox|gallery|zoom|popup")
_NOT_ITS = re.compile(
    r"(?<![a-z])(?:logo|icons?|avatar|emoji|author|relat(?:ed|e)|lien-?quan|share|social|banner|ads?|advert|quang-?cao|"
    r"comments?|sidebar|tlq|relatedonenews|donate|qr|app-?banner|promo|box-?tin\S*|list-?news|tin-?(?:khac|moi)|rating)"
    r"(?![a-z])"
)
_CAPTION = re.compile(
    r"caption|chu-?thich|chuthich|image-?desc|photo-?desc|(?<![a-z])(?:capt?|desc|legend)(?![a-z])"
)
_CAPTION_STYLE = re.compile(r"text-align\s*:\s*center|font-style\s*:\s*italic")
_FILE = re.compile(
    r"\.(?:pdf|docx?|docm|rtf|odt|xlsx?|xlsm|ods|csv|pptx?|ppsx?|odp|zip|rar|7z)(?:$|[/?&#;])", re.IGNORECASE
)
_PICTURE_END = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|[?#])", re.IGNORECASE)
_DOCUMENT_KIND = re.compile(
    r"application/(?:pdf|msword|rtf|zip|vnd\.(?:ms-|oasis\.|openxmlformats-)|x-rar|x-7z)|text/csv"
)
_SERVES = re.compile(r"GET_FILE|download|tai-?ve|attach|getfile|viewfile|filehandler", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:[pdox][a-z]|rtf|rar|csv|zip|7z)")
_SERVING = ("file", "download", "tai-ve", "taive", "attach", "%2e")  # of which what serves a file has one
_FILES = re.compile(
    r"(?<![a-z])(?:attach(?:ments?|ed)?|(?:file|tep|tai-?lieu|van-?ban)s?-?(?:dinh-?kem|kem|list|download)|"
    r"dinh-?kem|downloads?|field-+name-+field-+(?:file|attach\S*|tep\S*|tai-?lieu\S*)|field-+type-+file|wp-block-file|files?)"
    r"(?![a-z])"
)
_LABEL = re.compile(
    r"(?:file|tệp|tập tin|tài liệu|văn bản)s?(?: tin)? (?:đính )?kèm|đính kèm|kèm theo|phụ lục|biểu mẫu|"
    r"tải (?:về|xuống|file|tệp|tài liệu|văn bản|toàn văn)|download|"
    r"(?:^|xem |nội dung |chi tiết )(?:toàn văn|bản đầy đủ)|"
    r"^(?:file|tệp|văn bản|tài liệu|nội dung|chi tiết|xem|link)(?: (?:văn bản|chi tiết|quyết định|kế hoạch|"
    r"công văn|thông báo|tài liệu|tệp|file)){0,3}\s*:"
)
_SAYS_NOTHING = re.compile(
    r"(?:(?:tại|ở) )?đây|(?:tải|xem|download)(?: (?:về|xuống|file|tệp|văn bản|chi tiết|toàn văn))*|link|file|"
    r"pdf|(?:file|tệp|tập tin|văn bản) đính kèm|xem (?:tại )?đây|chi tiết"
)
_IMG = re.compile(r"<img\s(?:[^<>]{0,2000}?\s)?src\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,2000})[\"']", re.IGNORECASE)
_IMG_ROOM = 20_000  # characters of a text in which its first picture is looked for
_TINY = re.compile(r"\s(?:width|height)\s{0,9}=\s{0,9}[\"']?[01](?:px)?[\"'\s/>]", re.IGNORECASE)
_SIZE = re.compile(r"\s*\([^()]{0,20}\d\s?[kmg]b[^()]{0,10}\)\s*$", re.IGNORECASE)


def candidates(seen: Sheet, main: Any, head: int, last: int, base: str) -> list[Any]:
    """Return the pictures that stand between an article's headline and its last row, in order.

    Args:
        seen: the page.
        main: the element that holds the article; the headline and a first picture may stand above it.
        head: the headline's row, -1 if it is not known.
        last: the article's last row.
        base: where relative links start.
    """
    scope = main
    if head >= 0:
        spans = ((outer, seen.spans.get(outer)) for outer in (main, *main.iterancestors()))
        scope = next((outer for outer, span in spans if span and span.first <= head < span.last), main)
    own = (seen.spans[main].first if main in seen.spans else 0) if head < 0 else head
    found = (
        one
        for one in scope.iter("img", "amp-img")
        if (span := seen.spans.get(one)) and own <= span.first <= last + 1
    )
    return [one for one in islice(found, _MOST_IMAGES) if not _is_strange(one, scope, base)]


def image(pictures: list[Any], base: str, own: list[str]) -> Image | None:
    """Return the first real one of some pictures, None if there is none.

    `own`: the article's rows, of which the caption below a picture is one.
    """
    rows = frozenset(own)
    for element in pictures[:_MOST_IMAGES]:
        if url := _address(element, base):
            return Image(url, _caption(element, rows))
    return None


def shared(meta: dict[str, str], base: str) -> Image | None:
    """Return the picture that a page names for others to show, unless it is the site's logo."""
    for name in ("og:image", "og:image:url", "twitter:image", "twitter:image:src"):
        url = _absolute(base, meta.get(name, ""))
        if url and not _NO_PICTURE.search(urlsplit(url).path):
            return Image(url)
    return None


def _address(element: Any, base: str) -> str:
    """Return the absolute address of a picture, "" for an icon, a tracker or data."""
    for name in ("width", "height"):
        size = re.match(r"\d{1,5}", (element.get(name) or "").strip())
        if size and int(size[0]) < _SMALL:
            return ""
    for name in _LAZY:
        said = (element.get(name) or "").strip()
        if said and not said.startswith("data:"):
            url = _absolute(base, said)
            if url and not _NO_PICTURE.search(urlsplit(url).path):
                return url
    return ""


def _absolute(base: str, said: str) -> str:
    """Return an absolute http(s) address, "" if it is none worth having."""
    said = clean(said).strip().replace(" ", "%20")
    if not said or len(said) > _LONGEST_ADDRESS:
        return ""
    return absolute(base, said)


def _is_strange(element: Any, scope: Any, base: str) -> bool:
    """Tell whether a picture is an advert's, an icon's or another article's, to which it then leads."""
    if _NOT_ITS.search(names(element)):
        return True
    for holder in islice(element.iterancestors(), _UP):
        if holder is scope:
            return False
        if holder.tag in ("aside", "nav", "header", "footer") or _NOT_ITS.search(
            f"{names(holder)} {(holder.get('type') or '').lower()}"
        ):
            return True
        if holder.tag == "a" and _leads_away(holder, base):
            return True
    return False


def _leads_away(link: Any, base: str) -> bool:
    """Tell whether a link leads to another page, rather than to the same picture in full size."""
    if _OWN_LINK.search(f"{names(link)} {link.get('rel') or ''}".lower()):
        return False
    target = absolute(base, clean(link.get("href") or ""))
    return bool(target) and not _PICTURE.search(urlsplit(target).path)


def _caption(element: Any, rows: frozenset[str]) -> str:
    """Return what stands below a picture as its caption, "" if nothing does."""
    holder = element
    for outer in islice(element.iterancestors(), 6):
        if outer.tag == "body" or weight(outer) > _LONGEST_CAPTION:
            break
        holder = outer
        said = next((part for part in outer.iter() if _is_caption(part)), None)
        if said is not None:
            return _told(said)
        if outer.tag == "figure":
            return ""
        text = told(outer)
        if outer.tag in ("table", "p", "center") and text:
            return text if len(text) <= _LONGEST_CAPTION and text in rows else ""
        if outer.tag in ("p", "figure"):
            break
    below = next((part for part in holder.itersiblings() if isinstance(part.tag, str)), None)
    if below is not None and below.tag in ("p", "div", "figcaption", "em", "i", "span"):
        inner = next((part for part in below.iter() if part.tag in ("em", "i") or _is_caption(part)), None)
        styled = _CAPTION_STYLE.search((below.get("style") or "")[:500])
        if _is_caption(below) or styled or (inner is not None and told(inner) == told(below)):
            return _told(below)
    return ""


def _is_caption(element: Any) -> bool:
    """Tell whether an element is called a caption."""
    return element.tag == "figcaption" or (
        isinstance(element.tag, str)
        and element.tag != "figure"
        and bool(_CAPTION.search((element.get("class") or "").lower()))
    )


def _told(element: Any) -> str:
    text = told(element)
    return text if len(text) <= _LONGEST_CAPTION else ""


def attachments(root: Any, main: Any, base: str) -> tuple[Attachment, ...]:
    """Return the files that an article hands out: those in its text, and in a box for them beside it."""
    found: dict[str, Attachment] = {}
    targets = {link: href for link in root.iter("a") if (href := link.get("href"))}
    every = "\n".join(targets.values()).lower()
    if not (_ENDING.search(every) or any(word in every for word in _SERVING)):
        return ()  # most pages have none
    likely = {link: said for link, href in targets.items() if (said := _likely(href))}
    for link in islice(_links(root, main), _MOST_LINKS):
        url = absolute(base, likely[link]) if link in likely else ""
        if not url:
            continue
        label = _SIZE.sub("", told(link))
        if not (
            _FILE.search(unquote(urlsplit(url)._replace(scheme="", netloc="").geturl()))
            or (_SERVES.search(url) and _FILE.search(f"{label}/"))
        ):
            continue
        key = canonical(url)
        title = "" if _SAYS_NOTHING.fullmatch(fold(label).strip(" .:>»[]")) else label
        known = found.get(key)
        if known is None or (title and not known.title):
            found[key] = Attachment(known.url if known else url, title)
    named = [Attachment(one.url, one.title or _name(one.url)) for one in found.values()]
    return tuple(named[:_MOST_FILES])


def first_picture(parts: Iterable[str]) -> str:
    """Return the address of the first picture in pieces of HTML as it stands there, "" if there is none."""
    found = (
        unescape(img[1])
        for part in parts
        for img in _IMG.finditer(part[:_IMG_ROOM])
        if not _TINY.search(part, *img.span())
    )
    return next(found, "")


def is_picture(url: str, kind: str) -> bool:
    """Tell whether what a feed hands out is a picture, by its media type or the end of its address."""
    return kind.lower().startswith("image") or (
        not kind and bool(_PICTURE_END.search(url[:_LONGEST_ADDRESS]))
    )


def is_document(url: str, kind: str) -> bool:
    """Tell whether what a feed hands out is a document or an archive, alike."""
    if kind.lower().startswith(("image", "audio", "video")):
        return False
    return bool(_DOCUMENT_KIND.match(kind.lower()) or _FILE.search(f"{unquote(url[:_LONGEST_ADDRESS])}/"))


def _likely(href: str) -> str:
    """Return an address that may be a file's, clean; "" for any other."""
    said = clean(href).strip()
    is_likely = len(said) <= _LONGEST_ADDRESS and (_FILE.search(unquote(said)) or _SERVES.search(said))
    return said if is_likely else ""


def _links(root: Any, main: Any) -> Iterator[Any]:
    """Yield the links of the article, then those of boxes for files around it."""
    yield from main.iter("a")
    inner = main
    for outer in islice(main.iterancestors(), _UP):
        beside = (
            *islice(inner.itersiblings(preceding=True), _NEAR[0]),
            *islice(inner.itersiblings(), _NEAR[1]),
        )
        below = frozenset(islice(inner.itersiblings(), _RIGHT_BELOW))
        for part in (one for one in beside if isinstance(one.tag, str)):
            if part.tag in ("aside", "nav", "footer") or _NOT_ITS.search(names(part)):
                continue
            text = told(part)
            is_line = part in below and len(text) <= _LABELLED
            if is_line or _FILES.search(names(part)) or _LABEL.search(fold(text[:_LABELLED])):
                yield from part.iter("a")
        inner = outer
        if outer.tag in ("body", "main", "article") or outer is root:
            return


def _name(url: str) -> str:
    """Return the file's own name out of its address."""
    parts = [part for part in unquote(urlsplit(url).path).split("/") if _FILE.search(f"{part}/")]
    return parts[-1] if parts else ""
