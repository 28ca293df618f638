"""The travellers' page in a real browser, served by both example apps."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.conftest import launch_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page, Route

TRIP = "Two of us from Porto to Tokyo on 4 December"
SESSION = "5e55" * 8
DONE = ".heard:not([aria-busy]) .meta"
SIZES = {
    "desktop": {"width": 1280, "height": 850},
    "tablet": {"width": 820, "height": 1100},
    "phone": {"width": 390, "height": 844},
}
TRIPS = {
    "en-GB": ("Two adults from Lisbon to Berlin on 11 December", "Berlin", "Choose"),
    "de-DE": ("Zwei Erwachsene von Lissabon nach Berlin am 11. Dezember", "Lissabon", "Wählen"),
    "fr-FR": ("Deux adultes de Lisbonne à Berlin le 11 décembre", "Lisbonne", "Choisir"),
}
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const channels = (text) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (node) => {
      for (; node; node = node.parentElement) {
        const found = channels(getComputedStyle(node).backgroundColor);
        if (found[3] === 255) return found;
      }
      return [255, 255, 255, 255];
    };
    const poor = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode.parentElement;
      if (!texts.currentNode.data.trim() || !node.checkVisibility()) continue;
      if (node.closest(".hidden, .skip, noscript, script")) continue;
      const paint = node instanceof SVGElement ? getComputedStyle(node).fill : getComputedStyle(node).color;
      const [a, b] = [light(channels(paint)), light(behind(node))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) poor.push(`${node.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
    return poor;
}"""


def ask(page: Page, message: str) -> None:
    """Send a message, and wait until its turn is complete."""
    turns = page.locator(DONE).count()
    page.fill("#message", message)
    page.keyboard.press("Enter")
    page.locator(DONE).nth(turns).wait_for(state="attached")


def answer_with(page: Page, **fields: Any) -> None:
    """Make the server's next replies this one."""
    done = {
        "reply": "",
        "session_id": "s",
        "language": "en",
        "slots": {},
        "names": {},
        "offers": [],
        "chosen": None,
        "degraded": False,
        **fields,
    }
    body = f"event: done\ndata: {json.dumps(done)}\n\n"
    page.route("**/chat", lambda route: route.fulfill(body=body, content_type="text/event-stream"))


def an_offer(**fields: Any) -> dict[str, Any]:
    segment = {
        "origin": "LIS",
        "destination": "BER",
        "carrier": "TP",
        "operating_carrier": "TP",
        "number": "1",
        "departs": "2026-12-11T10:00:00+00:00",
        "arrives": "2026-12-11T14:00:00+00:00",
        "departs_local": "2026-12-11T10:00:00",
        "arrives_local": "2026-12-11T15:00:00",
        "duration": 14400.0,
        "cabin": "economy",
    }
    ways = [{"segments": [segment], "duration": 14400.0, "stops": 0}]
    total = {"amount": "100.00", "currency": "EUR"}
    return {
        "id": "one",
        "provider": "duffel",
        "total": total,
        "itineraries": ways,
        "cabin": "economy",
        "names": {},
        **fields,
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", TRIPS)
def test_page_is_whole_on_every_screen_in_every_language(
    open_page: Callable[..., Page], size: str, scheme: str, locale: str, axe: str
):
    """First screen and offers: nothing is too wide, texts have contrast, axe finds nothing, the language is one."""
    message, place, choose = TRIPS[locale]
    page = open_page(
        viewport=SIZES[size], color_scheme=scheme, locale=locale, has_touch=size != "desktop", reduced_motion="reduce"
    )
    states = {}
    for state in ("hello", "offers"):
        if state == "offers":
            ask(page, message)
        found = page.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations.map((one) => one.id) }}")
        states[state] = (page.evaluate(WIDE), page.evaluate(CONTRAST), found)

    assert states == {"hello": (False, [], []), "offers": (False, [], [])}
    assert page.get_attribute("html", "lang") == locale[:2]
    assert place in page.locator("#trip").inner_text()
    assert page.locator(".choose").first.inner_text().startswith(choose)


def test_offers_say_what_people_ask(open_page: Callable[..., Page]):
    """Airline, times, length, stop with its place and length, bags, rules, price for all and per person, labels."""
    page = open_page()
    ask(page, TRIP)
    cards = page.locator(".offer")
    texts = [card.inner_text() for card in cards.all()]

    assert len(texts) == 5
    for text in texts:
        assert re.search(r"\d\d?:\d\d", text)
        assert re.search(r"€[\d,]+\.\d\d", text)
        assert "per person" in text
        assert "checked bag" in text
        assert re.search(r"(not )?refundable", text)
        assert "Invented fare" in text
    assert any(re.search(r"1 stop · \d+h( \d+m)? in [A-Z]", text) for text in texts)
    assert sum("cheapest" in text.lower() for text in texts) <= 1
    assert page.locator("#trip").inner_text().startswith("Porto → Tokyo")


def test_offer_is_one_sentence_for_a_screen_reader(open_page: Callable[..., Page]):
    """What is drawn is hidden from it; the sentence has airline, places, times, stops, price and rules."""
    page = open_page()
    ask(page, TRIP)
    sentence = page.locator(".offer > .hidden").first.inner_text()

    assert re.match(r"Offer 1: (best overall: |cheapest: |fastest: )*Invented fare\. \w", sentence)
    for part in ("Porto (OPO)", "Tokyo (", "€", "for 2 travellers", "cabin bag", "refundable"):
        assert part in sentence
    assert page.locator(".offer .front[aria-hidden=true]").count() == 5
    assert page.locator(".said .hidden").text_content() == "You: "


def test_offer_is_chosen_and_shown_in_detail(open_page: Callable[..., Page]):
    """The button of a card chooses it; details show each flight; then the next steps stand there."""
    page = open_page()
    ask(page, TRIP)
    page.locator(".details").nth(1).click()
    assert page.locator(".more").nth(1).is_visible()
    assert page.locator(".details").nth(1).get_attribute("aria-expanded") == "true"
    price = page.locator(".offer .price b").nth(1).inner_text()
    page.locator(".choose").nth(1).click()
    page.wait_for_selector(".next")

    assert page.locator(".said").last.inner_text().endswith("number 2")
    assert page.locator(".offer[data-picked] .price b").inner_text() == price
    assert page.locator(".offer[data-picked]").count() == 1


def test_chips_say_what_words_say(open_page: Callable[..., Page]):
    """A filter is sent as a message; one that holds is pressed and takes itself back; old lists lose their buttons."""
    page = open_page(locale="de-DE")
    ask(page, TRIPS["de-DE"][0])
    page.click(".chip >> text=nur direkt")
    page.locator(DONE).nth(1).wait_for(state="attached")
    assert page.locator(".said").last.inner_text().endswith("nur direkt")
    assert page.locator(".chip[aria-pressed=true]").inner_text() == "nur direkt"
    assert page.locator(".chips").count() == 1
    page.click(".chip[aria-pressed=true]")
    page.locator(DONE).nth(2).wait_for(state="attached")

    assert page.locator(".said").last.inner_text().endswith("auch mit Zwischenstopps")
    assert page.locator(".chip[aria-pressed=true]").count() == 0
    assert page.locator(".heard").last.locator(".offer").count() == 5


def test_order_is_taken_back(open_page: Callable[..., Page]):
    """The order of the list is marked among the chips; "best first" brings the first one back."""
    page = open_page(locale="de-DE")
    ask(page, TRIPS["de-DE"][0])
    assert page.locator(".chip[aria-current]").inner_text() == "die besten zuerst"
    page.click(".chip >> text=günstiger")
    page.locator(DONE).nth(1).wait_for(state="attached")
    assert page.locator(".chip[aria-current]").inner_text() == "günstiger"
    page.click(".chip >> text=die besten zuerst")
    page.locator(DONE).nth(2).wait_for(state="attached")

    assert page.locator(".chip[aria-current]").inner_text() == "die besten zuerst"
    assert page.locator(".offer[data-picked=true]").count() == 0


@pytest.mark.parametrize("locale", ["en-US", "en-GB"])
def test_hours_of_the_chart_do_not_overlap(open_page: Callable[..., Page], locale: str):
    """Labels of a 12-hour clock are wider."""
    page = open_page(locale=locale)
    ask(page, TRIP)
    boxes = [label.bounding_box() for label in page.locator(".timeline .axis text").all()]
    assert len(boxes) > 1
    ordered = sorted((box["x"], box["x"] + box["width"]) for box in boxes if box)
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(ordered))


def test_placeholder_follows_the_conversation(open_page: Callable[..., Page]):
    """It is an example of a trip at first, later a change or a question; a new trip begins with the example."""
    page = open_page()
    box = page.locator("#message")
    assert box.get_attribute("placeholder") == "Porto to London on Saturday"
    ask(page, TRIP)
    assert box.get_attribute("placeholder") == "A change, or a question?"
    page.click("#fresh")
    assert box.get_attribute("placeholder") == "Porto to London on Saturday"


@pytest.mark.parametrize("size", [{"width": 320, "height": 256}, {"width": 844, "height": 390}])
def test_send_button_stays_in_its_field(open_page: Callable[..., Page], size: dict[str, int]):
    """At 400 % zoom, and on a phone that lies on its side."""
    page = open_page(viewport=size)
    ask(page, TRIP)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    field, button = page.locator("#composer").bounding_box(), page.locator("#send").bounding_box()
    assert field
    assert button
    assert field["x"] <= button["x"]
    assert field["y"] <= button["y"]
    assert button["y"] + button["height"] <= field["y"] + field["height"]
    assert button["x"] + button["width"] <= field["x"] + field["width"]


def test_keyboard_goes_on_at_the_answer(open_page: Callable[..., Page]):
    """A chip that was pressed is gone with its list: the focus is on the answer, not at the beginning of the page."""
    page = open_page()
    ask(page, TRIP)
    page.locator(".chip").first.focus()
    page.keyboard.press("Enter")
    page.locator(DONE).nth(1).wait_for(state="attached")
    assert page.evaluate("document.activeElement === [...document.querySelectorAll('.heard')].at(-1)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.heard') === [...document.querySelectorAll('.heard')].at(-1)")


def test_party_with_an_infant_is_counted_once(open_page: Callable[..., Page]):
    """Header and card count the same travellers; an average that no traveller pays is not shown."""
    page = open_page()
    ask(page, "2 adults and a baby from Porto to Tokyo on 4 December")
    assert "3 travellers" in page.locator("#trip").inner_text()
    price = page.locator(".price").first.inner_text()
    assert "for 3 travellers" in price
    assert "per person" not in price


def test_conversation_that_cannot_be_loaded_stays(open_page: Callable[..., Page]):
    """A reload while the server refuses says so and can be tried again; the session is not given up."""
    page = open_page(complaints_expected=("503",))
    ask(page, TRIP)
    session = page.evaluate("sessionStorage.getItem('asyncassist.session')")
    page.route("**/chat/*", lambda route: route.fulfill(status=503, body="{}", content_type="application/json"))
    page.reload()
    page.locator(".notice button").wait_for()
    assert page.evaluate("sessionStorage.getItem('asyncassist.session')") == session
    page.unroute("**/chat/*")
    page.click(".notice button")
    page.locator(".offer").first.wait_for()


def test_offers_are_shown_as_they_arrive(open_page: Callable[..., Page]):
    """The cheapest first, without numbers and buttons to choose; the reply's list takes their place."""
    page = open_page()
    dear, cheap = an_offer(id="dear", total={"amount": "310.00", "currency": "EUR"}), an_offer(id="cheap")
    start = f'id: t-1\nevent: start\ndata: {{"session_id": "{SESSION}", "turn_id": "t"}}\n\n'
    offers = "".join(
        f"id: t-{number}\nevent: offer\ndata: {json.dumps(one)}\n\n" for number, one in ((2, dear), (3, cheap))
    )
    done = {
        "reply": "Here.",
        "session_id": SESSION,
        "language": "en",
        "slots": {},
        "names": {},
        "offers": [cheap, dear],
    }
    held: list[Route] = []
    page.route("**/chat", lambda route: route.fulfill(body=start + offers, content_type="text/event-stream"))
    page.route("**/chat/*/events", lambda route: held.append(route))  # noqa: PLW0108 - Playwright cannot wrap a builtin
    with page.expect_request("**/chat/*/events"):
        page.fill("#message", "hello")
        page.keyboard.press("Enter")
    page.locator(".arriving .offer").nth(1).wait_for()
    arrived = page.locator(".arriving .offer").evaluate_all("cards => cards.map((card) => card.dataset.offer)")
    choices = page.locator(".choose, .number").count()
    held[0].fulfill(body=f"id: t-4\nevent: done\ndata: {json.dumps(done)}\n\n", content_type="text/event-stream")
    page.locator(".offer .choose").nth(1).wait_for()

    assert (arrived, choices) == (["cheap", "dear"], 0)
    assert page.locator(".arriving").count() == 0
    assert page.locator(".offer").count() == 2


def test_offers_that_had_arrived_stay_when_the_stream_ends(open_page: Callable[..., Page]):
    """They can be read, and not chosen: the server has no list of them."""
    page = open_page()
    offers: list[Any] = []

    def keep(route: Any) -> None:
        body = route.fetch().text()
        events = body.split("\n\n")
        offers.extend(event for event in events if "event: offer" in event)
        start = next(event for event in events if "event: start" in event)
        problem = json.dumps({"status": 500, "code": "failed", "title": "x", "detail": "x"})
        parts = [start, *offers[:2], f"event: error\ndata: {problem}", ""]
        route.fulfill(body="\n\n".join(parts), content_type="text/event-stream")

    page.route("**/chat", keep)
    page.fill("#message", TRIP)
    page.keyboard.press("Enter")
    page.locator(".trouble").wait_for()
    assert page.locator(".offer").count() == 2
    assert page.locator(".choose").count() == 0


def test_reload_shows_everything_again(open_page: Callable[..., Page]):
    """Messages, cards with their prices, the chosen offer and the trip; a new trip starts empty, with it among recent."""
    page = open_page()
    ask(page, TRIP)
    page.locator(".choose").first.click()
    page.wait_for_selector(".next")
    before = page.locator(".price").all_inner_texts()
    page.reload()
    page.wait_for_selector(".next")

    assert page.locator(".price").all_inner_texts() == before
    assert page.locator(".said").count() == 2
    assert page.locator("#trip").inner_text().startswith("Porto → Tokyo")
    page.click("#fresh")
    assert page.locator(".said").count() == 0
    assert page.locator("#trips .open").inner_text().startswith("Porto → Tokyo")
    page.click("#trips .open")
    page.wait_for_selector(".next")


def test_recent_trip_is_removed_and_comes_back(open_page: Callable[..., Page]):
    """Removing a recent trip can be undone."""
    page = open_page()
    ask(page, TRIP)
    page.click("#fresh")
    page.click("#trips .round")
    assert page.locator("#recent").is_hidden()
    page.click("#toast button")

    assert page.locator("#trips .open").count() == 1


def test_unknown_session_is_reported(open_page: Callable[..., Page]):
    """A conversation that the server no longer has is not lost silently."""
    page = open_page()
    answer_with(page, reply="Hello.", session_id="other")
    page.evaluate("sessionStorage.setItem('asyncassist.session', 'gone')")
    ask(page, "hello")

    assert page.locator(".notice").inner_text().startswith("This conversation is no longer on the server")


def test_language_of_the_reply_becomes_that_of_the_page(open_page: Callable[..., Page]):
    """Who writes French in an English browser gets a French page."""
    page = open_page()
    ask(page, TRIPS["fr-FR"][0])

    assert page.get_attribute("html", "lang") == "fr"
    assert page.locator("#fresh").inner_text() == "Nouveau voyage"
    assert page.locator(".choose").first.inner_text().startswith("Choisir")
    assert "Lisbonne → Berlin" in page.locator("#trip").inner_text()


def test_markdown_is_shown_and_nothing_else(open_page: Callable[..., Page]):
    """Emphasis, lists, code and https links; HTML, images, scripts and other schemes stay text."""
    page = open_page()
    text = (
        "**bold** and *thin* and `code`\n\n- one\n- two\n\n[good](https://a.example/x) [bad](javascript:alert(1))"
        " [plain](http://a.example) ![image](https://a.example/i.png) <img src=x onerror=alert(1)><script>1</script>"
    )
    answer_with(page, reply=text)
    ask(page, "hello")
    shown = page.locator(".text.before")

    assert [shown.locator(tag).count() for tag in ("strong", "em", "code", "li", "img", "script")] == [1, 1, 1, 2, 0, 0]
    assert [link.get_attribute("href") for link in shown.locator("a").all()] == [
        "https://a.example/x",
        "https://a.example/i.png",
    ]
    assert "<script>1</script>" in shown.inner_text()
    assert "javascript:alert(1)" in shown.inner_text()


def test_hostile_offers_are_text(open_page: Callable[..., Page]):
    """Markup, scripts, links and signs that turn the direction of text, in every field of a provider."""
    page = open_page()
    evil = "\u202e<img src=x onerror=\"document.title='owned'\">"
    bad = an_offer(
        id=evil,
        fare={"name": evil, "checked_bags": 1},
        names={"TP": evil, "LIS": evil},
        total={"amount": evil, "currency": evil},
        booking_url="javascript:alert(1)",
    )
    answer_with(page, reply="1. x", offers=[bad, an_offer(id="two")], chosen=evil)
    ask(page, "hello")

    assert page.locator(".offer").count() == 2
    assert page.locator(".log img").count() == 0
    assert page.locator(".next a").count() == 0
    assert "\u202e" not in page.locator(".offer .front").first.inner_text()
    assert page.title() == "asyncassist"


def test_booking_link_is_offered_where_there_is_one(open_page: Callable[..., Page]):
    """After the choice, an offer with an https address can be opened; a real fare has no mark of an invented one."""
    page = open_page()
    answer_with(page, reply="You picked it.", offers=[an_offer(booking_url="https://a.example/book")], chosen="one")
    ask(page, "number 1")

    assert page.locator(".next a").get_attribute("href") == "https://a.example/book"
    assert page.locator("[data-kind=invented], .invented-note").count() == 0


def test_messages_are_never_markup(open_page: Callable[..., Page]):
    """A message with tags is shown as it was written, and has no effect."""
    page = open_page()
    evil = "<img src=x onerror=\"document.title='owned'\"><b>hello</b>"
    ask(page, evil)

    assert page.locator(".said p").first.inner_text().endswith(evil)
    assert page.locator(".log img").count() == 0
    assert page.title() == "asyncassist"


def test_reply_can_be_stopped_and_retried(open_page: Callable[..., Page]):
    """A hanging reply is stopped by the button, and requested again."""
    page = open_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/chat", hold)
    page.fill("#message", "hello")
    page.keyboard.press("Enter")
    page.wait_for_selector(".send[data-busy]")
    assert page.locator("#send").get_attribute("aria-label") == "Stop"
    assert page.locator(".progress").inner_text() == "Reading your message"
    page.click("#send")
    page.wait_for_selector(".trouble >> text=Stopped")
    page.unroute("**/chat")
    page.click("text=Try again")
    page.locator(".heard:not([aria-busy]) .meta button >> text=Copy").wait_for()

    assert page.locator(".trouble").count() == 0
    assert page.locator(".said").count() == 1


def test_lost_connection_is_continued_where_events_have_ids(open_page: Callable[..., Page]):
    """After the last event that arrived, without sending the message again."""
    page = open_page()
    start = 'id: t-1\nevent: start\ndata: {"session_id": "s", "turn_id": "t"}\n\n'
    half = 'id: t-2\nevent: delta\ndata: {"text": "half"}\n\n'
    rest = {"reply": "half and half", "session_id": "s", "language": "en", "slots": {}, "names": {}, "offers": []}
    asked: list[str | None] = []

    def go_on(route: Route) -> None:
        asked.append(route.request.headers.get("last-event-id"))
        route.fulfill(body=f"id: t-3\nevent: done\ndata: {json.dumps(rest)}\n\n", content_type="text/event-stream")

    page.route("**/chat", lambda route: route.fulfill(body=start + half, content_type="text/event-stream"))
    page.route("**/chat/s/events", go_on)
    ask(page, "hello")

    assert asked == ["t-2"]
    assert page.locator(".text.before").inner_text() == "half and half"


def test_errors_are_in_the_language_of_the_reader(open_page: Callable[..., Page]):
    """A problem in the stream, and a stream that breaks off, which is not taken for a reply."""
    page = open_page(locale="es-ES")
    problem = {"detail": "too many requests; try again later", "status": 429}
    body = f"event: error\ndata: {json.dumps(problem)}\n\n"
    page.route("**/chat", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    ask(page, "hola")
    page.wait_for_selector(".trouble >> text=Demasiados mensajes")
    page.unroute("**/chat")
    half = 'event: delta\ndata: {"text": "half"}\n\n'
    page.route("**/chat", lambda route: route.fulfill(body=half, content_type="text/event-stream"))
    ask(page, "hola")

    page.wait_for_selector(".trouble >> text=La respuesta se interrumpió")


def test_small_screens_and_large_zoom(open_page: Callable[..., Page]):
    """At 320 pixels, and at 400 % of 1280 by 1024, nothing is too wide or covers what is read."""
    page = open_page(viewport={"width": 320, "height": 256})
    ask(page, "Porto to Tokyo on 4 December, back on 18 December")

    assert not page.evaluate(WIDE)
    # It scrolls with the page, and the send button hangs on it.
    assert page.evaluate("getComputedStyle(document.querySelector('#composer')).position") == "relative"


def test_targets_are_large_on_touch_screens(open_page: Callable[..., Page]):
    """Every control is at least 44 pixels high and wide."""
    page = open_page(viewport=SIZES["phone"], has_touch=True, is_mobile=True)
    ask(page, TRIP)
    small = page.evaluate(
        "[...document.querySelectorAll('button, a[href], textarea')]"
        ".filter((e) => e.checkVisibility() && !e.closest('.skip'))"
        ".map((e) => [e.textContent.trim() || e.id, e.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"
    )

    assert small == []


def test_everything_is_reachable_by_keyboard(open_page: Callable[..., Page]):
    """The first tab stop is the skip link; a card is chosen by keys alone; what happens is announced."""
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the message box"
    page.keyboard.press("Enter")
    page.keyboard.type(TRIP)
    page.keyboard.press("Enter")
    page.locator(DONE).wait_for(state="attached")
    assert "5 offers" in page.locator("#speech").inner_text()
    page.locator(".choose").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".next")
    page.wait_for_function("document.querySelector('#speech').textContent.startsWith('You picked')")


def test_motion_is_left_out_where_it_is_not_wanted(open_page: Callable[..., Page]):
    """With reduced motion nothing is animated."""
    page = open_page(reduced_motion="reduce")
    ask(page, TRIP)
    moving = "[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).animationName !== 'none').length"

    assert page.evaluate(moving) == 0


def test_outbound_and_return_are_aligned(open_page: Callable[..., Page]):
    """The lines of one card begin and end at the same positions, whatever the times beside them."""
    page = open_page()
    ask(page, "Porto to Tokyo on 4 December, back on 18 December")
    boxes = [line.bounding_box() for line in page.locator(".offer").first.locator(".path svg").all()]

    assert len(boxes) == 2
    assert boxes[0]["x"] == pytest.approx(boxes[1]["x"], abs=0.5)
    assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=0.5)


def test_colour_scheme_is_persistent(open_page: Callable[..., Page]):
    """System, light, dark; a reload preserves the choice."""
    page = open_page()
    page.click("#theme")
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()

    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.locator("#theme").get_attribute("aria-label") == "Colours: dark"


def test_right_to_left_is_not_broken(open_page: Callable[..., Page]):
    """Turned round, nothing is too wide, and the button to send stands at the other end."""
    page = open_page(viewport=SIZES["phone"])
    ask(page, TRIP)
    page.evaluate("document.documentElement.dir = 'rtl'")

    assert not page.evaluate(WIDE)
    box = page.locator("#send").bounding_box()
    assert box is not None
    assert box["x"] < 60


def test_stopping_tells_a_server_that_goes_on_without_its_client(open_page: Callable[..., Page]):
    """Where events have ids, the turn is ended on the server too."""
    page = open_page()
    start = 'id: t-1\nevent: start\ndata: {"session_id": "s", "turn_id": "t"}\n\n'
    stopped: list[str] = []
    held: list[Route] = []

    def note(route: Route) -> None:
        stopped.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/chat", lambda route: route.fulfill(body=start, content_type="text/event-stream"))
    page.route("**/chat/s/events", lambda route: held.append(route))  # noqa: PLW0108 - Playwright cannot wrap a builtin
    page.route("**/chat/s/stop", note)
    with page.expect_request("**/chat/s/events"):
        page.fill("#message", "hello")
        page.keyboard.press("Enter")
    with page.expect_request("**/chat/s/stop"):
        page.keyboard.press("Escape")
    page.wait_for_selector(".trouble >> text=Stopped")

    assert stopped == ["POST"]


def test_reload_follows_the_first_turn_that_still_runs(open_page: Callable[..., Page]):
    """The server has no messages of it yet: its events are read again from the first one."""
    page = open_page(complaints_expected=("404",))
    start = f'id: t-1\nevent: start\ndata: {{"session_id": "{SESSION}", "turn_id": "t"}}\n\n'
    done = {"reply": "Hello.", "session_id": SESSION, "language": "en", "slots": {}, "names": {}, "offers": []}
    asked: list[str | None] = []
    held: list[Route] = []

    def tell(route: Route) -> None:
        asked.append(route.request.headers.get("last-event-id"))
        if asked == ["t-1"]:
            held.append(route)
            return
        body = f"{start}id: t-2\nevent: done\ndata: {json.dumps(done)}\n\n"
        route.fulfill(body=body, content_type="text/event-stream")

    page.route("**/chat", lambda route: route.fulfill(body=start, content_type="text/event-stream"))
    page.route("**/chat/*/events", tell)
    with page.expect_request("**/chat/*/events"):
        page.fill("#message", "hello")
        page.keyboard.press("Enter")
    page.reload()
    page.locator(DONE).wait_for(state="attached")

    assert asked == ["t-1", None]
    assert page.locator(".said").inner_text().endswith("hello")
    assert page.locator(".text.before").inner_text() == "Hello."
    assert page.locator(".notice, .trouble").count() == 0


def test_stopped_first_turn_is_no_lost_conversation(open_page: Callable[..., Page]):
    """Its session need not exist on the server: the next message begins another without a notice."""
    page = open_page()
    start = f'id: t-1\nevent: start\ndata: {{"session_id": "{SESSION}", "turn_id": "t"}}\n\n'
    held: list[Route] = []
    page.route("**/chat", lambda route: route.fulfill(body=start, content_type="text/event-stream"))
    page.route("**/chat/*/events", lambda route: held.append(route))  # noqa: PLW0108 - Playwright cannot wrap a builtin
    with page.expect_request("**/chat/*/events"):
        page.fill("#message", "hello")
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.wait_for_selector(".trouble >> text=Stopped")
    page.unroute("**/chat")
    page.click("text=Try again")
    page.locator(".heard:not([aria-busy]) .meta button >> text=Copy").wait_for()

    assert page.locator(".notice").count() == 0


@pytest.mark.parametrize("accent", ["#ffee00", "#000080"])
def test_brand_keeps_its_contrast(browser: Browser, accent: str):
    """With a bright and a dark accent, in light and in dark, every text can be read."""
    poor = []
    with launch_app(ASYNCASSIST_PAGE_ACCENT=accent, ASYNCASSIST_PAGE_TITLE="Blue Sky") as app:
        for scheme in ("light", "dark"):
            options: Any = {"color_scheme": scheme, "reduced_motion": "reduce", "locale": "en-GB"}
            context = browser.new_context(**options)
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{app.port}/")
            ask(page, "Two adults from Lisbon to Berlin on 11 December")
            poor += page.evaluate(CONTRAST)
            title = page.title()
            context.close()

    assert title == "Blue Sky"
    assert poor == []
