"""Date rules for weeks, weekends, months, seasons, quarters, years and holidays."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.nlp.dates.builders import SATURDAY, TODAY, day, find_all, find_one, values


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("en", "in spring", "2027-03-01", "2027-05-31"),
        ("en", "this winter", "2026-12-01", "2027-02-28"),
        ("en", "in the fall of 2027", "2027-09-01", "2027-11-30"),
        ("pt", "na próxima primavera em Lisboa", "2027-09-01", "2027-11-30"),
        ("es", "el próximo verano", "2027-06-01", "2027-08-31"),
        ("fr", "cet été", "2027-06-01", "2027-08-31"),
        ("de", "im Frühling", "2027-03-01", "2027-05-31"),
        ("it", "la prossima estate", "2027-06-01", "2027-08-31"),
        ("en", "in the second quarter", "2027-04-01", "2027-06-30"),
        ("en", "Q2 2028", "2028-04-01", "2028-06-30"),
        ("en", "in the last quarter", "2026-11-21", "2026-12-31"),
        ("pt", "no segundo trimestre de 2027", "2027-04-01", "2027-06-30"),
        ("es", "en el tercer trimestre", "2027-07-01", "2027-09-30"),
        ("fr", "au deuxième trimestre", "2027-04-01", "2027-06-30"),
        ("de", "im 2. Quartal 2027", "2027-04-01", "2027-06-30"),
        ("it", "nel secondo trimestre", "2027-04-01", "2027-06-30"),
    ],
)
def test_seasons_and_quarters_are_three_whole_months(language, text, start, end):
    """One span, from the first day that has not passed to the last day."""
    span = find_one(text, language, today=SATURDAY)

    assert (span.value.isoformat(), span.range_end and span.range_end.isoformat()) == (start, end)


@pytest.mark.parametrize(("region", "month"), [("US", 3), ("AU", 9), ("ZA", 9), ("GB", 3)])
def test_seasons_depend_on_the_hemisphere(region, month):
    """Spring in Sydney begins in September."""
    assert find_one("in spring", region=region, today=dt.date(2027, 1, 5)).value.month == month


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
    ],
)
def test_periods_have_their_first_and_last_day(raw, grain, value, end):
    """A period already under way begins today."""
    span = find_one(raw)

    assert (span.grain, span.value, span.range_end) == (grain, value, end)


@pytest.mark.parametrize(
    ("raw", "today", "value", "end"),
    [
        ("primera quincena de enero", TODAY, day(1, 1), day(1, 15)),
        ("segunda quincena de noviembre", TODAY, TODAY, day(11, 30)),
        ("primera quincena de noviembre", TODAY, day(11, 1, 2027), day(11, 15, 2027)),
    ],
)
def test_halves_of_a_month(raw, today, value, end):
    """Days 1 to 15, and the rest; a half that has passed is next year's."""
    span = find_one(raw, "es", today=today)

    assert (span.value, span.range_end) == (value, end)


def test_next_weekend_has_the_coming_one_as_an_alternative():
    """In English "next weekend" is mostly that of the next week."""
    span = find_one("next weekend")

    assert (span.value, span.alternatives) == (day(11, 28), (day(11, 21),))


@pytest.mark.parametrize(
    ("raw", "today", "value"),
    [
        ("the first week of November", TODAY, dt.date(2027, 11, 1)),
        ("early November", TODAY, dt.date(2027, 11, 1)),
        ("at the beginning of the month", TODAY, dt.date(2026, 12, 1)),
        ("the weekend before last", TODAY, dt.date(2026, 11, 7)),
        ("the weekend after next", TODAY, dt.date(2026, 12, 5)),
        ("this weekend", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
        ("next weekend", dt.date(2026, 11, 22), dt.date(2026, 11, 28)),
        ("last month", TODAY, dt.date(2026, 10, 1)),
        ("last year", TODAY, dt.date(2025, 1, 1)),
        ("next November", TODAY, dt.date(2027, 11, 1)),
        ("Christmas weekend", dt.date(2022, 11, 18), dt.date(2022, 12, 24)),
        ("New Year's weekend", dt.date(2028, 11, 18), dt.date(2028, 12, 30)),
    ],
)
def test_a_passed_period_means_the_next_of_its_kind(raw, today, value):
    """Unless the words refer to the past."""
    assert values(raw, today=today) == [value]


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
    """One name may be another day in another country."""
    assert find_one(name, region=region).value == value


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("fête des mères", "fr", day(5, 30)),
        ("Buß- und Bettag", "de", day(11, 18)),
        ("am vierten Advent", "de", day(12, 20)),
    ],
)
def test_movable_holidays(raw, language, value):
    """Holidays without a fixed date are computed for the year."""
    assert values(raw, language) == [value]


def test_a_week_that_the_month_does_not_have_is_no_date():
    """A month has five weeks at most."""
    assert find_all("7th week of May") == []


def test_the_verb_of_a_season_is_no_date():
    """ "été" is also the participle of "être"."""
    assert find_all("j'ai été à Nice", "fr", today=SATURDAY) == []


def test_a_verb_that_is_a_month_too_is_no_date():
    """ "May" after "this" is a month unless another word follows that it can be the verb of."""
    assert find_all("this may take a while") == []
    assert find_one("this May").value == day(5, 1)
    assert find_one("fly to Rome this May please").value == day(5, 1)
    assert find_one("this June with my wife").value == day(6, 1)


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("pt", "no início do mês de abril", "2027-04-01", "2027-04-10"),
        ("es", "a principios del mes de abril", "2027-04-01", "2027-04-10"),
        ("it", "all'inizio del mese di aprile", "2027-04-01", "2027-04-10"),
        ("pt", "na primeira quinzena do mês de abril", "2027-04-01", "2027-04-15"),
        ("es", "la segunda quincena del mes de abril", "2027-04-16", "2027-04-30"),
        ("fr", "la première semaine du mois de mai", "2027-05-01", "2027-05-07"),
    ],
)
def test_a_part_of_the_month_of_a_name_is_one_period(language, text, start, end):
    """ "The month of April" is April: no part of this month and no second date."""
    span = find_one(text, language)

    assert (span.value.isoformat(), span.range_end and span.range_end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("en", "this quarter", "2026-11-18", "2026-12-31"), ("en", "next qtr", "2027-01-01", "2027-03-31"),
        ("pt", "no próximo trimestre", "2027-01-01", "2027-03-31"),
        ("es", "el trimestre que viene", "2027-01-01", "2027-03-31"),
        ("fr", "le prochain trimestre", "2027-01-01", "2027-03-31"),
        ("de", "nächstes Quartal", "2027-01-01", "2027-03-31"),
        ("it", "il prossimo trimestre", "2027-01-01", "2027-03-31"),
    ],
)  # fmt: skip
def test_a_quarter_is_counted_from_the_one_around_today(language, text, start, end):
    """This quarter has begun; the next one is three whole months."""
    span = find_one(text, language)

    assert (span.value.isoformat(), span.range_end and span.range_end.isoformat()) == (start, end)


def test_a_quarter_of_an_hour_is_no_quarter_of_a_year():
    """Neither is that of a clock time."""
    assert find_all("in the next quarter of an hour") == []
    assert find_all("at a quarter past three") == []


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("en", "the last 3 days of March", "2027-03-29", "2027-03-31"),
        ("en", "the last two weeks of August", "2027-08-18", "2027-08-31"),
        ("en", "the last few days of May", "2027-05-21", "2027-05-31"),
        ("pt", "os últimos 3 dias de março", "2027-03-29", "2027-03-31"),
        ("es", "los últimos 3 días de marzo de 2028", "2028-03-29", "2028-03-31"),
        ("es", "los últimos días de julio", "2027-07-21", "2027-07-31"),
        ("fr", "les 3 derniers jours de mars", "2027-03-29", "2027-03-31"),
        ("es", "los 3 últimos días de marzo", "2027-03-29", "2027-03-31"),
        ("it", "negli ultimi giorni di maggio", "2027-05-21", "2027-05-31"),
        ("pt", "nos últimos dias de maio", "2027-05-21", "2027-05-31"),
        ("de", "die letzten 3 Tage im März", "2027-03-29", "2027-03-31"),
        ("de", "letztes Wochenende im Mai", "2027-05-29", "2027-05-30"),
        ("it", "gli ultimi tre giorni di marzo", "2027-03-29", "2027-03-31"),
        ("nl", "de laatste 3 dagen van maart", "2027-03-29", "2027-03-31"),
    ],
)
def test_last_days_of_a_month_end_with_it(language, text, start, end):
    """So many last days, or about ten where no number is said; one span to the end of the month."""
    span = find_one(text, language, today=SATURDAY)

    assert (span.value.isoformat(), span.range_end and span.range_end.isoformat()) == (start, end)


def test_more_last_days_than_the_month_has_are_no_date():
    """A month has no last 40 days."""
    assert find_all("the last 40 days of March", "en", today=SATURDAY) == []
