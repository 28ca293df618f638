"""What helps travellers to decide, in a real browser: offers first, prices by day, a comparison, legs, their conversations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.conftest import launch_app
from tests.page.test_page import CONTRAST, DONE, SIZES, TRIP, TRIPS, WIDE, an_offer, answer_with, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.web.example_apps import App

DAYS = {
    "en-GB": "which day is cheapest?",
    "de-DE": "welcher Tag ist am günstigsten?",
    "es-ES": "¿qué día es más barato?",
    "fr-FR": "quel jour est le moins cher ?",
    "it-IT": "quale giorno è più economico?",
    "pt-PT": "que dia é mais barato?",
}
FIRST = {
    **{locale: trip[0] for locale, trip in TRIPS.items()},
    "es-ES": "Dos adultos de Madrid a Berlín el 11 de diciembre",
    "it-IT": "Due adulti da Roma a Berlino l'11 dicembre",
    "pt-PT": "Dois adultos de Lisboa para Berlim em 11 de dezembro",
}


def violations(page: Page, axe: str) -> Any:
    return page.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations.map((one) => one.id) }}")


def leg(origin: str, destination: str, day: int) -> dict[str, Any]:
    (leg,) = an_offer()["itineraries"]
    (flight,) = leg["segments"]
    moved = {name: re.sub(r"-11T", f"-{day}T", value) for name, value in flight.items() if isinstance(value, str)}
    return {**leg, "segments": [{**flight, **moved, "origin": origin, "destination": destination}]}


@pytest.mark.parametrize(("size", "most"), [("desktop", 240), ("tablet", 300), ("phone", 330)])
def test_first_offer_is_seen_at_once(open_page: Callable[..., Page], size: str, most: int):
    """The answer is shown from its beginning, and the first card begins in the upper part of the screen; so after a reload."""
    page = open_page(viewport=SIZES[size], has_touch=size != "desktop")
    top = "document.querySelector('.offer').getBoundingClientRect().top"
    ask(page, TRIP)
    live = page.evaluate(top)
    page.reload()
    page.locator(".offer").first.wait_for()
    page.wait_for_function(f"{top} < {most}")

    assert 0 < live < most


@pytest.mark.parametrize("size", SIZES)
def test_end_of_the_conversation_can_be_read(open_page: Callable[..., Page], size: str):
    """Scrolled to its end, the last words stand above the field for messages."""
    page = open_page(viewport=SIZES[size])
    ask(page, TRIP)
    page.evaluate("scrollTo(0, 1e6)")
    last = page.locator(".heard .meta").last.bounding_box()
    box = page.locator("#message").bounding_box()

    assert last is not None
    assert box is not None
    assert last["y"] + last["height"] <= box["y"]


@pytest.mark.parametrize("locale", DAYS)
def test_bar_asks_for_its_day(open_page: Callable[..., Page], locale: str):
    """In every language: the chip asks for prices by day, and a bar changes the day of the trip."""
    page = open_page(locale=locale)
    ask(page, FIRST[locale])
    page.locator(".chip").filter(has_text=DAYS[locale]).click()
    page.locator(".days").wait_for()
    bars = page.locator(".days button")
    assert bars.count() >= 2
    assert page.locator(".days [aria-current=date]").count() == 1
    assert page.locator(".chips").count() == 1
    assert page.locator(".choose").count() == 5
    other = page.locator(".days button:not([aria-current])").first
    other.click()
    page.locator(DONE).nth(2).wait_for(state="attached")

    assert page.locator(".heard").last.locator(".offer").count() > 0
    dates = page.evaluate("JSON.parse(sessionStorage.getItem('asyncassist.trip')).slots.departure_date")
    assert dates != "2026-12-11"
    assert page.locator(".days button:not(:disabled)").count() == 0


def test_bars_of_a_return_trip_shift_both_days(open_page: Callable[..., Page]):
    """The prices are for stays of the same length: so is the search that a bar asks for."""
    page = open_page()
    price = {"amount": "100", "currency": "EUR"}
    days = [{"date": "2026-12-10", "price": {**price, "amount": "90"}}, {"date": "2026-12-11", "price": price}]
    slots = {"departure_date": "2026-12-11", "return_date": "2026-12-18"}
    answer_with(page, reply="Prices:\nx\ny", date_prices=days, slots=slots)
    ask(page, "hello")
    bars = page.locator(".days button")
    words = bars.first.locator(".hidden").inner_text()
    bars.first.click()

    assert words == "Thu 10 Dec: €90.00, lowest"
    assert page.locator(".text.before").first.inner_text() == "Prices:"
    assert page.locator(".said").last.inner_text().endswith("from 10 December 2026 to 17 December 2026")


def test_prices_by_day_come_back_after_a_reload(open_page: Callable[..., Page]):
    """From the transcript, with their buttons."""
    page = open_page()
    ask(page, TRIP)
    ask(page, DAYS["en-GB"])
    before = page.locator(".days button").all_inner_texts()
    page.reload()
    page.locator(".days").wait_for()

    assert page.locator(".days button").all_inner_texts() == before
    assert page.locator(".days [aria-current=date]").count() == 1


def test_two_offers_are_compared_by_keyboard(open_page: Callable[..., Page]):
    """The second mark opens a table; Escape closes it, the marks are gone, and the focus is back; its button chooses."""
    page = open_page()
    ask(page, TRIP)
    marks = page.locator(".compare")
    marks.nth(0).focus()
    page.keyboard.press("Enter")
    assert page.locator("#speech").inner_text().startswith("Offer 1 is marked")
    marks.nth(2).focus()
    page.keyboard.press("Enter")
    page.locator(".versus").wait_for()
    names = page.locator(".versus th[scope=rowgroup]").all_inner_texts()
    page.keyboard.press("Escape")
    page.locator(".versus").wait_for(state="detached")
    assert page.locator(".compare[aria-pressed=true]").count() == 0
    assert page.evaluate("document.activeElement.className") == "quiet compare"
    marks.nth(0).click()
    marks.nth(1).click()
    page.locator(".versus .choose").nth(1).click()
    page.wait_for_selector(".next")

    assert names == ["Price", "Airline", "Bags", "Rules", "Departure", "Arrival", "Travel time", "Stops"]
    assert page.locator(".said").last.inner_text().endswith("number 2")


def test_comparison_shows_what_differs(open_page: Callable[..., Page]):
    """By how much the lower price is lower; what is the same is marked so; what is not known is said; no second table."""
    page = open_page()
    dear = an_offer(id="two", total={"amount": "120.00", "currency": "EUR"}, fare={"checked_bags": 1})
    answer_with(page, reply="1. x\n2. y", offers=[an_offer(), dear])
    ask(page, "hello")
    page.locator(".compare").nth(1).click()
    page.locator(".compare").nth(0).click()
    table = page.locator(".versus")
    table.wait_for()  # its module is loaded when it is first needed

    assert [mark.inner_text() for mark in table.locator(".mark").all()] == ["€20.00 less"]
    rows = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in table.locator("tbody").all()}
    assert rows["Price"] == ["€100.00 €20.00 less", "€120.00"]
    assert rows["Bags"] == ["not stated", "1 checked bag"]
    same = table.locator("tbody[data-same] th").all_inner_texts()
    assert "Departure" in same
    assert "Price" not in same


def test_mark_is_taken_back(open_page: Callable[..., Page]):
    """A second press on the same card leaves no mark, and opens nothing."""
    page = open_page()
    ask(page, TRIP)
    page.locator(".compare").first.click()
    page.locator(".compare").first.click()

    assert page.locator(".compare[aria-pressed=true], .versus").count() == 0


def test_several_legs_are_shown_leg_by_leg(open_page: Callable[..., Page]):
    """Each has its name on the card, in the details, in the sentence and in the comparison; the header has the route."""
    page = open_page()
    legs = [leg("LIS", "FCO", 11), leg("NAP", "ATH", 15), leg("ATH", "LIS", 19)]
    offers = [an_offer(id=name, itineraries=legs, names={"LIS": "Lisbon", "FCO": "Rome"}) for name in ("one", "two")]
    slots = {"origin": {"code": "LIS"}, "destination": {"code": "FCO"}, "departure_date": "2026-12-11"}
    answer_with(page, reply="1. x\n2. y", offers=offers, slots=slots)
    ask(page, "hello")
    page.locator(".details").first.click()
    card = page.locator(".offer").first

    assert card.locator(".day b").all_inner_texts() == ["Leg 1", "Leg 2", "Leg 3"]
    assert card.locator(".leg-name").all_inner_texts() == ["Leg 1", "Leg 2", "Leg 3"]
    assert re.search("Leg 1: .*; Leg 2: .*NAP.*; Leg 3: .*Lisbon", card.locator("> .hidden").inner_text())
    assert page.locator("#trip b").inner_text() == "Lisbon → Rome, NAP → ATH → Lisbon"
    assert page.locator(".timeline b").inner_text() == "When they fly: Leg 1"
    page.locator(".compare").nth(0).click()
    page.locator(".compare").nth(1).click()
    page.locator(".versus").wait_for()
    assert page.locator(".versus .part th").all_inner_texts() == ["Leg 1", "Leg 2", "Leg 3"]


def test_there_and_back_are_named(open_page: Callable[..., Page]):
    """Outbound and return, by the cities, whatever the airports."""
    page = open_page()
    ways = [leg("LIS", "FCO", 11), leg("CIA", "LIS", 15)]
    answer_with(page, reply="x", offers=[an_offer(itineraries=ways, names={"FCO": "Rome", "CIA": "Rome"})])
    ask(page, "hello")

    assert page.locator(".day b").all_inner_texts() == ["Outbound", "Return"]


def test_best_is_what_the_search_ranks_first(open_page: Callable[..., Page]):
    """One card has the mark, in the sentence too, beside the words of what it means; an unknown id marks none."""
    page = open_page()
    ask(page, TRIP)
    ask(page, "cheaper")
    answer = page.locator(".heard").last

    assert answer.locator(".mark[data-kind=cheapest]").inner_text() == "cheapest"
    assert answer.locator(".mark[data-kind=best]").count() <= 1
    ask(page, "best first")
    answer = page.locator(".heard").last
    assert answer.locator(".mark[data-kind=best]").count() == 1
    assert answer.locator(".best-note").inner_text() == "“Best overall” weighs price, travel time and stops."
    assert "best overall: " in answer.locator(".offer:has([data-kind=best]) > .hidden").inner_text()
    assert answer.locator(".chip[aria-current]").inner_text() == "best first"
    answer_with(page, reply="1. x\n2. y", offers=[an_offer(), an_offer(id="two")], best="none")
    ask(page, "hello")
    assert page.locator(".heard").last.locator(".mark[data-kind=best], .best-note").count() == 0


def test_chip_of_the_morning_is_pressed_while_it_holds(open_page: Callable[..., Page]):
    """After a reload too; another time has a chip that takes it back."""
    page = open_page()
    ask(page, TRIP)
    page.locator(".chip >> text=leaving in the morning").click()
    page.locator(DONE).nth(1).wait_for(state="attached")
    assert page.locator(".chip[aria-pressed=true]").inner_text() == "leaving in the morning"
    page.reload()
    page.locator(".chip[aria-pressed=true]").wait_for()
    page.locator(".chip[aria-pressed=true]").click()
    page.locator(".chip[aria-pressed=false] >> text=leaving in the morning").wait_for()
    assert page.locator(".said").last.inner_text().endswith("any time")
    answer_with(page, reply="1. x", offers=[an_offer()], windows={"outbound.departure": [1080, 1439]})
    ask(page, "in the evening")

    assert page.locator(".chip >> text=any time").count() == 1
    assert page.locator(".chip >> text=leaving in the morning").count() == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "es-ES"])
def test_choices_are_for_everybody(open_page: Callable[..., Page], size: str, scheme: str, locale: str, axe: str):
    """Comparison and prices by day: nothing too wide, contrast, axe, and targets of 44 pixels on touch screens."""
    page = open_page(
        viewport=SIZES[size], color_scheme=scheme, locale=locale, has_touch=size != "desktop", reduced_motion="reduce"
    )
    small = (
        "[...document.querySelectorAll('dialog button, .days button, .compare, .chip')].filter((e) => e.checkVisibility())"
        ".filter((e) => Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height) < 44).length"
    )
    ask(page, FIRST[locale])
    page.locator(".compare").nth(0).click()
    page.locator(".compare").nth(1).click()
    page.locator(".versus").wait_for()
    found = [(page.evaluate(WIDE), violations(page, axe), page.evaluate(small) if size != "desktop" else 0)]
    page.keyboard.press("Escape")
    ask(page, DAYS[locale])
    found.append((page.evaluate(WIDE), violations(page, axe), page.evaluate(small) if size != "desktop" else 0))

    assert found == [(False, [], 0)] * 2
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("height", [640, 256])
def test_choices_fit_on_320_pixels(open_page: Callable[..., Page], height: int):
    """And at 400 % of 1280 by 1024: the comparison scrolls inside, its buttons can be reached."""
    page = open_page(viewport={"width": 320, "height": height}, locale="de-DE")
    ask(page, FIRST["de-DE"])
    page.locator(".compare").nth(0).click()
    page.locator(".compare").nth(1).click()
    dialog = page.locator(".versus").bounding_box()
    assert dialog is not None
    assert dialog["x"] >= 0
    assert dialog["x"] + dialog["width"] <= 320
    page.locator(".versus .close").click()
    ask(page, DAYS["de-DE"])

    assert not page.evaluate(WIDE)


def test_forced_colours_keep_what_colour_says(open_page: Callable[..., Page]):
    """Buttons have a border, a pressed chip a thicker one, and bars can be seen."""
    page = open_page(forced_colors="active")
    ask(page, TRIP)
    ask(page, "leaving in the morning")
    width = "(e) => getComputedStyle(e).borderTopWidth"

    assert page.locator(".choose").last.evaluate(width) == "1px"
    assert page.locator(".chip[aria-pressed=true]").evaluate(width) == "3px"
    ask(page, DAYS["en-GB"])
    assert page.locator(".bar").first.evaluate(width) == "1px"


def test_hostile_choices_are_text(open_page: Callable[..., Page]):
    """Markup in every field of an offer stays text in the comparison; days that make no sense draw nothing."""
    page = open_page()
    evil = "\u202e<img src=x onerror=\"document.title='owned'\">"
    bad = an_offer(id=evil, fare={"name": evil, "checked_bags": 1}, names={"TP": evil, "LIS": evil})
    answer_with(page, reply="1. x\n2. y", offers=[bad, an_offer(id="two")], best=evil)
    ask(page, "hello")
    page.locator(".compare").nth(0).click()
    page.locator(".compare").nth(1).click()
    page.locator(".versus").wait_for()
    assert "\u202e" not in page.locator(".versus").inner_text()
    page.keyboard.press("Escape")
    price = {"amount": evil, "currency": evil}
    answer_with(page, reply="Prices", date_prices=[{"date": "2026-12-10", "price": price}])
    ask(page, "hello")

    assert page.locator(".days").count() == 0
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == "asyncassist"


@pytest.fixture(scope="module")
def signed_in() -> Iterator[App]:
    """An app whose travellers are known by a cookie, with a sign-in page and texts of its own."""
    app = launch_app(ASYNCASSIST_PAGE_LOGIN_URL="/sign-in")
    app.command = [part.replace("examples.fastapi_app", "tests.page.signed_in_app") for part in app.command]
    with app:
        yield app


def enter(browser: Browser, app: App, user: str | None) -> tuple[BrowserContext, Page]:
    context = browser.new_context(locale="en-GB")
    if user is not None:
        context.add_cookies([{"name": "user", "value": user, "url": f"http://127.0.0.1:{app.port}"}])
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{app.port}/")
    return context, page


def test_conversations_follow_the_account(browser: Browser, signed_in: App, axe: str):
    """Another browser of the same user lists, renames and opens them; a removal is undone; the last one is deleted."""
    context, page = enter(browser, signed_in, "ann")
    ask(page, TRIP)
    context.close()
    context, page = enter(browser, signed_in, "ann")
    row = page.locator("#trips li")
    row.wait_for()
    assert page.locator("#recent h2").inner_text() == "Your conversations"
    assert row.locator("b").inner_text() == "Porto → Tokyo"
    page.locator("#trips button[aria-label='Rename Porto → Tokyo']").click()
    page.keyboard.type("<b>Winter</b>")
    page.keyboard.press("Enter")
    page.locator("#trips b >> text=Winter").wait_for()
    assert row.locator("b").inner_text() == "<b>Winter</b>"
    assert violations(page, axe) == []
    row.locator(".round").last.click()
    assert page.locator("#recent").is_hidden()
    page.click("#toast button")
    row.locator(".open").click()
    page.locator(".offer").first.wait_for()
    page.reload()
    page.click("#fresh")
    row.wait_for()
    row.locator(".round").last.click()
    page.locator("#recent").wait_for(state="hidden")
    page.goto("about:blank")
    page.goto(f"http://127.0.0.1:{signed_in.port}/")
    page.wait_for_function("async () => !(await (await fetch('conversations')).json()).conversations.length")
    context.close()


def test_renaming_is_given_up(browser: Browser, signed_in: App):
    """By Escape; the name stays, and the focus returns to the button."""
    context, page = enter(browser, signed_in, "bob")
    ask(page, TRIP)
    page.click("#fresh")
    page.locator("#trips .round").first.click()
    page.keyboard.type("other")
    page.keyboard.press("Escape")
    name = page.locator("#trips b").inner_text()
    focus = page.evaluate("document.activeElement.getAttribute('aria-label')")
    context.close()

    assert (name, focus) == ("Porto → Tokyo", "Rename Porto → Tokyo")


def test_refused_traveller_is_led_to_the_login(browser: Browser, signed_in: App):
    """Words and a link of the setting."""
    context, page = enter(browser, signed_in, None)
    page.fill("#message", "hello")
    page.keyboard.press("Enter")
    page.locator(".trouble >> text=Please sign in to go on.").wait_for()
    link = page.locator(".meta a").get_attribute("href")
    context.close()

    assert link == "/sign-in"
