"""Readers of pages behind one form: HTML and its address in, headline and text out.

Each library is imported when it is first asked, so that the bench runs with whatever is installed.
"""

import importlib
import re
from collections.abc import Callable
from typing import Any

from pipeline.extract import page
from pipeline.tidy import tidy

Reader = Callable[[str, str], tuple[str, str]]


def ours(markup: str, url: str) -> tuple[str, str]:
    """Read with `pipeline.extract`, furniture taken out as drafts do it."""
    seen = page(markup, url)
    told = tidy(seen.text, seen.title)
    return seen.title, f"{seen.title}\n{seen.summary}\n{told.body}"


def _trafilatura(library: Any) -> Reader:
    def read(markup: str, url: str) -> tuple[str, str]:
        found = library.bare_extraction(
            markup, url=url or None, favor_recall=True, include_comments=False, with_metadata=True
        )
        return (found.title or "", found.text or "") if found else ("", "")

    return read


def _readability(library: Any) -> Reader:
    def read(markup: str, url: str) -> tuple[str, str]:
        document = library.Document(markup, url=url or None)
        return document.short_title(), _plain(document.summary())

    return read


def _newspaper(library: Any) -> Reader:
    def read(markup: str, url: str) -> tuple[str, str]:
        article = library.Article(url or "https://page.example/", language="vi", fetch_images=False)
        article.download(input_html=markup)
        article.parse()
        return article.title, article.text

    return read


def _goose(library: Any) -> Reader:
    def read(markup: str, url: str) -> tuple[str, str]:
        with library.Goose(
            {"enable_image_fetching": False, "use_meta_language": False, "target_language": "vi"}
        ) as goose:
            found = goose.extract(url=url or None, raw_html=markup)
        return found.title, found.cleaned_text

    return read


def _resiliparse(library: Any) -> Reader:
    def read(markup: str, _: str) -> tuple[str, str]:
        return "", library.extract_plain_text(markup, main_content=True, alt_texts=False)

    return read


def _justext(library: Any) -> Reader:
    def read(markup: str, _: str) -> tuple[str, str]:
        stops = library.get_stoplist("Vietnamese")
        parts = library.justext(
            markup.encode(), stops, encoding="utf-8", stopwords_low=0.1, stopwords_high=0.15
        )
        return "", "\n".join(part.text for part in parts if not part.is_boilerplate)

    return read


def _boilerpy(library: Any) -> Reader:
    def read(markup: str, _: str) -> tuple[str, str]:
        found = library.ArticleExtractor().get_doc(markup)
        return found.title or "", found.content

    return read


_LIBRARIES: dict[str, tuple[str, Callable[[Any], Reader]]] = {
    "trafilatura": ("trafilatura", _trafilatura),
    "readability-lxml": ("readability", _readability),
    "newspaper4k": ("newspaper", _newspaper),
    "goose3": ("goose3", _goose),
    "resiliparse": ("resiliparse.extract.html2text", _resiliparse),
    "justext": ("justext", _justext),
    "boilerpy3": ("boilerpy3.extractors", _boilerpy),
}


def installed() -> tuple[dict[str, Reader], list[str]]:
    """Return the readers that can be asked, by name, and the names of those that are not installed."""
    found: dict[str, Reader] = {"ours": ours}
    missing = []
    for name, (module, reader) in _LIBRARIES.items():
        try:
            found[name] = reader(importlib.import_module(module))
        except ImportError:
            missing.append(name)
    return found, missing


def tidied(reader: Reader) -> Reader:
    """Return a reader whose text goes through our own tidying."""

    def read(markup: str, url: str) -> tuple[str, str]:
        title, text = reader(markup, url)
        return title, f"{title}\n{tidy(text, title).body}"

    return read


def _plain(markup: str) -> str:
    """Return HTML as lines of text."""
    lines = re.sub(r"<(?:p|div|br|h\d|li|tr|td)\b[^>]*>", "\n", markup)
    return re.sub(r"<[^>]*>", "", lines)
