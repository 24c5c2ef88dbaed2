"""Drafts and faces in JSON columns, those of earlier forms among them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.face import face_hash, looks
from pipeline.model import Attachment, DocumentMention, Image, Officeholder, Role
from pipeline.store import codec
from tests.feeds.stories import story
from tests.store.tellings import draft

ISSUED = DocumentMention("90/KH-UBND", Role.ISSUES, "UBND tỉnh Kiên Giang", "2021-04-28")
mentions = st.builds(
    DocumentMention,
    st.sampled_from(["90/KH-UBND", "57-NQ/TW"]),
    st.sampled_from(Role),
    st.sampled_from(["", "Chính phủ"]),
    st.sampled_from(["", "2024"]),
)


def test_a_draft_with_numbers_only_cites_them() -> None:
    """A draft from before mentions had roles loads; its numbers are the same."""
    stored = codec.dump_draft(draft("a", "Một tin", "Một đoạn."))
    del stored["documents"]
    loaded = codec.load_draft(stored | {"doc_numbers": ["90/KH-UBND", "57-NQ/TW"]})

    assert ("90/KH-UBND", "57-NQ/TW") == loaded.doc_numbers
    assert {Role.CITES} == {one.role for one in loaded.documents}


def test_a_face_with_numbers_only_keeps_its_bytes() -> None:
    """A face from before documents and people dumps as it did: no story gets a revision by them."""
    plain = story().face
    cited = (DocumentMention("90/KH-UBND", Role.CITES),)
    stored = codec.dump_face(replace(plain, doc_numbers=("90/KH-UBND",), documents=cited))
    loaded = codec.load_face(stored)

    assert not {"documents", "people"} & stored.keys()
    assert cited == loaded.documents
    assert face_hash(stored) == face_hash(codec.dump_face(loaded))


def test_a_face_without_picture_in_vietnamese_keeps_its_bytes() -> None:
    """A face from before pictures and languages dumps as it did; with them, both are kept."""
    plain = story().face
    pictured = replace(plain, image=Image("https://bao1.example/cau.jpg", "Cầu mới"), language="en")

    assert not {"image", "language"} & codec.dump_face(plain).keys()
    assert plain == codec.load_face(codec.dump_face(plain))
    assert pictured == codec.load_face(codec.dump_face(pictured))


def test_a_face_without_files_keeps_its_bytes() -> None:
    """A face from before attachments dumps as it did; with some, they are kept and feeds look as before."""
    plain = story().face
    attached = replace(plain, attachments=(Attachment("https://bao1.example/kh-90.pdf", "Kế hoạch 90"),))

    assert "attachments" not in codec.dump_face(plain)
    assert plain == codec.load_face(codec.dump_face(plain))
    assert attached == codec.load_face(codec.dump_face(attached))
    assert looks(plain) == looks(attached)


def test_what_is_known_of_documents_and_people_is_kept() -> None:
    """Role, issuer, date and office holders go into the column and come back."""
    people = (Officeholder("Lê Văn Mẫu", "Bí thư Tỉnh ủy", "Kiên Giang"),)
    told = replace(story().face, doc_numbers=("90/KH-UBND",), documents=(ISSUED,), people=people)

    assert told == codec.load_face(codec.dump_face(told))


@given(st.lists(mentions, max_size=4).map(tuple))
def test_any_documents_come_back(documents: tuple[DocumentMention, ...]) -> None:
    """Drafts and faces with any documents are the same after a dump and a load."""
    told = replace(draft("a", "Một tin", "Một đoạn."), documents=documents)
    face = replace(story().face, doc_numbers=told.doc_numbers, documents=documents)

    assert told == codec.load_draft(codec.dump_draft(told))
    assert face == codec.load_face(codec.dump_face(face))
