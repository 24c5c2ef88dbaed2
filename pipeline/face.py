"""The face of a story: what the outside sees of a group of entries. Pure.

Rights are applied here and nowhere else (law 10): a face holds only text that its sources allow,
so every door that shows faces keeps the law.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from json import dumps

from pipeline import document_mentions, offices
from pipeline.dedup import Edge, Group, Relation
from pipeline.model import (
    NATIONAL,
    Attachment,
    Decision,
    Draft,
    EntryId,
    EntryKind,
    Face,
    Labels,
    Rights,
    Source,
    Telling,
    Verdict,
)
from pipeline.places import area as area_of
from pipeline.places import home_of_source
from pipeline.text import paragraphs, shorten
from pipeline.urls import host

_SUMMARY_CHARS = 320  # of a first paragraph; about two sentences
_GIVEN_SUMMARY_CHARS = 600
_MOST_TOPICS = 5
BY_EDITOR = "biên tập viên gộp"  # the reason of an entry that only an editor's word joined
_MOST_FILES = 50
_LONGEST_FILE_NAME = 200


@dataclass(frozen=True, slots=True)
class Spoken:
    """One entry as the store knows it: its current draft, its source, how many texts it had."""

    entry_id: EntryId
    source: Source
    draft: Draft
    versions: int


def face(
    group: Group,
    spoken: Mapping[EntryId, Spoken],
    decisions: Mapping[EntryId, Decision],
    taken_back: Sequence[str] = (),
) -> Face:
    """Return the face of a group; its lead speaks for it.

    `taken_back`: names of the sources that `pipeline.retraction` finds.
    """
    lead = spoken[group.lead]
    tellings = tuple(_telling(spoken[entry_id], decisions[entry_id]) for entry_id in group.members)
    drafts = [spoken[entry_id].draft for entry_id in group.members]
    documents = document_mentions.merged(one for draft in drafts for one in draft.documents)
    return Face(
        title=lead.draft.title,
        summary=tellings[0].summary,
        content=tellings[0].content,
        url=lead.draft.url,
        published=lead.draft.published.text(),
        published_at=lead.draft.published.at,
        published_basis=lead.draft.published.basis,
        labels=labels([spoken[entry_id] for entry_id in group.members]),
        doc_numbers=tuple(dict.fromkeys(one.number for one in documents)),
        tellings=tellings,
        taken_back=tuple(taken_back),
        documents=documents,
        people=offices.once(one for draft in drafts for one in draft.people),
        image=lead.draft.image if lead.source.rights is Rights.FULL else None,
        language=lead.draft.language,
        attachments=attachments([spoken[entry_id] for entry_id in group.members]),
    )


def looks(face: Face) -> Face:
    """Return what feeds show of a face: without how often and when its texts were edited, or its files."""
    tellings = tuple(
        replace(told, version=0, updated=None, decision=replace(told.decision, score=0, because=""))
        for told in face.tellings
    )
    return replace(face, tellings=tellings, attachments=())


def attachments(tellings: Sequence[Spoken]) -> tuple[Attachment, ...]:
    """Return the files that tellings hand out, each address once, the lead's first.

    A file is at its source, and a link to it is like the link to the page, under the default rights too; a
    source that lets out its titles alone lets out no names of files.
    """
    found: dict[str, Attachment] = {}
    for told in tellings:
        if told.source.rights is Rights.TITLE:
            continue
        for one in told.draft.attachments:
            found.setdefault(one.url, replace(one, title=shorten(one.title, _LONGEST_FILE_NAME)))
    return tuple(found.values())[:_MOST_FILES]


def face_hash(dumped: object) -> str:
    """Return the identity of a face from its JSON-ready form: equal faces, equal hashes."""
    return sha256(dumps(dumped, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def labels(tellings: Sequence[Spoken]) -> Labels:
    """Return where and what a story is about, from any of its tellings, the lead's first.

    A place told about wins; without one agency copy is national; else the home of the publishers
    decides, if they share one. Homes are those of the day of publication.
    """
    areas: dict[str, None] = {}
    provinces: dict[str, None] = {}
    topics: dict[str, None] = {}
    for told in tellings:
        areas |= dict.fromkeys(told.draft.places.areas)
        for slug in told.draft.places.areas:
            area = area_of(slug)
            assert area is not None
            provinces[area.province] = None
        provinces |= dict.fromkeys(told.draft.places.provinces)
        topics |= dict.fromkeys(told.draft.topics)
    if not provinces:
        areas, provinces = _without_place(tellings)
    elif not areas:
        areas = _of_publishers(tellings, provinces)
    return Labels(
        province=next(iter(provinces), None),
        provinces=tuple(provinces),
        area=next(iter(areas), None),
        areas=tuple(areas),
        topics=tuple(topics)[:_MOST_TOPICS],
    )


def _without_place(tellings: Sequence[Spoken]) -> tuple[dict[str, None], dict[str, None]]:
    if any(told.draft.places.national for told in tellings):
        return {}, {NATIONAL: None}
    found = [_home(told) for told in tellings]
    homes = {province: None for province, _ in found if province}
    areas = {area: None for _, area in found if area}
    if len(homes) > 1:
        return {}, {NATIONAL: None}
    return (areas if len(areas) == 1 else {}), homes


def _of_publishers(tellings: Sequence[Spoken], provinces: Mapping[str, None]) -> dict[str, None]:
    """Return the area that a province's news is of by the paper of a former unit in it, if one tells it.

    Since the merger a text seldom says of which part of Vĩnh Long it speaks; Báo Đồng Khởi is Bến Tre's.
    """
    found = {_home(told) for told in tellings if told.draft.places.provinces}
    areas = {area: None for province, area in found if area and {province} == provinces.keys()}
    return areas if len(areas) == 1 and len(found) == 1 else {}


def _home(told: Spoken) -> tuple[str | None, str | None]:
    return home_of_source(told.source, told.draft.published.day(), host(told.draft.url))


def decisions(
    group: Group, spoken: Mapping[EntryId, Spoken], edges: Sequence[Edge]
) -> dict[EntryId, Decision]:
    """Return what each entry of a group is, with its strongest evidence.

    The lead is new; an item or stub joins, another article repeats.
    """
    members = set(group.members)
    inside = [edge for edge in edges if edge.relation is Relation.JOIN and {edge.a, edge.b} <= members]
    made = {group.lead: Decision(Verdict.NEW, 1.0, _new(len(members)))}
    for entry_id in group.members[1:]:
        mine = [edge for edge in inside if entry_id in (edge.a, edge.b)]
        best = max(
            mine, key=lambda edge: (group.lead in (edge.a, edge.b), edge.score, edge.a, edge.b), default=None
        )
        told = spoken[entry_id].draft
        repeats = told.kind is EntryKind.ARTICLE and told.body
        verdict = Verdict.REPEATS if repeats else Verdict.JOINS
        if best is None:
            made[entry_id] = Decision(verdict, 1.0, BY_EDITOR)
        else:
            made[entry_id] = Decision(verdict, best.score, best.because)
    return made


def _new(size: int) -> str:
    return "không trùng với bài nào khác" if size == 1 else f"bài chính của tin ({size} bài, mục)"


def _telling(told: Spoken, decision: Decision) -> Telling:
    draft = told.draft
    summary, content = visible(draft, told.source.rights)
    return Telling(
        entry_id=told.entry_id,
        source_id=told.source.source_id,
        source_name=told.source.name,
        kind=draft.kind,
        external_id=draft.external_id,
        bulletin_id=draft.bulletin_id,
        bulletin_number=draft.bulletin_number,
        title=draft.title,
        summary=summary,
        content=content,
        url=draft.url,
        published=draft.published.text(),
        published_basis=draft.published.basis,
        updated=draft.updated,
        authors=draft.authors,
        credit=draft.credit,
        version=told.versions,
        decision=decision,
    )


def visible(draft: Draft, rights: Rights) -> tuple[str, str]:
    """Return the summary and the content that may leave the house under the source's rights.

    The source's own short summary, or the beginning of its first paragraph where it gave none;
    content only under full rights, and so is the picture (`face`), which is neither title, summary nor link.
    """
    if rights is Rights.TITLE:
        return "", ""
    first = next(iter(paragraphs(draft.body)), "")
    summary = (
        shorten(draft.summary, _GIVEN_SUMMARY_CHARS) if draft.summary else shorten(first, _SUMMARY_CHARS)
    )
    return summary, (draft.body if rights is Rights.FULL else "")
