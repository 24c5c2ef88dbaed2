"""Sources with a past, for tests of habits: a feed that has brought a few items a day for weeks."""

import json
from datetime import datetime, timedelta

from pipeline.habits import Day
from pipeline.model import Basis, Draft, Form, Given, Precision, Source, When
from pipeline.stages import receive
from pipeline.store import Database, codec, habits, intakes, receipts, sources
from tests.store.tellings import NOW, PAPER, HandedOver, draft

FEED = "https://baomau.example/rss"
_TODAY = NOW.toordinal()
_BODY = (
    "Sáng nay, ấp {0} khánh thành nhà văn hóa số {0} do bà con góp {1} triệu đồng, có sân bóng chuyền và tủ "
    "sách. Trưởng ấp cho biết từ nay {2} hộ dân có chỗ họp mặt vào tối thứ bảy hằng tuần."
)


def door(db: Database, *, days: int = 28, per_day: int = 5, source: Source = PAPER) -> int:
    """Open a feed that has brought so many items on each of so many days; return its intake."""
    with db.write() as conn:
        sources.ensure(conn, source)
        intake_id = intakes.add(conn, source.source_id, "feed", FEED)
        for ago in range(1, days + 1):
            day = Day(_TODAY - ago, entries=per_day, characters=900 * per_day)
            habits.add(conn, source.source_id, intake_id, day)
    return intake_id


def news(number: int, *, at: datetime = NOW, ago: timedelta = timedelta(hours=2)) -> Draft:
    """Return one of many articles that tell different things."""
    return draft(
        f"bai-{number}",
        f"Ấp {number} khánh thành nhà văn hóa",
        _BODY.format(number, number * 7 + 31, number * 3 + 40),
        url=f"https://baomau.example/{number}",
        canonical_url=f"https://baomau.example/{number}",
        published=When(at - ago, Precision.SECOND, Basis.FEED),
    )


def deliver(db: Database, intake_id: int, *drafts: Draft, at: datetime = NOW, form: Form = Form.FEED) -> int:
    """Commit a document of a feed, have it read, and return its receipt."""
    body = json.dumps([codec.dump_draft(one) for one in drafts]).encode()
    with db.write() as conn:
        made = receipts.add(
            conn,
            source_id=PAPER.source_id,
            form=form,
            content=receipts.pack(body),
            given=Given(),
            received_at=at,
            intake_id=intake_id,
        )
    while receive(db, HandedOver(), lambda: at).receipts:
        pass
    return made.receipt_id
