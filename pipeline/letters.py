"""Letters of saved searches: what is told in them, as plain text and as simple HTML. Pure.

Made from faces only, so nothing beyond a source's rights can get in (law 10); of a story that is gone
nothing is told but that. A letter that asks for a confirmation says nothing of the search: whoever typed
an address that is not theirs must not be able to write to it. Headers: RFC 5322, List-Id of RFC 2919,
List-Unsubscribe of RFC 2369 with the one click of RFC 8058, Auto-Submitted of RFC 3834.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import formataddr
from html import escape
from typing import Any
from urllib.parse import quote

from pipeline import places
from pipeline.letter_words import WORDS, Words
from pipeline.model import LOCAL_ZONE, NATIONAL, Story, Telling
from pipeline.store.saved_finds import Kind

_LONGEST_NAME, _LONGEST_TITLE, _LONGEST_SUMMARY = 120, 300, 400
_STYLE = "font:16px/1.5 sans-serif;max-width:40em;margin:0 auto;padding:0 1em"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d))?)?)?")


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell.

    Args:
        at: when that came about: found, corrected or withdrawn.
        found_at: when the search found the story.
        story: None once it is gone.
        corrected: of a correction, the tellings that were corrected since the story was told last; none:
            that cannot be traced.
    """

    kind: Kind
    story_id: str
    at: datetime
    found_at: datetime
    story: Story | None
    corrected: tuple[Telling, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What letters to one address share.

    Args:
        writer: who writes.
        to: the address.
        language: "vi" or "en".
        base_url: our public address.
        list_name: of the way, as List-Id has it.
        name: of the search, "" in a confirmation.
        manage: the page where the letter's receiver ends it or chooses another pace.
    """

    writer: Address
    to: str
    language: str
    base_url: str
    list_name: str
    name: str
    manage: str


class _Policy(EmailPolicy):
    """SMTP's policy, with the headers written that the library of Python 3.11 to 3.13 gets wrong.

    It parts a long address in angle brackets into encoded words (RFC 2047), which no reader puts together in
    these headers; and it loses the space where a Vietnamese subject goes on in another encoded word.
    """

    def fold(self, name: str, value: Any) -> str:
        """Return a header's lines."""
        match name.lower():
            case "list-unsubscribe" | "list-unsubscribe-post" | "list-id" | "message-id":
                return f"{name}: {value}{self.linesep}"
            case "subject":
                charset = "us-ascii" if str(value).isascii() else "utf-8"
                told = Header(str(value), charset, header_name=name).encode(linesep=self.linesep)
                return f"{name}: {told}{self.linesep}"
            case "from":
                [one] = value.addresses
                return f"{name}: {formataddr((one.display_name, one.addr_spec))}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header's lines as bytes."""
        return self.fold(name, value).encode("ascii")


_POLICY = _Policy(**{name: getattr(SMTP, name) for name in ("linesep", "max_line_length", "utf8")})


def finds(of: Envelope, news: Sequence[News], number: str, at: datetime) -> EmailMessage:
    """Return the letter that tells finds, new ones first; `number` names it: the same at every attempt."""
    of = replace(of, name=_line(of.name, _LONGEST_NAME))
    words, ordered = WORDS[of.language], sorted(news, key=lambda one: list(Kind).index(one.kind))
    counts = ", ".join(
        _counted(words.counts[kind], many) for kind in Kind if (many := sum(one.kind is kind for one in news))
    )
    told = [_Told(one, of, words) for one in ordered]
    heads = {kind: next((one for one in told if one.kind is kind), None) for kind in Kind}
    text, html = [words.search % of.name, counts], [f"<p>{escape(words.search % of.name)}</p>"]
    for one in told:
        if heads[one.kind] is one:
            text.append(words.heads[one.kind].upper())
            html.append(f"<h2>{escape(words.heads[one.kind])}</h2>")
        text.append(one.text())
        html.append(one.html())
    return _letter(of, f"{of.name}: {counts}", text, html, number, at, is_list=True)


def flawed(of: Envelope, flaw: str, page: str, number: str, at: datetime) -> EmailMessage:
    """Return the letter that tells why a search cannot be read.

    Args:
        of: as of every letter.
        flaw: as the search has it: the part's name, a colon, what is wrong with it.
        page: the search's own, "" if nobody here knows it.
        number: names the letter.
        at: when it is written.
    """
    of, words = replace(of, name=_line(of.name, _LONGEST_NAME)), WORDS[of.language]
    first, second, reason = words.flaw
    part = flaw.partition(":")[0]
    text = [
        words.search % of.name,
        first,
        second,
        reason % words.fields.get(part, _line(part, _LONGEST_NAME)),
        *filter(None, [page]),
    ]
    html = [f"<p>{escape(one)}</p>" for one in text[:4]] + ([_link(page)] if page else [])
    return _letter(of, words.flaw_subject % of.name, text, html, number, at, is_list=True)


def confirmation(of: Envelope, link: str, number: str, at: datetime) -> EmailMessage:
    """Return the letter that asks whether an address wants letters."""
    words = WORDS[of.language]
    first, second, third = words.confirm
    html = [f"<p>{escape(first)}</p>", f"<p>{escape(second)}</p>", _link(link), f"<p>{escape(third)}</p>"]
    return _letter(of, words.confirm_subject, [first, second, link, third], html, number, at, is_list=False)


def trial(writer: Address, to: str, at: datetime) -> EmailMessage:
    """Return the letter that tries a mail server."""
    of = Envelope(writer, to, "vi", "", "", "", "")
    text = ["Thư thử: máy chủ thư của Tin Tỉnh đã được nối đúng.", "A trial: the mail server is set up."]
    html = [f"<p>{escape(one)}</p>" for one in text]
    return _letter(of, "Tin Tỉnh: thư thử", text, html, f"tt.try.{int(at.timestamp())}", at, is_list=False)


@dataclass(frozen=True, slots=True)
class _Told:
    """One story as a letter tells it."""

    news: News
    of: Envelope
    words: Words

    @property
    def kind(self) -> Kind:
        return self.news.kind

    def text(self) -> str:
        return "\n".join([self._title(), *self._further(), self._url()])

    def html(self) -> str:
        title, url = escape(self._title()), escape(self._url())
        if self.news.story is None:
            return f'<p>{title} <a href="{url}">{url}</a></p>'
        further = [f"<p>{escape(line)}</p>" for line in self._further()]
        return "\n".join([f'<h3 lang="vi"><a href="{url}">{title}</a></h3>', *further])

    def _further(self) -> list[str]:
        """Return the lines below the title. What other sources tell may still be what was wrong."""
        if self.kind is not Kind.CORRECTED:
            return [line for line in (self._byline(), self._summary()) if line]
        if not self.news.corrected:
            return [line for line in (self.words.untraced, self._byline(), self._summary()) if line]
        lines = []
        for one in self.news.corrected:
            told = self.words.corrected % _line(one.source_name, _LONGEST_NAME)
            lines += [told, _line(one.title, _LONGEST_TITLE), _line(one.summary, _LONGEST_SUMMARY)]
            lines += [f"{self.words.versions} {self.of.base_url}/entries/{quote(one.entry_id, safe='')}"]
        others = {one.source_id for one in self.news.story.face.tellings} if self.news.story else set()
        others -= {one.source_id for one in self.news.corrected}
        lines += [self.words.as_before] if others else []
        return [line for line in lines if line and line != self._title()]

    def _title(self) -> str:
        if self.news.story is None:
            return self.words.gone % _moment(self.news.found_at, self.of.language)
        told = self.news.corrected[0].title if self.news.corrected else ""
        return _line(told or self.news.story.face.title, _LONGEST_TITLE)

    def _byline(self) -> str:
        if self.news.story is None:
            return ""
        face = self.news.story.face
        others = len({one.source_id for one in face.tellings}) - 1
        source = _line(face.tellings[0].source_name, _LONGEST_NAME)
        told = f"{source} {_counted(self.words.sources, others)}" if others else source
        placed = _place(face.labels.area, face.labels.province, self.words)
        return " · ".join(filter(None, (told, placed, _published(face.published, self.of.language))))

    def _summary(self) -> str:
        story = self.news.story
        return "" if story is None else _line(story.face.summary, _LONGEST_SUMMARY)

    def _url(self) -> str:
        return f"{self.of.base_url}/tin/{self.news.story_id}"


def _letter(  # noqa: PLR0917 - one letter
    of: Envelope, subject: str, text: list[str], html: list[str], number: str, at: datetime, *, is_list: bool
) -> EmailMessage:
    words, made = WORDS[of.language], EmailMessage(_POLICY)
    local, _, domain = of.to.rpartition("@")
    made["From"] = of.writer
    made["To"] = Address(username=local, domain=domain)
    made["Subject"] = _line(subject, _LONGEST_TITLE)
    made["Date"] = at
    made["Message-ID"] = f"<{number}@{of.writer.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    if is_list:
        made["List-Id"] = f"<{of.list_name}.{of.writer.domain}>"
        made["List-Unsubscribe"] = f"<{of.manage}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        text = [*text, f"-- \n{words.because}\n{words.manage}\n{of.manage}"]
        html = [*html, f"<hr><p>{escape(words.because)}</p><p>{escape(words.manage)}</p>{_link(of.manage)}"]
    made.set_content("\n\n".join(text) + "\n", cte="quoted-printable")
    page = [
        f'<!doctype html>\n<html lang="{of.language}"><head><meta charset="utf-8">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(_line(subject, _LONGEST_TITLE))}</title></head>",
        f'<body style="{_STYLE}">',
        *html,
        "</body></html>\n",
    ]
    made.add_alternative("\n".join(page), subtype="html", cte="quoted-printable")
    return made


def _link(url: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(url)}</a></p>'


def _counted(forms: tuple[str, str], many: int) -> str:
    form = forms[many != 1]
    return form % many if "%d" in form else form


def _line(text: str, most: int) -> str:
    """Return a text on one line, cut where it is too long. No header can begin in it."""
    flat = " ".join(_CONTROL.sub(" ", text).encode(errors="replace").decode().split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rpartition(' ')[0] or flat[: most - 1]}…"


def _place(area: str | None, province: str | None, words: Words) -> str:
    if province == NATIONAL:
        return words.everywhere
    known = (places.area(area) if area else None) or (places.province(province) if province else None)
    return known.name if known else ""


def _published(published: str, language: str) -> str:
    """Return a time as precise as it is known: "17:05, 31/01/2023", in English "2023-01-31 17:05"."""
    found = _DAY.match(published)
    if found is None:
        return ""
    year, month, day, clock = found.groups()
    if language == "en":
        return " ".join(filter(None, ("-".join(filter(None, (year, month, day))), clock)))
    return ", ".join(filter(None, (clock, "/".join(filter(None, (day, month, year))))))


def _moment(at: datetime, language: str) -> str:
    return _published(at.astimezone(LOCAL_ZONE).isoformat(), language)
