"""Pictures and files of an article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import extract
from pipeline.model import Attachment, Image

URL = "https://cong.example/tin/ben-pha"
TITLE = "Bến phà giữ một chuyến đêm cho người đi cấp cứu"
TEXT = (
    "Từ tối 14/8, bến phà giữ một phà nhỏ và hai thuyền viên trực suốt đêm để đưa người bệnh qua sông, "
    "không thu tiền của bà con."
)
CAPTION = "Phà nhỏ trực đêm tại bến."


def _page(inside: str, *, head: str = "", beside: str = "") -> extract.Page:
    text = f"<p>{TEXT}</p>{inside}<p>{TEXT} Kinh phí do xã lo.</p>"
    body = f'<h1>{TITLE}</h1><div class="article-body">{text}</div>'
    return extract.page(
        f"<html><head><title>{TITLE}</title>{head}</head><body><header><img src=/logo-bao.png>"
        f"</header><main>{body}{beside}</main></body></html>",
        URL,
    )


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<p><img src="pha.jpg"></p>', "https://cong.example/tin/pha.jpg"),
        ('<p><img src="//cdn.example/pha.jpg?w=600"></p>', "https://cdn.example/pha.jpg?w=600"),
        ('<img src="data:image/gif;base64,R0lGOD" data-src="/a/pha.jpg">', "https://cong.example/a/pha.jpg"),
        ('<img src="/blank.gif" data-original="/a/pha.jpg">', "https://cong.example/a/pha.jpg"),
        ('<img src="/x.jpg" width="1" height="1"><img src="/pha.jpg">', "https://cong.example/pha.jpg"),
        ('<img src="/icons/vui.png"><img src="/pha.jpg">', "https://cong.example/pha.jpg"),
        ('<div class="banner"><img src="/x.jpg"></div><img src="/pha.jpg">', "https://cong.example/pha.jpg"),
        ('<div class="tin-lien-quan"><img src="/x.jpg"></div>', ""),
        (
            '<div><a href="/tin/khac.html"><img src="/x.jpg"></a></div><img src="/pha.jpg">',
            "https://cong.example/pha.jpg",
        ),
        ('<a href="/anh/pha-lon.jpg"><img src="/pha.jpg"></a>', "https://cong.example/pha.jpg"),
        ('<a class="lightbox" href="/anh/9"><img src="/pha.jpg"></a>', "https://cong.example/pha.jpg"),
        ('<img src="javascript:x">', ""),
        ("<img>", ""),
        ('<amp-img src="/pha.jpg" width="680" height="400"></amp-img>', "https://cong.example/pha.jpg"),
        ('<img src="/anh bến phà.jpg">', "https://cong.example/anh%20bến%20phà.jpg"),
    ],
)
def test_the_first_real_picture(inside: str, expected: str) -> None:
    """Icons, trackers, adverts, data and other articles' pictures are left out."""
    found = _page(inside).image

    assert expected == (found.url if found else "")


@pytest.mark.parametrize(
    "inside",
    [
        f"<figure><img src=a.jpg><figcaption>{CAPTION}</figcaption></figure>",
        f"<figure><div><img src=a.jpg></div><figcaption><p>{CAPTION}</p></figcaption></figure>",
        f"<table><tr><td><img src=a.jpg></td></tr><tr><td>{CAPTION}</td></tr></table>",
        f'<div class="img"><img src=a.jpg><span class="caption">{CAPTION}</span></div>',
        f"<p><img src=a.jpg></p><p><em>{CAPTION}</em></p>",
        f"<p><img src=a.jpg></p><p style='text-align: center'>{CAPTION}</p>",
        f"<p><img src=a.jpg></p><p class='chu-thich-anh'>{CAPTION}</p>",
        f"<p><img src=a.jpg><br><i>{CAPTION}</i></p>",
    ],
)
def test_what_stands_below_a_picture_is_its_caption(inside: str) -> None:
    """Captions of any build are found; a paragraph of the article is none."""
    assert Image("https://cong.example/tin/a.jpg", CAPTION) == _page(inside).image


def test_a_paragraph_is_no_caption() -> None:
    """The text that goes on below a picture does not describe it."""
    found = _page("<p><img src=a.jpg></p><p>Kinh phí trực đêm do xã và ba doanh nghiệp cùng góp.</p>").image

    assert Image("https://cong.example/tin/a.jpg") == found


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        ("/media/pha.jpg", Image("https://cong.example/media/pha.jpg")),
        ("/img/logo-share.png", None),
        ("data:image/png;base64,xx", None),
        ("", None),
    ],
)
def test_the_shared_picture_stands_in(shared: str, expected: Image | None) -> None:
    """An article without a picture has the one that it shares, unless that is the site's."""
    head = f'<meta property="og:image" content="{shared}">'

    assert expected == _page("", head=head).image
    assert Image("https://cong.example/tin/a.jpg") == _page("<img src=a.jpg>", head=head).image


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (
            '<a href="/f/ke-hoach.pdf">Kế hoạch 90</a>',
            Attachment("https://cong.example/f/ke-hoach.pdf", "Kế hoạch 90"),
        ),
        ('<a href="/f/mau.docx">tại đây</a>', Attachment("https://cong.example/f/mau.docx", "mau.docx")),
        (
            '<a href="/documents/20143/88/ds.pdf/0f1c?t=1">Danh sách (PDF, 2 MB)</a>',
            Attachment("https://cong.example/documents/20143/88/ds.pdf/0f1c?t=1", "Danh sách"),
        ),
        (
            '<a href="/tai-ve?file=phu-luc.xls">Tải về</a>',
            Attachment("https://cong.example/tai-ve?file=phu-luc.xls", ""),
        ),
        (
            '<a href="/idcplg?IdcService=GET_FILE&amp;d=9">PhuongAn.pdf</a>',
            Attachment("https://cong.example/idcplg?IdcService=GET_FILE&d=9", "PhuongAn.pdf"),
        ),
        ('<a href="/tin/pdf-la-gi">PDF là gì</a>', None),
        ('<a href="#">ke-hoach.pdf</a>', None),
    ],
)
def test_a_file_that_the_text_hands_out(link: str, expected: Attachment | None) -> None:
    """Links to files are told by their address, or by their name where a program serves them."""
    assert (expected,) * (expected is not None) == _page(f"<p>Xem {link}.</p>").attachments


def test_a_box_of_files_beside_the_text_is_its_own() -> None:
    """Files in a box for them count, once each; those of a menu or a law database do not."""
    box = (
        '<div class="file-dinh-kem"><a href="/f/a.pdf">Tải về</a> <a href="/f/a.pdf">Quyết định</a></div>'
        '<div><b>Tài liệu kèm theo:</b> <a href="/f/b.doc">Mẫu đơn</a></div>'
        '<aside class="file"><a href="/f/c.pdf">Luật</a></aside>'
        '<div class="van-ban-moi"><a href="/f/d.pdf">D</a></div>'
    )

    assert (
        Attachment("https://cong.example/f/a.pdf", "Quyết định"),
        Attachment("https://cong.example/f/b.doc", "Mẫu đơn"),
    ) == _page("", beside=box).attachments


PIECES = st.lists(
    st.sampled_from(
        (
            *(
                "<figure>",
                "</figure>",
                "<img src=a.jpg>",
                "<img src=//[>",
                "<img width=9x src=b.png>",
                "<td>",
                "<p>",
            ),
            *(
                "<a href=x.pdf>",
                "</a>",
                "<a href='http://[/a.doc'>",
                "<figcaption>",
                "</p>",
                "<div class=caption>",
            ),
            *(
                "</div>",
                "tải về",
                CAPTION,
                TEXT,
                "<table><tr>",
                "</table>",
                "<div class=files>",
                "<img src='%ff'>",
            ),
        )
    ),
    max_size=30,
).map("".join)


@given(PIECES)
def test_any_picture_and_file_is_read(inside: str) -> None:
    """Never raises; every address is an absolute one."""
    found = _page(inside, beside=inside)
    urls = [one.url for one in found.attachments] + ([found.image.url] if found.image else [])

    assert all(url.startswith(("http://", "https://")) for url in urls)
