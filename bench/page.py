"""How heavy the search page is, and how soon its first hit is there: prints one JSON line.

Usage: python -m bench.page ADDRESS [--times 20] [--seed 1]

ADDRESS is a running site with stories. Questions are the beginnings of titles drawn by seed from its newest
stories, each asked once. `bytes`: the page, its styles and scripts as they are sent (Brotli where the server
offers it), the page being the heaviest one seen. `http_ms`: from the request to the page's last byte.
`chromium_ms`: from the start of a navigation with an empty cache to the first hit on the screen (its frame,
by the browser's own clock). `typed_ms`: from the last key to the new hits, the pause for input methods
included. Percentiles 50 and 95.
"""

import argparse
import json
import random
import re
import shutil
import statistics
import sys
import time
from collections.abc import Sequence

import httpx
from lxml import html
from playwright.sync_api import Browser, sync_playwright

_FILES = '//link[@rel="stylesheet"]/@href | //script/@src | //link[@rel="icon"]/@href'
_PATIENCE = 30
_FRAME = """() => new Promise(done => {
  const look = () => document.querySelector(".card h2 a")
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0)) : setTimeout(look, 2);
  look();
})"""
_TYPED = """(words) => new Promise(done => {
  const field = document.getElementById("q"), old = document.getElementById("found");
  field.focus();
  field.value = words;
  const begun = performance.now();
  field.dispatchEvent(new InputEvent("input", {bubbles: true}));
  const look = () => document.getElementById("found") === old
    ? setTimeout(look, 2) : requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
  look();
})"""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with httpx.Client(base_url=given.address, timeout=_PATIENCE, trust_env=False) as client:
        stories = client.get("/api/search").json()["total"]
        asked = questions(client, given.times, random.Random(given.seed))
        sizes, http = pages(client, asked)
        files = assets(client, asked[0])
    with sync_playwright() as driver:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = [first_hit(browser, given.address, q) for q in asked]
        typed = typing(browser, given.address, asked)
        browser.close()
    figures = {
        "stories": stories,
        "questions": len(asked),
        "bytes": max(sizes) + sum(files.values()),
        "page_bytes": max(sizes),
        "file_bytes": files,
        "http_ms": cuts(http),
        "chromium_ms": cuts(shown),
        "typed_ms": cuts(typed),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def questions(client: httpx.Client, times: int, rnd: random.Random) -> list[str]:
    """Return the first words of titles, three to six of each."""
    hits = [
        hit
        for page in range(1, 11)
        for hit in client.get("/api/search", params={"page": page}).json()["hits"]
    ]
    titles = [hit["title"].split() for hit in rnd.sample(hits, min(times, len(hits)))]
    return [" ".join(words[: rnd.randint(3, 6)]) for words in titles]


def pages(client: httpx.Client, asked: Sequence[str]) -> tuple[list[int], list[float]]:
    """Return the bytes sent and the milliseconds of each page."""
    sizes, took = [], []
    for q in asked:
        begun = time.perf_counter()
        with client.stream("GET", "/tim-kiem", params={"q": q}) as answer:
            sizes.append(sum(len(part) for part in answer.iter_raw()))
        took.append((time.perf_counter() - begun) * 1000)
    return sizes, took


def assets(client: httpx.Client, q: str) -> dict[str, int]:
    """Return the bytes sent of each file that the page loads."""
    found = html.fromstring(client.get("/tim-kiem", params={"q": q}).text).xpath(_FILES)
    assert isinstance(found, list)
    weights = {}
    for path in map(str, found):
        with client.stream("GET", path) as answer:
            weights[re.sub(r".*/|\?.*", "", path)] = sum(len(part) for part in answer.iter_raw())
    return weights


def first_hit(browser: Browser, address: str, q: str) -> float:
    """Return the milliseconds until the first hit is on the screen."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/tim-kiem?{httpx.QueryParams({'q': q})}", wait_until="commit")
    took = float(page.evaluate(_FRAME))
    context.close()
    return took


def typing(browser: Browser, address: str, asked: Sequence[str]) -> list[float]:
    """Return the milliseconds from the last key of each question to its hits."""
    page = browser.new_page()
    page.goto(f"{address}/tim-kiem")
    return [float(page.evaluate(_TYPED, q)) for q in dict.fromkeys(asked)]


def cuts(took: Sequence[float]) -> dict[str, float]:
    """Return percentiles 50 and 95."""
    hundredths = statistics.quantiles(took, n=100, method="inclusive")
    return {"p50": round(hundredths[49], 1), "p95": round(hundredths[94], 1)}


if __name__ == "__main__":
    main()
