"""`ingest` without a living `up`: the command does all of the work itself."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import ROOT, run

BODY = (
    "Sáng 17/11, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m với kinh phí 3,2 tỷ đồng do dân và nhà hảo tâm "
    "cùng góp. Cây cầu thay thế bến đò đã hoạt động hơn 40 năm, giúp học sinh hai ấp đến trường an toàn."
)
RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Báo Mẫu</title>'
    "<link>https://baomau.example/</link><item><title>Khánh thành cầu Rạch Gốc</title>"
    "<link>https://baomau.example/1</link><guid>bm-1</guid><pubDate>Tue, 17 Nov 2026 09:00:00 +0700</pubDate>"
    f"<description>{BODY}</description></item></channel></rss>"
)


def exported(data: Path) -> dict[str, dict[str, Any]]:
    """Return the export by external id."""
    lines = (json.loads(line) for line in run(data, "export").stdout.splitlines())
    return {line["external_id"]: line for line in lines}


@pytest.fixture
def without_search(tmp_path: Path) -> dict[str, str]:
    """Settings under which no Meilisearch can be had: everything else must work."""
    return {"TINTINH_MEILISEARCH_BIN": str(tmp_path / "none"), "TINTINH_BACKFILL_AFTER_DAYS": "36500"}


def test_files_lines_and_feeds_meet_in_one_story(tmp_path: Path, without_search: dict[str, str]) -> None:
    """A text file, a record and a feed item that tell the same are one story of three sources."""
    data = tmp_path / "data"
    (tmp_path / "bai.txt").write_text(f"Khánh thành cầu Rạch Gốc\n\n{BODY}\n")
    record = {"id": "r-1", "source": "Báo Khác", "province": "Bến Tre", "title": "Cầu Rạch Gốc", "body": BODY}
    (tmp_path / "kho.jsonl").write_text(json.dumps(record, ensure_ascii=False))
    (tmp_path / "kenh.rss").write_text(RSS)
    done = run(data, "ingest", "bai.txt", "kho.jsonl", "kenh.rss", "--wait", **without_search)
    found = exported(data)

    assert (0, "") == (done.returncode, done.stdout)
    assert "3 receipts → 3 entries → 1 stories" in done.stderr
    assert {"bai.txt": "local", "r-1": "bao-khac", "bm-1": "baomau.example"} == {
        name: line["source"] for name, line in found.items()
    }
    assert 1 == len({line["story_id"] for line in found.values()})
    assert (data / "feeds" / "all.rss").is_file()
    assert "no search" in done.stderr


def test_doubled_files_are_one_entry(tmp_path: Path, without_search: dict[str, str]) -> None:
    """A file without id or address is known by its content, under any name and as often as it comes."""
    data = tmp_path / "data"
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"Khánh thành cầu Rạch Gốc\n\n{BODY}\n")
    run(data, "ingest", "a.txt", "b.txt", **without_search)
    done = run(data, "ingest", "a.txt", **without_search)
    found = exported(data)

    assert "1 receipts → 1 entries → 1 stories" in done.stderr
    assert {"a.txt", "b.txt"} == set(found)
    assert 1 == len({line["entry_id"] for line in found.values()})


def test_a_bad_line_is_put_aside_and_the_rest_goes_on(tmp_path: Path, without_search: dict[str, str]) -> None:
    """A line that no reader takes is in quarantine with its reason; a file that is none is passed over."""
    data = tmp_path / "data"
    good = json.dumps({"id": "r-1", "title": "Cầu Rạch Gốc", "body": BODY}, ensure_ascii=False)
    (tmp_path / "kho.jsonl").write_text('{broken\n{"id": "r-0"}\n' + good)
    (tmp_path / "anh.bin").write_bytes(b"\0\1\2")
    done = run(data, "ingest", "kho.jsonl", "anh.bin", **without_search)
    held = run(data, "quarantine", "list").stdout

    assert (1, "") == (done.returncode, done.stdout)
    assert "anh.bin" in done.stderr
    assert {"r-1"} == set(exported(data))
    assert 2 == len(held.splitlines())
    assert "local\tr-0\t-" == held.splitlines()[1].split("\t", 5)[5]
    assert "{broken" == run(data, "quarantine", "show", held.split("\t")[0]).stdout


def test_a_killed_run_goes_on(tmp_path: Path, without_search: dict[str, str]) -> None:
    """Kill -9 in the middle, then the same again: every record is told, and none twice."""
    data = tmp_path / "data"
    lines = [
        {"id": f"r-{number}", "title": f"Tin số {number}", "body": f"Câu {number}. {BODY}"}
        for number in range(300)
    ]
    (tmp_path / "kho.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    short = {
        "HTTP_TIMEOUT": "1",
        "SOFT_LIMIT": "2",
        "HARD_LIMIT": "3",
        "LEASE": "4",
        "VISIBILITY_TIMEOUT": "5",
    }
    environ = without_search | {f"TINTINH_{name}": value for name, value in short.items()}
    killed = subprocess.Popen(
        [sys.executable, "-P", "-m", "cli", "ingest", "kho.jsonl"],
        cwd=tmp_path,
        env=os.environ | environ | {"PYTHONPATH": str(ROOT), "TINTINH_DATA": str(data)},
        stderr=subprocess.DEVNULL,
    )
    with suppress(subprocess.TimeoutExpired):
        killed.wait(timeout=2.5)
    killed.kill()
    killed.wait()
    done = run(data, "ingest", "kho.jsonl", **environ)

    assert 0 == done.returncode, done.stderr
    assert "300 receipts → 300 entries" in done.stderr
    assert {line["id"] for line in lines} == set(exported(data))


def test_old_news_is_in_no_live_feed(tmp_path: Path, without_search: dict[str, str]) -> None:
    """`--backfill` archives: the story is there, and said to be in no feed."""
    data = tmp_path / "data"
    (tmp_path / "kenh.rss").write_text(RSS)
    done = run(data, "ingest", "kenh.rss", "--backfill", **without_search)

    assert "1 stories are old news: searchable, in no live feed" in done.stderr
    assert not list((data / "feeds").rglob("*.rss"))


def test_provinces_of_nobodys_records_do_not_mix(tmp_path: Path, without_search: dict[str, str]) -> None:
    """Records without a source take their home from the province that each names."""
    data = tmp_path / "data"
    lines = [
        {
            "id": str(number),
            "province": name,
            "title": f"Tin số {number}",
            "body": f"{BODY} {number}{number}.",
        }
        for number, name in enumerate(["Bến Tre", "ca-mau", "Xứ Lạ"])
    ]
    (tmp_path / "kho.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    done = run(data, "ingest", "kho.jsonl", **without_search)
    found = exported(data)

    assert ["local-vinh-long", "local-ca-mau", "local"] == [
        found[str(number)]["source"] for number in range(3)
    ]
    assert "no province is named 'Xứ Lạ'" in done.stderr
