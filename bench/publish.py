"""What publishing costs: prints one JSON line.

Usage: PYTHONPATH=. python bench/publish.py [--stories 18700] [--database URL] [--profile one|all]

Stories with their full text, some 4 kB each, made up of words by a fixed seed, in a newsroom whose own list
has 55 topics: 2,023 channels with at least 50 entries in nearly all of them. Two figures, both CPU seconds
of this process (threads, gzip, files and SQL included): every channel in three forms from nothing, and one
new story into its eight channels in three forms (median of seven, each a publishing of its own).
"""

import argparse
import cProfile
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.model import (
    Basis,
    ChangeKind,
    Decision,
    EntryId,
    EntryKind,
    Face,
    Labels,
    SourceId,
    StoryId,
    StoryState,
    Telling,
    Verdict,
)
from pipeline.places import areas, provinces
from pipeline.store import Connection, Database, changes, codec, labels, open_database, schema
from pipeline.topiclist import SHIPPED
from pipeline.topics import topics

_TOPICS = 55
_WORDS = 320  # of a text: 4 kB, as the 404 kB of 100 real articles that feed libraries were measured with
_SYLLABLES = (
    "ông bà",
    "xã huyện tỉnh",
    "đường cầu",
    "trường lớp",
    "học sinh",
    "bệnh viện",
    "người dân",
    "ruộng lúa",
    "nước sông",
    "đê kè",
    "công trình",
    "dự án",
    "tiến độ",
    "khởi công",
    "ủy ban nhân dân",
    "đại biểu",
    "kế hoạch",
    "phát triển kinh tế",
    "xuất khẩu",
    "thủy sản",
    "cây trồng",
    "thời tiết",
    "mưa bão",
)
_BATCH = 500
_NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
_SPAN = timedelta(days=60)
_BASE = "https://tin.example"
_TIMES = 7


def main() -> None:
    """Fill a database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=18_700)
    parser.add_argument("--database", default="")
    parser.add_argument("--profile", choices=("one", "all"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tintinh-bench-") as name:
        folder = Path(name)
        os.environ |= {"TINTINH_TOPICS": str(_own_topics(folder)), "TINTINH_DATA": str(folder / "data")}
        db = open_database(asked.database or f"sqlite:///{folder / 'bench.db'}")
        db.migrate()
        _fill(db, asked.stories)
        print(json.dumps(_measured(db, folder / "feeds", asked.profile) | {"stories": asked.stories}))
        db.close()


def _measured(db: Database, folder: Path, profile: str | None) -> dict[str, float]:
    from feeds.channel import channels  # noqa: PLC0415 - reads the list of topics
    from feeds.publish import publish, publish_all  # noqa: PLC0415

    with db.write() as conn:
        changes.advance(conn, "publish", changes.head(conn))
    everything, wall = _cpu(lambda: publish_all(db, folder, _BASE, _NOW), profiled=profile == "all")
    ones: list[tuple[float, float]] = []
    touched = 0
    for number in range(_TIMES):
        with db.write() as conn:
            _tell(
                conn,
                [_story(10_000_000 + number, random.Random(number))],
                _NOW + timedelta(minutes=number + 1),
            )
        before = [0]

        def one(number: int = number, seen: list[int] = before) -> None:
            seen[0] = len(publish(db, folder, _BASE, _NOW + timedelta(minutes=number + 1)).channels)

        ones.append(_cpu(one, profiled=profile == "one" and number == _TIMES - 1))
        touched = before[0]
    plain = list(folder.rglob("*.atom"))
    return {
        "channels": len(channels()),
        "all_cpu_s": round(everything, 1),
        "all_wall_s": round(wall, 1),
        "one_channels": touched,
        "one_cpu_ms": round(statistics.median(cpu for cpu, _ in ones) * 1000),
        "one_wall_ms": round(statistics.median(took for _, took in ones) * 1000),
        "median_atom_kb": round(statistics.median(path.stat().st_size for path in plain) / 1000),
    }


def _cpu(work: Callable[[], object], *, profiled: bool) -> tuple[float, float]:
    profile = cProfile.Profile()
    begun, at = time.process_time(), time.perf_counter()
    if profiled:
        profile.runcall(work)
        profile.print_stats("tottime")
    else:
        work()
    return time.process_time() - begun, time.perf_counter() - at


def _own_topics(folder: Path) -> Path:
    """Write a newsroom's list: the shipped topics and more."""
    text = SHIPPED.read_text("utf-8")
    more = _TOPICS - text.count("\n[topics.")
    tables = (
        f'\n[topics.chu-de-{number}]\nname = "Chủ đề {number}"\niptc = "2900{number:04}"\nalso = []\n'
        f'sure = ["chuyên mục {number}"]\nstrong = []\nwords = []\nhints = []\n'
        for number in range(more)
    )
    path = folder / "topics.toml"
    path.write_text(text + "".join(tables), "utf-8")
    return path


def _fill(db: Database, count: int) -> None:
    rng = random.Random(1)
    for start in range(0, count, _BATCH):
        made = [_story(number, rng) for number in range(start, min(start + _BATCH, count))]
        with db.write() as conn:
            _tell(conn, made, _NOW - _SPAN * (1 - start / count))


def _story(number: int, rng: random.Random) -> tuple[StoryId, Face]:
    province = provinces()[number % len(provinces())]
    home = next((one for one in areas() if one.province == province.slug), None)
    placed = Labels(province.slug, (province.slug,), None, (), ())
    if number < 10_000_000 and home:  # a measured story is in eight channels
        placed = replace(placed, area=home.slug, areas=(home.slug,))
    of = rng.sample([one.slug for one in topics()], 5 if number < 10_000_000 else 3)
    text = " ".join(rng.choices(_SYLLABLES, k=_WORDS))
    paragraphs = "\n\n".join(text[at : at + 400] for at in range(0, len(text), 400))
    title, url = f"Tin số {number} về {text[:60].strip()}", f"https://bao{number % 40}.example/{number}.html"
    telling = Telling(
        entry_id=EntryId(f"e{number}"),
        source_id=SourceId(f"bao-{number % 40}"),
        source_name=f"Báo Thứ {number % 40}",
        kind=EntryKind.ARTICLE,
        external_id=str(number),
        bulletin_id="",
        bulletin_number=0,
        title=title,
        summary=text[:240],
        content=paragraphs,
        url=url,
        published="2026-11-18T08:30:00+07:00",
        published_basis=Basis.FEED,
        updated=None,
        authors=("Thu Hà",),
        credit="",
        version=1,
        decision=Decision(Verdict.NEW, 1.0, "không trùng với bài nào khác"),
    )
    face = Face(
        title=title,
        summary=telling.summary,
        content=telling.content,
        url=url,
        published=telling.published,
        published_at=datetime(2026, 11, 18, 1, 30, tzinfo=UTC),
        published_basis=Basis.FEED,
        labels=replace(placed, topics=tuple(of)),
        doc_numbers=(),
        tellings=(telling,),
    )
    return StoryId(f"s{number:08}"), face


def _tell(conn: Connection, told: list[tuple[StoryId, Face]], at: datetime) -> None:
    """Write stories as the linker does."""
    moments = [at + timedelta(seconds=place) for place in range(len(told))]
    rows = [
        {
            "story_id": story_id,
            "state": StoryState.LIVE,
            "revision": 1,
            "first_seen": moment,
            "updated": moment,
            "backfill": False,
            "merged_into": None,
            "lead": face.tellings[0].entry_id,
            "face": codec.dump_face(face),
            "face_hash": story_id,
        }
        for (story_id, face), moment in zip(told, moments, strict=True)
    ]
    conn.execute(schema.story.insert(), rows)
    labels.put(
        conn,
        [(story_id, face.labels, moment) for (story_id, face), moment in zip(told, moments, strict=True)],
        {},
    )
    changes.append_all(
        conn,
        [
            (story_id, ChangeKind.CREATED, moment, None, None)
            for (story_id, _), moment in zip(told, moments, strict=True)
        ],
    )


if __name__ == "__main__":
    main()
