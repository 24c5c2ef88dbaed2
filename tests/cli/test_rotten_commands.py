"""The commands for sources gone wrong, as one types them."""

from pathlib import Path

from tests.cli.test_commands import run
from tests.cli.test_ingest import exported

_GOOD = (
    "Xã Tân Lợi thông xe cầu Rạch Dừa\n\nSáng nay, Ủy ban nhân dân xã Tân Lợi thông xe cầu dài 52 m, "
    "kinh phí 4,6 tỷ đồng, nối hai ấp sau bảy tháng thi công."
)
_BAD = (
    "Nhà cái W88 uy tín số 1\n\nLink vào W88 không bị chặn, đăng ký ngay nhận khuyến mãi nạp đầu, tài xỉu, "
    "nổ hũ, bắn cá đổi thưởng, tỷ lệ kèo hôm nay."
)


def test_a_hacked_source_is_held_paused_and_rolled_back(tmp_path: Path) -> None:
    """What was injected is held; a pause shows in the list; a dry run counts and takes out nothing."""
    data, no_search = tmp_path / "data", {"TINTINH_MEILISEARCH_BIN": str(tmp_path / "none")}
    (tmp_path / "tot.txt").write_text(_GOOD)
    (tmp_path / "xau.txt").write_text(_BAD)

    run(data, "ingest", "tot.txt", "xau.txt", "--source", "cong-xa", "--wait", **no_search)
    held = run(data, "quarantine", "list", **no_search).stdout.split("\t")
    run(data, "sources", "pause", "cong-xa", "--because", "bị chèn quảng cáo", **no_search)
    paused = run(data, "sources", "list", **no_search).stdout
    run(data, "sources", "resume", "cong-xa", **no_search)
    dry = run(data, "sources", "rollback", "cong-xa", "--since", "2026-01-01", "--dry-run", **no_search)
    dropped = run(data, "quarantine", "drop", "--source", "cong-xa", **no_search)
    both = run(data, "sources", "rollback", "cong-xa", **no_search)

    assert ["habit", "cong-xa", "xau.txt"] == [held[2], held[5], held[6]]
    assert "paused" in paused
    assert "brought\t1\nrevised\t0\nstories end\t1\nstories go on\t0\n" in dry.stdout
    assert "1 given up" in dropped.stderr
    assert "either --since TIME or --undo" in both.stderr
    assert {"tot.txt"} == exported(data).keys()
