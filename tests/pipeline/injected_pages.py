"""Injected pages in our own words, as hacked sites of offices show them, and honest texts like them."""

from pathlib import Path

_HERE = Path(__file__).parent / "injected"

GOOD = (
    "Sáng 20/11, Ủy ban nhân dân xã Tân Lợi tổ chức hội nghị sơ kết mười tháng, bàn nhiệm vụ cuối năm. Thu "
    "ngân sách đạt 92% dự toán, ba tuyến đường ấp đã thông xe, 140 hộ thoát nghèo.\n\n"
    "Chủ tịch xã yêu cầu các ấp rà soát đê bao trước kỳ triều cường và chăm lo bữa ăn bán trú cho học sinh."
)
_RAID = (
    "Công an xã Tân Lợi phối hợp Phòng Cảnh sát hình sự bắt quả tang nhóm đối tượng tổ chức đánh bạc. "
    "Tang vật gồm điện thoại và tiền mặt; cơ quan điều tra đang làm rõ.\n\n"
)
# What is hung behind an article of an office.
_TAILS = (
    "nhà cái uy tín, link vào w88, soi kèo hôm nay, tải app sunwin, game bài đổi thưởng",
    "Xem thêm: tỷ lệ kèo nhà cái | tài xỉu online | nổ hũ đổi thưởng | đăng ký ngay fun88",
    "slot gacor, situs judi online, bandar togel",
    "xoilac tv, kèo nhà cái, cá cược bóng đá uy tín nhất, link không bị chặn",
    "soi cầu lô, bạch thủ lô, dàn đề, đánh lô online uy tín nhất, nạp rút nhanh",
    "đá gà thomo, sv388, kubet, new88, jun88, nạp đầu tặng 100k",
    "tai xiu doi thuong, nha cai uy tin, link vao moi nhat, tai app",
    "online casino, free spins, no deposit bonus",
)


def _read(name: str) -> list[tuple[str, str]]:
    """Return the headlines and the bodies of a file."""
    rows = (line.split("\t") for line in (_HERE / name).read_text("utf-8").splitlines())
    return [(title, body) for title, body in rows]


INJECTED = _read("injected.tsv") + [
    ("Hội nghị sơ kết mười tháng của xã Tân Lợi", f"{GOOD}\n\n{tail}") for tail in _TAILS
]
HONEST = [
    *_read("honest.tsv"),
    ("Bắt nhóm đánh bạc qua mạng ở xã Tân Lợi", f"{_RAID}{GOOD}"),
    ("Hội nghị sơ kết mười tháng của xã Tân Lợi", GOOD),
]
