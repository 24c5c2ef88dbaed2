"""Searching while one types, in a real browser: input methods, late and lost answers, keys, no script."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from tests.web.town import Town

TYPED = re.compile("manh=1")
expect.set_options(timeout=20_000)  # a busy machine is slow


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose reader keeps Vietnamese."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext, town: Town) -> Iterator[Page]:
    """The search page, as it comes."""
    opened = phone.new_page()
    opened.goto(town.url("/tim-kiem"))
    yield opened
    opened.close()


def asked(requests: list[Request]) -> list[str]:
    """Return the questions of the requests that were made while somebody typed."""
    queries = (parse_qs(urlsplit(request.url).query) for request in requests)
    return [query["q"][0] for query in queries if "manh" in query]


def heard(page: Page) -> list[Request]:
    """Return a list that grows by every request of a page."""
    requests: list[Request] = []

    def hear(request: Request) -> None:
        requests.append(request)

    page.on("request", hear)
    return requests


def holding(page: Page) -> list[Route]:
    """Return a list that gets the next request of a page while somebody types, which is not answered."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(TYPED, hold, times=1)
    return held


def test_hits_come_while_one_types(page: Page) -> None:
    """The address follows, the caret stays where it is, the count is told; no page is added to go back."""
    long = page.evaluate("history.length")
    field = page.locator("#q")
    field.press_sequentially("rạch vog")
    expect(page.locator("#found")).to_have_attribute("data-title", re.compile("rạch"))
    field.press("ArrowLeft")
    field.press_sequentially("n")
    expect(page.locator("h1")).to_have_text("“rạch vong”")

    expect(page.locator("#wait")).to_have_text("1 tin")
    expect(page).to_have_title("“rạch vong” – Tin Tỉnh")
    expect(page).to_have_url(re.compile(r"/tim-kiem\?q=[^&]*$"))
    expect(field).to_be_focused()
    assert (8, long) == (field.evaluate("one => one.selectionStart"), page.evaluate("history.length"))


def test_an_input_method_is_waited_for(page: Page) -> None:
    """Nothing is asked while letters are being composed; what they become is asked once."""
    requests = heard(page)
    keyboard = page.context.new_cdp_session(page)
    page.locator("#q").focus()
    for text in ("ra", "rac", "rach", "rạch"):
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": 4, "selectionEnd": 4})
    page.wait_for_timeout(400)  # longer than the pause after which anything else is asked
    composing = asked(requests)
    keyboard.send("Input.insertText", {"text": "rạch"})
    expect(page.locator("h1")).to_have_text("“rạch”")

    assert ([], ["rạch"]) == (composing, asked(requests))


def test_an_input_method_that_sends_backspaces_is_waited_for(page: Page) -> None:
    """Others take letters back and send better ones; what stands there in the end is asked."""
    requests = heard(page)
    page.locator("#q").focus()
    page.keyboard.type("rachj")
    for _ in range(4):
        page.keyboard.press("Backspace")
    page.keyboard.insert_text("ạch")
    expect(page.locator("h1")).to_have_text("“rạch”")

    assert "rạch" == asked(requests)[-1]


def test_a_late_answer_does_not_overtake(page: Page) -> None:
    """What was asked before is given up; a wait of a second is told."""
    held = holding(page)
    page.locator("#q").focus()
    page.keyboard.insert_text("khám")
    expect(page.locator("#wait")).to_have_text("Vẫn đang tìm…")
    page.keyboard.insert_text(" miễn phí")
    expect(page.locator("h1")).to_have_text("“khám miễn phí”")

    assert held[0].request.failure is not None
    expect(page.locator("#wait")).to_have_text("1 tin")


def test_an_answer_to_what_was_taken_back_does_not_come(page: Page) -> None:
    """Who empties the field again sees what belongs to it, though an answer is on its way."""
    held = holding(page)
    page.locator("#q").focus()
    page.keyboard.insert_text("khám")
    expect(page.locator("#wait")).to_have_text("Vẫn đang tìm…")
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    expect(page.locator("#wait")).to_have_text("")

    assert held[0].request.failure is not None
    expect(page.locator("#found")).not_to_have_class(re.compile("busy"))


def test_hits_that_are_read_are_not_taken_away(page: Page) -> None:
    """Who is among the hits when an answer comes stays there; it comes when they are back in the field."""
    held = holding(page)
    page.locator("#q").focus()
    with page.expect_request(TYPED):
        page.keyboard.insert_text("khám")
    expect(page.locator("#found")).to_have_class(re.compile("busy"))
    page.keyboard.press("ArrowDown")
    while not held:  # the request is told of before it is held
        page.wait_for_timeout(10)
    held[0].continue_()
    expect(page.locator("#found")).not_to_have_class(re.compile("busy"))

    expect(page.locator(".card h2 a").first).to_be_focused()
    expect(page.locator(".card")).to_have_count(2)
    page.keyboard.press("/")
    expect(page.locator("h1")).to_have_text("“khám”")


def test_without_a_network_the_old_hits_stay(page: Page) -> None:
    """It is said that they are old, and the question is asked when the network is back."""
    page.context.set_offline(True)
    page.locator("#q").press_sequentially("rạch vong")
    expect(page.locator("#wait")).to_contain_text("Không có kết nối mạng")
    expect(page.locator(".card")).to_have_count(2)
    page.context.set_offline(False)

    expect(page.locator("h1")).to_have_text("“rạch vong”")


def test_an_answer_that_is_no_page_changes_nothing(page: Page) -> None:
    """A gateway's error is told, the form still works."""
    page.route(TYPED, lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.locator("#q").press_sequentially("rạch vong")
    expect(page.locator("#wait")).to_contain_text("Máy chủ chưa trả lời")
    expect(page.locator(".card")).to_have_count(2)
    page.locator("#q").press("Enter")

    expect(page.locator("h1")).to_have_text("“rạch vong”")


def test_back_leads_to_what_was_found(page: Page) -> None:
    """From a story back to the hits, with the question in the field."""
    page.locator("#q").press_sequentially("rạch vong")
    expect(page.locator("h1")).to_have_text("“rạch vong”")
    page.locator(".card h2 a").click()
    page.wait_for_url(re.compile("/tin/"))
    page.go_back()

    expect(page.locator("h1")).to_have_text("“rạch vong”")
    expect(page.locator("#q")).to_have_value("rạch vong")


def test_filters_that_were_opened_stay_open(page: Page) -> None:
    """What changes around them is the answer, not what the reader did."""
    page.locator("#loc > summary").click()
    page.locator("#q").press_sequentially("rạch vong")
    expect(page.locator("h1")).to_have_text("“rạch vong”")

    expect(page.locator("#loc")).to_have_attribute("open", "")


def test_a_form_that_is_opened_comes_into_its_place_and_stays(page: Page) -> None:
    """No page is left for it; the keyboard is led to it, and what is typed then leaves it as it is."""
    page.locator("#loc > summary").click()
    page.evaluate("window.same = true")
    page.locator("a.opens").press("Enter")
    expect(page.locator("#tay > summary")).to_be_focused()
    page.locator("#person").fill("mẫu")
    page.locator("#q").press_sequentially("rạch vong")
    expect(page.locator("h1")).to_have_text("“rạch vong”")

    expect(page.locator("#person")).to_have_value("mẫu")
    assert page.evaluate("window.same")
    assert {"q": ["rạch vong"], "person": ["mẫu"]} == parse_qs(urlsplit(page.url).query)


def test_what_cannot_come_alone_comes_with_its_page(page: Page) -> None:
    """A part that is lost on its way is one more page, and nothing that stays closed."""
    page.route(TYPED, lambda route: route.abort(), times=1)
    page.locator("#loc > summary").click()
    page.locator("a.opens").click()

    expect(page.locator("#tay #province")).to_be_visible()
    expect(page).to_have_url(re.compile("mo=tay#tay$"))


def test_keys_lead_around_and_can_be_turned_off(page: Page) -> None:
    """/ to the field, down to the hits, J and K between them; no key works after the switch."""
    hits = page.locator(".card h2 a")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(hits.nth(0)).to_be_focused()
    page.locator("#keys").click()
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()
    expect(page.locator("#keys")).to_contain_text("Bật phím tắt")
    page.locator("#keys").click()


def test_without_a_script_the_form_does_it(browser: Browser, town: Town) -> None:
    """Question, day, facet and language are a form and links."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(town.url("/"))
    page.fill("#q", "tháng 11/2026")
    page.press("#q", "Enter")
    page.locator("a.mine").click()
    expect(page.locator(".card")).to_have_count(2)
    page.locator('section[aria-labelledby="nhom-topic"] a').first.click()
    expect(page.locator(".card")).to_have_count(1)
    page.locator("nav >> text=English").click()

    expect(page.locator(".head")).to_contain_text("1 story")
    page.locator("a.opens").last.click()
    expect(page.locator("#tay #province")).to_be_visible()
    context.close()
