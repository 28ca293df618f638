"""Readings: what is kept beside the day itself, and what a reading depends on."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.parser import DateOffset, DateSpan, find_dates, warm_up
from asyncassist.nlp.tokens import TokenizedText

TODAY = dt.date(2026, 11, 18)  # a Wednesday


def day(month, number, year=None):
    year = year or (2026 if (month, number) >= (11, 18) else 2027)
    return dt.date(year, month, number)


def find(raw, language="en", **more):
    return find_dates(TokenizedText.from_text(raw), language=language, today=more.pop("today", TODAY), **more)


def one(raw, language="en", **more):
    (span,) = find(raw, language, **more)
    return span


def test_offsets_are_of_the_text_as_given():
    """Accents written apart and letters that fold to two shift nothing."""
    raw = "Großes Gepa\u0308ck, Flug am 5. März nach Köln"

    span = one(raw, "de")

    assert raw[span.start : span.end] == "5. März"


@pytest.mark.parametrize(
    ("language", "region", "expected", "other"),
    [
        ("en", None, day(3, 4), day(4, 3)),
        ("en", "US", day(3, 4), day(4, 3)),
        ("en", "us", day(3, 4), day(4, 3)),
        ("en", "GB", day(4, 3), day(3, 4)),
        ("en", "AU", day(4, 3), day(3, 4)),
        ("pt", "BR", day(4, 3), day(3, 4)),
        ("es", "MX", day(4, 3), day(3, 4)),
        ("fr", None, day(4, 3), day(3, 4)),
    ],
)
def test_figures_are_read_as_the_region_writes_them(language, region, expected, other):
    """The other order is kept as an alternative."""
    span = one("3/4", language, region=region)

    assert (span.value, span.alternatives) == (expected, (other,))


def test_figures_that_fit_one_order_only_have_no_alternative():
    """The 25th month does not exist."""
    assert one("25/12").alternatives == ()
    assert one("25/12").value == day(12, 25)


@pytest.mark.parametrize(
    ("raw", "language", "value", "others"),
    [
        ("next Friday", "en", day(11, 27), [day(11, 20)]),
        ("next Monday", "en", day(11, 23), []),
        ("Wednesday", "en", day(11, 25), [TODAY]),
        ("this Wednesday", "en", TODAY, [day(11, 25)]),
        ("this Monday", "en", day(11, 23), []),
        ("Friday after next", "en", day(11, 27), [day(12, 4)]),
        ("next weekend", "en", day(11, 28), [day(11, 21)]),
        ("próxima sexta", "pt", day(11, 20), [day(11, 27)]),
        ("el próximo lunes", "es", day(11, 23), []),
        ("nächsten Freitag", "de", day(11, 20), [day(11, 27)]),
        ("kommenden Freitag", "de", day(11, 20), []),
        ("in acht Tagen", "de", day(11, 26), [day(11, 25)]),
        ("dans quinze jours", "fr", day(12, 3), [day(12, 2)]),
        ("fra otto giorni", "it", day(11, 26), [day(11, 25)]),
        ("in eight days", "en", day(11, 26), []),
        ("Friday the 13th", "en", day(8, 13), [day(12, 13)]),
    ],
)
def test_what_people_read_two_ways_keeps_both(raw, language, value, others):
    """The likelier day is the value, the other one an alternative."""
    span = one(raw, language)

    assert (span.value, list(span.alternatives)) == (value, others)


@pytest.mark.parametrize(
    ("raw", "language", "part"),
    [
        ("tomorrow morning", "en", "morning"), ("noon on the 5th", "en", "noon"), ("tonight", "en", "night"),
        ("Friday evening", "en", "evening"), ("the 5th in the afternoon", "en", "afternoon"),
        ("amanhã de manhã", "pt", "morning"), ("hoje à noite", "pt", "night"), ("viernes por la tarde", "es", "afternoon"),
        ("mañana por la mañana", "es", "morning"), ("ce soir", "fr", "evening"), ("demain après-midi", "fr", "afternoon"),
        ("Freitagabend", "de", "evening"), ("morgen früh", "de", "morning"), ("heute Nacht", "de", "night"),
        ("domani sera", "it", "evening"), ("stamattina", "it", "morning"), ("the 5th", "en", None),
    ],
)  # fmt: skip
def test_part_of_the_day_is_kept(raw, language, part):
    """It is said beside the day and never changes it."""
    assert one(raw, language).part_of_day == part


@pytest.mark.parametrize(
    ("raw", "grain", "value", "end"),
    [
        ("next week", "week", day(11, 23), day(11, 29)),
        ("this week", "week", TODAY, day(11, 22)),
        ("this weekend", "weekend", day(11, 21), day(11, 22)),
        ("in March", "month", day(3, 1), day(3, 31)),
        ("this month", "month", TODAY, day(11, 30)),
        ("late February", "month", day(2, 21), day(2, 28)),
        ("in 2028", "year", dt.date(2028, 1, 1), dt.date(2028, 12, 31)),
        ("early next year", "year", day(1, 1), day(2, 28)),
        ("late next week", "week", day(11, 26), day(11, 29)),
        ("Labor Day weekend", "weekend", day(9, 4), day(9, 6)),
        ("July 4th weekend", "day", day(7, 4), None),
        ("from March to May", "month", day(3, 1), day(5, 31)),
        ("November to February", "month", TODAY, day(2, 28)),
        ("the 3rd week of January", "week", day(1, 15), day(1, 21)),
        ("the week after Christmas", "week", day(12, 28), day(1, 3)),
        ("the weekend before Christmas", "weekend", day(12, 19), day(12, 20)),
        ("the weekend after Easter", "weekend", day(4, 3), day(4, 4)),
    ],
)
def test_periods_have_their_first_and_last_day(raw, grain, value, end):
    """A period that has begun begins today."""
    span = one(raw)

    assert (span.grain, span.value, span.range_end) == (grain, value, end)


def test_a_trip_is_two_dates_and_a_window_is_one():
    """ "From ... to" is departure and return; "between ... and" leaves the day open."""
    out, back = find("from 3 to 10 December")
    window = one("between 3 and 10 December")

    assert (out.value, out.role, out.range_end) == (day(12, 3), "departure", day(12, 10))
    assert (back.value, back.role) == (day(12, 10), "return")
    assert (window.value, window.role, window.range_end) == (day(12, 3), None, day(12, 10))


def test_a_range_over_the_turn_of_the_month_begins_the_month_before():
    """ "28 to 3 January" begins in December."""
    out, back = find("from 28 to 3 January")

    assert (out.value, back.value) == (day(12, 28), day(1, 3))


def test_a_range_under_way_is_next_year_s():
    """Nobody departs in the past."""
    out, back = find("10 to 20 November")

    assert (out.value, back.value) == (day(11, 10, 2027), day(11, 20, 2027))


def test_a_distance_counts_from_the_departure_of_the_text():
    """A week later than the departure, not than today."""
    _, back = find("leave on 28 March and come back a week later")

    assert back.value == day(4, 4)
    assert back.relative_to_departure == DateOffset(days=7)
    assert back.anchored
    assert back.role == "return"


def test_a_distance_counts_from_the_departure_handed_in():
    """The dialogue knows the departure from an earlier turn."""
    assert one("a week later", departure=day(3, 28)).value == day(4, 4)
    assert one("for ten days", departure=day(3, 28)).value == day(4, 7)
    assert one("a month later", departure=dt.date(2027, 1, 31)).value == dt.date(2027, 2, 28)
    assert one("the same day", departure=day(3, 28)).value == day(3, 28)


def test_a_distance_without_a_departure_says_so():
    """It counts from today and waits for `after`."""
    span = one("a week later")

    assert (span.value, span.anchored) == (day(11, 25), False)
    assert span.resolve_after(day(3, 28)).value == day(4, 4)
    assert span.resolve_after(day(3, 28)).anchored


def test_a_duration_alone_is_no_date():
    """ "For ten days" needs a departure to be a day."""
    assert find("for ten days") == []
    assert find("two weeks please, staying two weeks") == []


@pytest.mark.parametrize(
    ("raw", "departure", "value"),
    [
        ("Friday", day(12, 10), day(12, 11)),
        ("the 3rd", day(12, 10), day(1, 3)),
        ("3 March", dt.date(2027, 5, 1), dt.date(2028, 3, 3)),
        ("the 31st", dt.date(2027, 2, 3), dt.date(2027, 3, 31)),
        ("2 March 2027", dt.date(2027, 5, 1), dt.date(2027, 3, 2)),
        ("tomorrow", day(12, 10), day(11, 19)),
        ("the 20th", day(11, 19), day(11, 20)),
    ],
)
def test_resolve_after_moves_only_what_was_left_open(raw, departure, value):
    """The first such day on or after the departure; whole dates stay."""
    assert one(raw).resolve_after(departure).value == value


def test_resolve_after_moves_a_range_as_a_whole():
    """Its length stays."""
    span = one("between the 3rd and the 10th").resolve_after(day(1, 1))

    assert (span.value, span.range_end) == (day(1, 3), day(1, 10))


def test_departure_without_month_stands_before_the_return_with_one():
    """ "The 5th ... 8 May" is the 5th of May."""
    out, back = find("leave on the 5th and return on 8 May")

    assert (out.value, back.value) == (day(5, 5), day(5, 8))
    assert out.alternatives == (day(12, 5),)


def test_departure_and_return_on_the_same_weekday_are_a_week_apart():
    """Unless parts of the day tell them apart."""
    out, back = find("leave on Friday and return on Friday")
    morning, night = find("leave on Friday morning and return on Friday night")

    assert (out.value, back.value) == (day(11, 20), day(11, 27))
    assert (morning.value, night.value) == (day(11, 20), day(11, 20))


@pytest.mark.parametrize(
    ("raw", "language", "roles"),
    [
        ("returning on the 9th", "en", ["return"]),
        ("leaving on the 9th", "en", ["departure"]),
        ("on the 9th", "en", [None]),
        ("March 9th is when I come back", "en", ["return"]),
        ("returning on the 5th or the 6th", "en", ["return", "return"]),
        ("a return ticket to Paris for May 5", "en", [None]),
        ("I leave on the 5th. The 9th suits me.", "en", ["departure", None]),
        ("volto no dia 9", "pt", ["return"]),
        ("ida e volta no dia 9", "pt", [None]),
        ("vuelvo el 9", "es", ["return"]),
        ("je rentre le 9", "fr", ["return"]),
        ("wir fliegen am 9. zurück", "de", ["return"]),
        ("torno il 9", "it", ["return"]),
    ],
)
def test_roles_come_from_the_wording(raw, language, roles):
    """Departure and return where the words say so, None where they do not."""
    assert [span.role for span in find(raw, language)] == roles


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("12", "en", day(12, 12)), ("the twelfth", "en", day(12, 12)), ("sat", "en", day(11, 21)), ("may", "en", day(5, 1)),
        ("on 12", "en", day(12, 12)), ("31 please", "en", day(12, 31)), ("32 please", "en", None), ("that is 2 really", "en", None), ("quinze", "pt", day(12, 15)), ("sexta", "pt", day(11, 20)),
        ("el quince", "es", day(12, 15)), ("le premier", "fr", day(12, 1)), ("am 3", "de", day(12, 3)), ("di", "de", day(11, 24)),
        ("lun", "it", day(11, 23)), ("primo", "it", day(12, 1)),
    ],
)  # fmt: skip
def test_a_short_answer_to_a_question_for_a_date_is_a_date(raw, language, value):
    """A bare number or a short weekday is one only where a date was asked for."""
    assert [span.value for span in find(raw, language, expected=True)] == ([value] if value else [])


def test_a_long_answer_counts_things_with_bare_numbers():
    """Even after a question for a date."""
    assert find("we need 2 tickets, 3 bags and a window seat", expected=True) == []


def test_other_languages_are_tried_for_sure_dates_only():
    """A month or weekday of another language counts; its ambiguous words do not."""
    assert one("am 5. Mai", "en", languages=["pt", "de"]).value == day(5, 5)
    assert one("tomorrow", "de", languages=["de", "en"]).value == day(11, 19)
    assert find("el 12", "en", languages=["es"]) == []
    assert find("5 Mai", "xx") == []


@pytest.mark.parametrize(
    ("name", "region", "value"),
    [
        ("Labor Day", None, day(9, 6)),
        ("Labour Day", "GB", day(5, 1)),
        ("Thanksgiving", "US", day(11, 26)),
        ("Thanksgiving", "CA", day(10, 11)),
        ("Mother's Day", "US", day(5, 9)),
        ("Mother's Day", "GB", day(3, 7)),
        ("Good Friday 2029", None, dt.date(2029, 3, 30)),
        ("last Christmas", None, dt.date(2025, 12, 25)),
        ("Christmas next year", None, dt.date(2027, 12, 25)),
    ],
)
def test_holidays_are_those_of_the_country(name, region, value):
    """Fixed, bound to Easter, or by their weekday."""
    assert one(name, region=region).value == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("yesterday", day(11, 17, 2026)),
        ("two weeks ago", day(11, 4, 2026)),
        ("last Friday", day(11, 13, 2026)),
        ("Monday last week", day(11, 9, 2026)),
        ("the Monday before last", day(11, 9, 2026)),
        ("the 3rd of this month", day(11, 3, 2026)),
        ("last March", dt.date(2026, 3, 1)),
        ("last December", dt.date(2025, 12, 1)),
        ("March 3, 2020", dt.date(2020, 3, 3)),
    ],
)
def test_the_past_is_read_where_the_words_look_back(raw, value):
    """Nothing that was said whole is moved."""
    assert one(raw).value == value


def test_thanks_do_not_travel():
    """Today in thanks and small talk is no date; beside a word of travelling it is."""
    assert find("thanks for your help today") == []
    assert find("nothing else, that is all for today") == []
    assert one("thanks, I want to leave today").value == TODAY


def test_dates_of_a_rental_car_are_not_the_trip_s():
    """Unless flying is spoken of too."""
    assert find("I need a rental car from the 5th") == []
    assert len(find("I need a rental car and a flight on the 5th")) == 1


def test_no_distance_is_absurd():
    """Nobody plans for centuries ahead, and no calendar ends in an error."""
    assert find("in 999999 weeks") == []
    assert find("in 9999 months") == []
    assert one("in 40 years").value == dt.date(2066, 11, 18)
    assert find("the 31st", today=dt.date(9999, 12, 31))[0].value == dt.date(9999, 12, 31)
    assert isinstance(find("next week", today=dt.date(9999, 12, 30)), list)


def test_a_span_is_a_value_for_json():
    """As every value of the library."""
    plain = one("a week later").to_dict()

    assert plain["value"] == "2026-11-25"
    assert plain["relative_to_departure"] == {"days": 7, "months": 0}
    assert DateSpan(start=0, end=1, value=TODAY) == DateSpan(start=0, end=1, value=TODAY)


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("fête des mères", "fr", day(5, 30)), ("Buß- und Bettag", "de", day(11, 18)), ("am vierten Advent", "de", day(12, 20)),
        ("le lendemain de Noël", "fr", day(12, 26)), ("no dia seguinte ao Natal", "pt", day(12, 26)),
        ("am Tag nach Neujahr", "de", day(1, 2)), ("the Friday before Friday, March 5", "en", day(2, 26)),
        ("6ª feira", "pt", day(11, 20)), ("heute in einer Woche", "de", day(11, 25)), ("Freitag in zwei Wochen", "de", day(12, 4)),
        ("sabato fra una settimana", "it", day(11, 28)), ("lundi en quinze", "fr", day(12, 7)), ("tomorrow week", "en", day(11, 26)),
        ("the first day of the year", "en", day(1, 1, 2026)), ("the 2nd day of May", "en", day(5, 2)),
        ("the last day of February 2028", "en", dt.date(2028, 2, 29)), ("tomorrow, the 19th", "en", day(11, 19)),
        ("March 5 (Friday)", "en", day(3, 5)), ("Saturday, the 5th of December", "en", day(12, 5)),
        ("the 5th, Saturday", "en", day(12, 5)), ("next Friday, 27 November", "en", day(11, 27)),
        ("01.02. bitte", "de", day(2, 1)), ("am 01.02", "de", day(2, 1)), ("Mo 01.02", "de", day(2, 1)),
        ("Sept. 5", "en", day(9, 5)), ("dia dezembro, digo, dia doze", "pt", day(12, 12)),
        ("two thousand and twenty eight, I mean March 5 2028", "en", dt.date(2028, 3, 5)),
    ],
)  # fmt: skip
def test_one_day_however_it_is_said(raw, language, value):
    """Holidays, days beside days, days said twice, short figures."""
    assert [span.value for span in find(raw, language)] == [value]


@pytest.mark.parametrize(
    ("raw", "today", "value"),
    [
        ("the first week of November", TODAY, dt.date(2027, 11, 1)),
        ("early November", TODAY, dt.date(2027, 11, 1)),
        ("at the beginning of the month", TODAY, dt.date(2026, 12, 1)),
        ("the fifth Sunday of February", TODAY, dt.date(2032, 2, 29)),
        ("the weekend before last", TODAY, dt.date(2026, 11, 7)),
        ("the weekend after next", TODAY, dt.date(2026, 12, 5)),
        ("this weekend", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
        ("next weekend", dt.date(2026, 11, 22), dt.date(2026, 11, 28)),
        ("last month", TODAY, dt.date(2026, 10, 1)),
        ("last year", TODAY, dt.date(2025, 1, 1)),
        ("next November", TODAY, dt.date(2027, 11, 1)),
        ("the second Friday of November", TODAY, dt.date(2027, 11, 12)),
        ("Christmas weekend", dt.date(2022, 11, 18), dt.date(2022, 12, 24)),
        ("New Year's weekend", dt.date(2028, 11, 18), dt.date(2028, 12, 30)),
    ],
)
def test_periods_gone_by_are_the_next_of_their_kind(raw, today, value):
    """Unless the words look back."""
    assert [span.value for span in find(raw, today=today)] == [value]


@pytest.mark.parametrize(
    "raw",
    [
        "31 April", "February 30, 2027", "30-31 February", "the 6th Monday of May", "the 5th Monday of February 2027", "31/31", "2027-02-30",
        "for 99999 days", "99999 days later", "3 hours later", "in 70 Fridays",
        "last evening", "the last day flight", "24/7", "7th week of May", "31/02/2027", "12:30:15", "1.234,56", "$3/4", "#3", "A320",
    ],
)  # fmt: skip
def test_what_the_calendar_does_not_have_is_no_date(raw):
    """Impossible days, endless distances, times, amounts, names of things."""
    assert [span for span in find(raw) if span.value != day(3, 28)] == []


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("from 10 March to 5 March 2027", [day(3, 10), day(3, 5)]),
        ("between 10 March 2027 and 5 March 2027", [day(3, 10), day(3, 5)]),
        ("from tomorrow to the 25th to Monday", [day(11, 19), day(11, 25), day(11, 23)]),
        ("the 24th to 27", [day(11, 24), day(11, 27)]),
        ("May 3 to 10", [day(5, 3), day(5, 10)]),
        ("Friday, Saturday", [day(11, 20), day(11, 21)]),
        ("5 May, 6 May", [day(5, 5), day(5, 6)]),
        ("Friday or March 5", [day(11, 20), day(3, 5)]),
    ],
)
def test_dates_that_do_not_fit_together_stay_apart(raw, values):
    """Nothing is moved to make sense of them."""
    assert [span.value for span in find(raw)] == values


@pytest.mark.parametrize("language", ["en", "pt", "es", "fr", "de", "it"])
@pytest.mark.parametrize(
    "place",
    ["Rio de Janeiro", "Viña del Mar", "Mar del Plata", "Santo Domingo", "Natal", "Friday Harbor", "Christmas Island",
     "San José", "São João del-Rei", "Corpus Christi", "Asunción", "Chiang Mai", "Ascension Island", "Marco Island",
     "Sept-Îles", "Frankfurt am Main", "Saint-Jean", "San Giovanni", "Terceira", "Sun Valley"],
)  # fmt: skip
def test_places_named_like_dates_are_no_dates(language, place):
    """In whatever language they are said, and with every language tried."""
    forms = {
        "en": "from Boston to {} please", "pt": "quero ir de Lisboa para {} por favor", "es": "quiero volar de Madrid a {}",
        "fr": "je veux aller de Paris à {} merci", "de": "ich will von Berlin nach {} fliegen", "it": "da Roma a {} per favore",
    }  # fmt: skip

    assert find(forms[language].format(place), language, languages=list(forms)) == []


def test_warming_up_changes_nothing():
    """It may be called at any time, any number of times."""
    warm_up()
    warm_up()

    assert one("tomorrow").value == day(11, 19)


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("in two weeks and three days", [day(12, 5)]),
        ("in 9999 weeks and 3 days", []),
        ("next Tuesday or Wednesday", [day(11, 24), day(11, 25)]),
        ("this Friday or Thursday", [day(11, 20), day(11, 26)]),
        ("the 1st, 2nd or 3rd of June", [day(6, 1), day(6, 2), day(6, 3)]),
        ("on the third!", [day(12, 3)]),
        ("the day after my birthday", []),
        ("return the day after, please", [day(11, 19)]),
        ("the second half, the second one, the second?", []),
    ],
)
def test_choices_lists_and_ends_of_sentences(raw, values):
    """What is said once counts for all of a list; signs end what they end."""
    assert [span.value for span in find(raw)] == values
