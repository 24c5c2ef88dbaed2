"""The checker of published feeds sees what it claims to see: a wrong document for every rule it knows."""
# ruff: noqa: E501 - what is wrong is told in one line

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from feeds.channel import channels
from feeds.opml import opml
from feeds.render import render
from pipeline.model import StoryState
from tests.feeds import good_documents as good
from tests.feeds.check import check_answer, check_atom, check_json, check_opml, check_rss
from tests.feeds.rules import RULES, broken, rule_of
from tests.feeds.semantics import BROKEN_BY_SETS
from tests.feeds.stories import SITE, known, story, telling

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
Wrong = tuple[str, str, str]  # the rule, what to look for in the good document, what to write instead

ATOM: list[Wrong] = [
    ("SAXError", "</feed>", ""),
    ("UnknownEncoding", "encoding='UTF-8'", "encoding=''"),
    ("ObscureEncoding", "encoding='UTF-8'", "encoding='x-mac'"),
    ("BadXmlVersion", "version='1.0'", "version='1.1'"),
    ("InvalidDoctype", "<feed ", "<!DOCTYPE feed><feed "),
    ("UndefinedNamedEntity", "Khánh thành", "Khánh&nbsp;thành"),
    ("MediaRssNamespace", "com/mrss/", "com/mrss"),
    ("UnsupportedNamespace", "xmlns:sy=", 'xmlns:s="https://schema.org/" xmlns:sy='),
    ("UnknownNamespace", "xmlns:sy=", 'xmlns:x="https://x.example/" xmlns:sy='),
    ("ReservedPrefix", "xmlns:sy=", 'xmlns:itunes="http://purl.org/dc/terms/" xmlns:sy='),
    ("ReservedPrefix", "xmlns:sy=", 'xmlns:thr="https://x.example/" xmlns:sy='),
    ("AvoidNamespacePrefix", "xmlns:sy=", 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy='),
    ("InvalidNamespace", 'xmlns="http://www.w3.org/2005/Atom"', 'xmlns="http://purl.org/atom/ns#"'),
    ("NotInANamespace", "<summary", '<x xmlns=""/><summary'),
    ("UndefinedElement", "<summary", "<pubDate/><summary"),
    ("UnexpectedAttribute", "<entry>", '<entry about="x">'),
    ("UnexpectedText", "<entry>", "<entry>chữ"),
    ("UnexpectedText", "</feed>", "chữ</feed>"),
    ("UnexpectedWhitespace", f"<id>{good.TAG}story/s1", f"<id> {good.TAG}story/s1"),
    ("UnexpectedWhitespace", "<updated>2026-11-22T01:01", "<updated> 2026-11-22T01:01"),
    ("DuplicateElement", "<summary", "<title>Hai</title><summary"),
    ("MissingElement", f"<id>{good.TAG}story/s1</id>", ""),
    ("MissingElement", "<author><name>Tin Tỉnh</name></author>", ""),
    ("MissingHref", ' href="https://bao1.example/mua.html"', ""),
    ("MissingAttribute", ' term="07000000"', ""),
    ("MissingSourceElement", f"<id>{good.TAG}source/bao-2</id>", ""),
    ("MisplacedMetadata", "</feed>", '<link rel="next" href="https://tin.example/2"/></feed>'),
    ("DuplicateAtomLink", 'rel="hub"', 'rel="alternate" type="text/html" hreflang="vi"'),
    ("DuplicateLink", 'rel="related" type="text/html" title="Tin này trên Tin Tỉnh" href="https://tin.example/stories/s2"',
     'rel="enclosure" href="https://bao2.example/anh.jpg"'),
    ("MissingContentOrAlternate", '<link rel="alternate" type="text/html" href="https://bao1.example/mua.html"/>', ""),
    ("NoAlternate", '<link rel="alternate" type="text/html" href="https://bao2.example/cau-2.html"/>', ""),
    ("MissingTextualContent", '<summary type="html">&lt;p&gt;Mưa lớn.&lt;/p&gt;</summary>', ""),
    ("InvalidRFC3339Date", "<updated>2026-11-22T01:01:00+00:00", "<updated>2026-11-22T01:01:00"),
    ("InvalidRFC3339Date", "<updated>2026-11-22T01:01:00+00:00", "<updated>2026-02-30T01:01:00Z"),
    ("ImplausibleDate", "<published>2026", "<published>1926"),
    ("ImplausibleDate", "<updated>2026-11-22T01:01", "<updated>2026-11-23T01:01"),
    ("PublishedAfterUpdated", "<published>2026-11-21", "<published>2026-11-23"),
    ("FeedDateIsNotTheNewest", "<updated>2026-11-22T01:05", "<updated>2026-11-22T01:04"),
    ("DuplicateUpdated", "2026-11-22T01:01:00+00:00", "2026-11-22T01:02:00.000001+00:00"),
    ("DuplicateEntries", "story/s1", "story/s2"),
    ("InvalidLanguage", 'hreflang="vi"', 'hreflang="tiếng Việt"'),
    ("InvalidLanguage", 'xml:lang="vi">\n<id>', 'xml:lang="vi_VN">\n<id>'),
    ("NoLanguage", '\n xml:lang="vi"', ""),
    ("InvalidMIMEType", 'type="image/jpeg" length', 'type="jpeg" length'),
    ("InvalidMIMEType", 'content type="html"', 'content type="CDATA"'),
    ("InvalidMIMEAttribute", 'type="image/jpeg" width', 'type="jpeg" width'),
    ("InvalidTextType", 'summary type="html"', 'summary type="text/html"'),
    ("InvalidTAG", f"{good.TAG}story/s1", "tag:tin.example:story/s1"),
    ("InvalidURN", f"{good.TAG}story/s1", "urn:x"),
    ("NotTagURI", f"{good.TAG}story/s1", "https://tin.example/stories/s1"),
    ("NonCanonicalURI", "story/s1", "story/%731"),
    ("InvalidFullLink", "https://bao1.example/mua.html", "/mua.html"),
    ("NotAbsolute", "https://bao1.example/mua.html", "mailto:a@bao1.example"),
    ("InvalidUriChar", "https://bao1.example/mua.html", "https://bao1.example/mưa lớn".replace("ư", "u").replace("ớ", "o")),
    ("InvalidUriChar", "https://bao1.example/mua.html", "http://[::1]/mua.html"),
    ("UriNotIri", "https://bao1.example/mua.html", "https://bao1.example/mưa.html"),
    ("InvalidFullLink", "<uri>https://bao2.example/", "<uri>bao2.example"),
    ("NotAbsolute", "<generator", "<logo>data:image/png,x</logo><generator"),
    ("SchemeNotIANARegistered", "https://bao1.example/mua.html", "javascript:alert"),
    ("InvalidNonNegativeInteger", 'length="1200"', 'length="-3"'),
    ("InvalidPositiveInteger", 'width="300"', 'width="0"'),
    ("InvalidMediaMedium", 'medium="image"', 'medium="photo"'),
    ("InvalidCreditRole", 'role="photographer"', 'role="ảnh"'),
    ("InvalidMediaTextType", 'description type="plain"', 'description type="text"'),
    ("InvalidTrueFalse", 'medium="image"', 'isDefault="yes"'),
    ("MediaGroupWithoutAlternatives", "<media:content", "<media:group/><media:content"),
    ("MissingSelf", 'rel="self"', 'rel="up"'),
    ("RelativeSelf", 'href="https://tin.example/feeds/province/vinh-long.atom"', 'href="/feeds/vinh-long.atom"'),
    ("SelfDoesntMatchLocation", "/feeds/province/vinh-long.atom", "/feeds/province/ben-tre.atom"),
    ("SelfNotAtom", 'rel="self" type="application/atom+xml"', 'rel="self" type="text/html"'),
    ("AttrNotBlank", 'title="Tin này trên Tin Tỉnh"', 'title=""'),
    ("UnregisteredAtomLinkRel", 'rel="related"', 'rel="canonical"'),
    ("AtomLinkNotEmpty", f'href="{good.HUB}"/>', f'href="{good.HUB}">hub</link>'),
    ("FeedHistoryRelInEntry", 'rel="related"', 'rel="next"'),
    ("BadCharacters", "Khánh thành", "Kh\ufffdnh thành"),
    ("BadCharacters", "Khánh thành cầu số 2<", "KhÃ¡nh<"),
    ("BadCharacters", "Mưa lớn ở", "Mưa\u0085 lớn ở"),
    ("NotNFC", "Khánh", "Kha\u0301nh"),
    ("NotPlain", "Khánh thành cầu", "Khánh  thành cầu"),
    ("NotBlank", "<title>Mưa lớn ở xã An Bình</title>", "<title/>"),
    ("NotBlank", '<summary type="html">&lt;p&gt;Mưa lớn.&lt;/p&gt;', '<summary type="html">'),
    ("ContainsHTML", "Khánh thành cầu", "Khánh &lt;b&gt;thành&lt;/b&gt; cầu"),
    ("ContainsHTML", "Khánh thành cầu", "Khánh&amp;phi thành cầu"),
    ("ContainsHTML", "Khánh thành cầu", "5G&#x26;4G thành cầu"),
    ("ContainsHTML", 'label="Y tế"', 'label="&lt;i&gt;"'),
    ("ContainsEmail", "<name>Thu Hà", "<name>Thu Hà &lt;ha@bao.example&gt;"),
    ("NotHtml", "lớn.&lt;/p&gt;", "lớn."),
    ("NotHtml", "Mưa lớn.&lt;", "Mưa &amp;copy 2026 lớn.&lt;"),
    ("NotHtml", "Mưa lớn.&lt;", "1 &lt; 2.&lt;"),
    ("NotHtml", "&lt;p&gt;Mưa", "&lt;blinh&gt;Mưa"),
    ("SecurityRisk", "&lt;p&gt;Mưa", "&lt;script&gt;x&lt;/script&gt;&lt;p&gt;Mưa"),
    ("SecurityRisk", "https://bao2.example/x", "javascript:alert(1)"),
    ("SecurityRiskAttr", "&lt;p&gt;Mưa", '&lt;p onclick="x"&gt;Mưa'),
    ("DangerousStyleAttr", "&lt;p&gt;Mưa", '&lt;p style="position:fixed"&gt;Mưa'),
    ("ContainsRelRef", "https://bao2.example/x", "/x"),
    ("EmptyCategory", ' label="Y tế"', ""),
    ("NoScheme", ' scheme="http://cv.iptc.org/newscodes/mediatopic/"', ""),
    ("DuplicateCategory", "<category ",
     '<category term="07000000" scheme="http://cv.iptc.org/newscodes/mediatopic/" label="Y"/><category '),
    ("AuthorIsMissing", "<author><name>Thu Hà</name><uri>https://bao2.example/</uri></author>", ""),
    (
        "BadTombstone",
        f'ref="{good.TAG}story/s9" when="2026-11-22T01:05:00.000007',
        f'ref="{good.TAG}story/s1" when="2026-11-22T01:00:00',
    ),
    ("InvalidRFC3339Date", 'when="2026-11-22T01:05', 'when="2026-11-22 01:05'),
    ("CurrentNotSelfInCompleteFeed", '<link rel="hub"', '<fh:complete/><link rel="current" href="https://tin.example/x"/><link rel="hub"'),
    ("FeedRelInCompleteFeed", '<link rel="hub"', '<fh:complete/><link rel="hub"'),
    ("LinkPastEnd", 'rel="hub" href="https://tin.example/hub"/>',
     'rel="first" href="https://tin.example/feeds/province/vinh-long.atom"/><link rel="previous" href="https://tin.example/p"/>'),
]  # fmt: skip
ARCHIVE: list[Wrong] = [
    ("ArchiveIncomplete", 'rel="prev-archive"', 'rel="up"'),
    ("MissingCurrentInArchive", 'rel="current"', 'rel="up"'),
]
RSS: list[Wrong] = [
    ("InvalidRSSVersion", 'version="2.0"', 'version="0.91"'),
    ("MissingTitle", "<title>Tin Tỉnh – Vĩnh Long</title>", ""),
    ("MissingLink", "<link>https://tin.example/search?province=vinh-long</link>", ""),
    ("MissingDescription", "<description>Tin mới của tỉnh.</description>", ""),
    ("ItemMustContainTitleOrDescription",
     "<title>Mưa lớn ở xã An Bình</title>\n<link>https://bao1.example/mua.html</link>\n<description>&lt;p&gt;Mưa lớn.&lt;/p&gt;</description>",
     "<link>https://bao1.example/mua.html</link>"),
    ("DuplicateValue", "story/s1", "story/s2"),
    ("DuplicateEnclosure", "<enclosure", '<enclosure url="https://b.example/b" length="1" type="image/png"/><enclosure'),
    ("InvalidRFC2822Date", "Sat, 21 Nov 2026 08:30:00 +0700", "2026-11-21"),
    ("InvalidRFC2822Date", "Sat, 21 Nov 2026 08:30:00 +0700", "30 Feb 2026 08:30:00 +0700"),
    ("ProblematicalRFC822Date", "Sat, 21 Nov 2026", "Sat, 21 Nov 26"),
    ("IncorrectDOW", "Sat, 21 Nov", "Sun, 21 Nov"),
    ("ImplausibleDate", "Sat, 21 Nov 2026", "Mon, 22 Nov 2027"),
    ("PublishedAfterUpdated", "<atom:updated>2026-11-22T01:02",
     "<atom:published>2026-11-22T02:00:00Z</atom:published><atom:updated>2026-11-22T01:02"),
    ("InvalidPermalink", ' isPermaLink="false"', ""),
    ("InvalidHttpGUID", f'<guid isPermaLink="false">{good.TAG}story/s2', "<guid>bài 2"),
    ("InvalidBooleanAttribute", 'isPermaLink="false"', 'isPermaLink="no"'),
    ("NotSufficientlyUnique", f"{good.TAG}story/s2", "12345"),
    ("MissingGuid", f'<guid isPermaLink="false">{good.TAG}story/s2</guid>', ""),
    ("InvalidContact", "tin@tin.example (Tòa soạn)", "Tòa soạn"),
    ("MissingRealName", "tin@tin.example (Tòa soạn)", "tin@tin.example"),
    ("InvalidURLAttribute", 'enclosure url="https://bao2.example/anh.jpg"', 'enclosure url="anh.jpg"'),
    ("InvalidMIMEAttribute", 'length="1200" type="image/jpeg"', 'length="1200" type="jpeg"'),
    ("UseZeroForUnknown", 'length="1200"', 'length="-1"'),
    ("MissingAttribute", ' url="https://bao2.example/">Báo', ">Báo"),
    ("InvalidPositiveInteger", "<ttl>10", "<ttl>0"),
    ("InvalidHour", "<hour>2", "<hour>24"),
    ("NotEnoughHoursInTheDay", "<hour>2</hour>", "<hour>2</hour>" * 2),
    ("InvalidDay", "<day>Sunday", "<day>Chủ nhật"),
    ("EightDaysAWeek", "<day>Sunday</day>", "<day>Sunday</day>" * 2),
    ("InvalidUpdatePeriod", "hourly", "HOURLY"),
    ("InvalidWidth", "<width>88", "<width>200"),
    ("InvalidHeight", "<height>31", "<height>500"),
    ("ImageTitleDoesntMatch", "logo.png</url><title>Tin Tỉnh – Vĩnh Long", "logo.png</url><title>Tin"),
    ("ImageLinkDoesntMatch", "</title><link>https://tin.example/search", "</title><link>https://tin.example/"),
    ("DuplicateItemSemantics", "<dc:creator>", "<author>a@b.example (Hà)</author><dc:creator>"),
    ("DuplicateSemantics", "<language>", "<dc:language>vi</dc:language><language>"),
    ("DuplicateDescriptionSemantics", "<guid", "<atom:summary>x</atom:summary><guid"),
    ("NeedDescriptionBeforeContent", "<description>&lt;p&gt;Cầu số 2 &amp;amp; đường dẫn.&lt;/p&gt;</description>", ""),
    ("MisplacedItem", "</channel>", "<copyright>Tin Tỉnh</copyright></channel>"),
    ("UndefinedElement", "<dc:creator>", "<atom:source/><dc:creator>"),
    ("UseOfExtensionAttr", "<item>", '<item xmlns:q="http://purl.org/dc/terms/" q:a="1">'),
    ("CharacterData", "Khánh thành cầu", "Khánh &lt;br thành cầu"),
    ("ContainsHTML", "Khánh thành cầu", "Khánh &amp;#233 cầu"),
    ("MissingAtomSelfLink", 'rel="self"', 'rel="up"'),
    ("SelfDoesntMatchLocation", "/feeds/province/vinh-long.rss", "/feeds/all.rss"),
    ("UriNotIri", "https://bao1.example/mua.html", "https://bao1.example/mưa.html"),
    ("UnknownNamespace", "xmlns:sy=", 'xmlns:at2="http://purl.org/atompub/" xmlns:sy='),
    ("NoLanguage", "<language>vi</language>", ""),
    ("AuthorIsMissing", "<dc:creator>Thu Hà</dc:creator>", ""),
    ("ContainsRelRef", "https://bao2.example/x", "x"),
    ("NotHtml", "&lt;p&gt;Mưa lớn.", "&lt;b&gt;Mưa lớn."),
]  # fmt: skip
JSON: list[Wrong] = [
    ("NotJson", "]}", "],}"),
    ("NotJson", '"size_in_bytes": 12', '"size_in_bytes": NaN'),
    ("JsonVersion", "version/1.1", "version/1"),
    ("JsonMissing", '"title": "Tin Tỉnh – Vĩnh Long",', ""),
    ("JsonMissing", '"content_html": "<p>Mưa.</p>", ', ""),
    ("JsonMissing", f'"id": "{good.TAG}story/s1", ', ""),
    ("JsonType", f'"id": "{good.TAG}story/s1"', '"id": 7'),
    ("JsonType", '"tags": ["Y tế", "Vĩnh Long"]', '"tags": "Y tế"'),
    ("JsonUnknown", '"summary"', '"excerpt"'),
    ("JsonUnknown", '"_tintinh": {"revision": 1}', '"_tin.tinh": {"revision": 1}'),
    ("JsonDeprecated", '"authors": [{"name": "Báo Một"}]', '"author": {"name": "Báo Một"}'),
    ("JsonDuplicate", '"language": "vi",', '"language": "vi", "language": "vi",'),
    ("DuplicateEntries", "story/s1", "story/s2"),
    ("DuplicateCategory", '"Vĩnh Long"]', '"Y tế"]'),
    ("InvalidRFC3339Date", "2026-11-21T08:30:00+07:00", "2026-11-21"),
    ("PublishedAfterUpdated", '"date_published": "2026-11-21', '"date_published": "2026-11-22'),
    ("ImplausibleDate", '"date_published": "2026', '"date_published": "1826'),
    ("InvalidLanguage", '"language": "vi"', '"language": "tiếng Việt"'),
    ("InvalidMIMEType", "application/pdf", "pdf"),
    ("SelfDoesntMatchLocation", "vinh-long.json", "ben-tre.json"),
    ("LinkPastEnd", "/archive/2026-11-1.json", ".json"),
    ("NoLanguage", '"language": "vi", "authors": [{"name": "Tin', '"authors": [{"name": "Tin'),
    ("ContainsHTML", "Khánh thành", "Khánh </b> thành"),
    ("NotHtml", "<p>Mưa.", "<p>Mưa & <"),
    ("BadCharacters", "Mưa lớn", "M\\u0001ưa lớn"),
    ("NotNFC", "Khánh", "Kha\u0301nh"),
    ("NotBlank", '"<p>Mưa.</p>"', '" "'),
]
OPML: list[Wrong] = [
    ("InvalidOPMLVersion", 'version="2.0"', 'version="3.0"'),
    ("MissingXmlURL", 'xmlUrl="https://tin.example/feeds/province/vinh-long.rss" ', ""),
    ("MissingTitleAttr", 'text="Vĩnh Long" title="Vĩnh Long"', 'text="Vĩnh Long"'),
    ("MissingUrlAttr", ' url="https://tin.example/"', ""),
    ("MissingOutlineType", 'type="rss" ', ""),
    ("InvalidOutlineVersion", 'version="RSS"', 'version="Atom"'),
    ("InvalidTrueFalse", 'type="link"', 'type="link" isComment="không"'),
    ("UnexpectedAttribute", 'type="link"', 'type="link" xml="x"'),
    ("MissingAttribute", 'type="link" text="Trang"', 'type="link"'),
    ("UnexpectedText", "</outline></body>", "</outline><outline text='x'>chữ</outline></body>"),
    ("UriNotIri", "vinh-long.rss", "vĩnh-long.rss"),
    ("InvalidRFC2822Date", "Sun, 22 Nov 2026", "CN, 22/11/2026"),
]
CHECKS: dict[str, tuple[str, Callable[[bytes], list[str]], list[Wrong]]] = {
    "atom": (
        good.ATOM,
        lambda data: check_atom(data, now=NOW, url=f"{good.BASE}/feeds/province/vinh-long.atom"),
        ATOM,
    ),
    "archive": (good.ARCHIVE, lambda data: check_atom(data, now=NOW), ARCHIVE),
    "rss": (
        good.RSS,
        lambda data: check_rss(data, now=NOW, url=f"{good.BASE}/feeds/province/vinh-long.rss"),
        RSS,
    ),
    "json": (
        good.JSON,
        lambda data: check_json(data, now=NOW, url=f"{good.BASE}/feeds/province/vinh-long.json"),
        JSON,
    ),
    "opml": (good.OPML, lambda data: check_opml(data, now=NOW), OPML),
}
ANSWERS = [
    ("UnexpectedContentType", "text/html; charset=utf-8", b"<rss>"),
    ("UnexpectedContentType", "application/atom+xml", b"<rss>"),
    ("NonSpecificMediaType", "text/xml", b"<html>"),
    ("EncodingMismatch", "application/rss+xml; charset=iso-8859-1", b"<rss>"),
]


@pytest.mark.parametrize("form", CHECKS)
def test_a_good_document_breaks_no_rule(form: str) -> None:
    """In the document written by hand nothing is found."""
    document, check, _ = CHECKS[form]

    assert [] == check(document.encode())


@pytest.mark.parametrize(("form", "wrong"), [(form, wrong) for form in CHECKS for wrong in CHECKS[form][2]])
def test_a_wrong_document_is_found(form: str, wrong: Wrong) -> None:
    """One thing made wrong in a good document breaks the rule that is about it."""
    document, check, _ = CHECKS[form]
    rule, before, after = wrong
    assert before in document

    assert rule in {rule_of(problem) for problem in check(document.replace(before, after, 1).encode())}


def test_bytes_that_are_no_utf_8_are_found() -> None:
    """A byte of another encoding is reported and does not stop the checker."""
    spoiled = good.ATOM.encode().replace("Khánh".encode(), b"Kh\xe1nh")

    assert ["UnicodeError"] == [rule_of(problem) for problem in check_atom(spoiled)]
    assert ["NotJson"] == [rule_of(problem) for problem in check_json(b'{"title": "\xe1"}')]


def test_one_id_for_all_is_one_error() -> None:
    """Ten entries and more under one id are told once, as an error."""
    entry = good.ATOM[good.ATOM.index("<entry>") : good.ATOM.index("</feed>")]
    document = good.ATOM[: good.ATOM.index("<entry xml:lang")] + entry * 10 + "</feed>"

    assert "DuplicateIds" in {rule_of(problem) for problem in check_atom(document.encode())}


@pytest.mark.parametrize(("rule", "kind", "body"), ANSWERS)
def test_a_wrong_type_of_an_answer_is_found(rule: str, kind: str, body: bytes) -> None:
    """An answer whose type is not that of its body is reported."""
    assert [rule] == [rule_of(problem) for problem in check_answer({"content-type": kind}, body)]


def test_every_rule_has_a_wrong_document() -> None:
    """Each rule that the checker names is broken by a document above; a rule that finds nothing proves nothing."""
    shown = {wrong[0] for _, _, wrongs in CHECKS.values() for wrong in wrongs} | {
        rule for rule, *_ in ANSWERS
    }
    shown |= {"UnicodeError", "DuplicateIds"} | BROKEN_BY_SETS

    assert set() == RULES - shown
    assert set() == shown - RULES


def test_an_unknown_rule_is_a_mistake_of_the_checker() -> None:
    """A problem can only be told under a name of the tables."""
    with pytest.raises(KeyError):
        broken("NoSuchRule")


def test_our_own_documents_break_no_rule() -> None:
    """What we render of ordinary stories, and the list of all channels, are good."""
    told = [story(2), story(1, telling(1, content="Toàn văn."))]
    made = render(known("all"), told, [story(3, state=StoryState.WITHDRAWN)], SITE)

    assert [] == check_atom(made.atom) + check_rss(made.rss) + check_opml(opml(SITE.base_url))
    assert 833 == len(channels())
