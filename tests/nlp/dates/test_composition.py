"""Composition of dates: ranges, choices, lists, repeated dates and dates counted from other dates."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.nlp.dates.composition import may_compose, move_to_next_occurrence, next_occurrence
from asyncassist.nlp.dates.lexer import LexedText, get_lexicon_index
from asyncassist.nlp.dates.models import DateReading
from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.dates.builders import SATURDAY, TODAY, day, find_all, find_one, values

# Before the last years of the calendar: there a cycle may have no next date.
DAYS = st.dates(dt.date(1970, 1, 1), dt.date(9000, 12, 31))


@given(DAYS, st.sampled_from(["week", "month", "year"]), DAYS)
def test_the_next_occurrence_keeps_what_the_cycle_fixes(value, cycle, start):
    """It is on or after the start, with the weekday, the day of the month, or the day and month of the date."""
    found = next_occurrence(value, cycle, start)

    assert found is not None
    assert found >= start
    assert value < start or found == value
    if cycle == "week":
        assert found.weekday() == value.weekday()
        assert found == value or (found - start).days < 7
    elif cycle == "month":
        assert found.day == value.day
    else:
        assert (found.month, found.day) == (value.month, value.day)


@given(DAYS, DAYS)
def test_a_complete_date_has_no_next_occurrence_of_its_own(value, start):
    """Without a cycle the date stays, even before the start."""
    assert next_occurrence(value, None, start) == value


def test_moving_a_reading_keeps_its_length_and_drops_its_alternatives():
    """Alternatives belong to the old date; a distance counts from the start."""
    window = DateReading(day(12, 3), "date", alternatives=(day(12, 4),), end=day(12, 10), cycle="year")
    distance = DateReading(TODAY, "later", months=1, days=2)

    moved = move_to_next_occurrence(window, dt.date(2027, 1, 1))

    assert (moved.value, moved.end, moved.alternatives) == (day(12, 3, 2027), day(12, 10, 2027), ())
    assert move_to_next_occurrence(window, TODAY) is window
    assert move_to_next_occurrence(distance, dt.date(2027, 1, 31)).value == dt.date(2027, 3, 2)


@pytest.mark.parametrize(
    ("raw", "possible"), [("the day after", True), ("two weeks", True), ("hello there", False), ("", False)]
)
def test_only_units_of_days_or_weeks_compose_without_a_date(raw, possible):
    """Other texts without a date skip composition."""
    lexed = LexedText(TokenizedText.from_text(raw), get_lexicon_index("en"), month_first=True)

    assert may_compose(lexed) is possible


@pytest.mark.parametrize(
    ("raw", "grain", "value", "end"),
    [
        ("the week after Christmas", "week", day(12, 28), day(1, 3)),
        ("the weekend before Christmas", "weekend", day(12, 19), day(12, 20)),
        ("the weekend after Easter", "weekend", day(4, 3), day(4, 4)),
    ],
)
def test_a_week_or_weekend_around_a_date(raw, grain, value, end):
    """Weeks begin on Monday; a weekend is Saturday and Sunday."""
    span = find_one(raw)

    assert (span.grain, span.value, span.range_end) == (grain, value, end)


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("le lendemain de Noël", "fr", day(12, 26)),
        ("no dia seguinte ao Natal", "pt", day(12, 26)),
        ("am Tag nach Neujahr", "de", day(1, 2)),
        ("the Friday before Friday, March 5", "en", day(2, 26)),
        ("lundi en quinze", "fr", day(12, 7)),
        ("tomorrow week", "en", day(11, 26)),
        ("tomorrow, the 19th", "en", day(11, 19)),
        ("March 5 (Friday)", "en", day(3, 5)),
        ("Saturday, the 5th of December", "en", day(12, 5)),
        ("the 5th, Saturday", "en", day(12, 5)),
        ("next Friday, 27 November", "en", day(11, 27)),
    ],
)
def test_several_dates_that_mean_one_day_become_one(raw, language, value):
    """A day counted from another one, and one day expressed twice, are one span."""
    assert values(raw, language) == [value]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("two weeks before Christmas", day(12, 11)),
        ("3 days after Christmas", day(12, 28)),
        ("the day before Christmas", day(12, 24)),
        ("the Monday after Easter", day(3, 29)),
        ("the Friday before Christmas", day(12, 18)),
        ("a week on Friday", day(11, 27)),
        ("5 May next year", day(5, 5)),
        ("next year on 5 May", day(5, 5)),
    ],
)
def test_dates_counted_from_another_date(raw, value):
    """Distances, weekdays and years beside a date give one day."""
    assert values(raw) == [value]


def test_a_departure_followed_by_a_length_of_stay_has_a_return():
    """ "Next Saturday, a week" is a trip of seven days."""
    out, back = find_all("next Saturday, a week")

    assert (out.value, out.role) == (day(11, 28), None)
    assert (back.value, back.role) == (day(12, 5), "return")


def test_a_range_of_months_ends_with_its_last_part():
    """ "From March to early May" is one span."""
    span = find_one("from March to early May")

    assert (span.grain, span.value, span.range_end) == ("month", day(3, 1), day(5, 10))


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "next month on the 5th", ["2026-12-05"]),
        ("pt", "mês que vem, dia 5", ["2026-12-05"]),
        ("es", "el mes que viene, el día 5", ["2026-12-05"]),
        ("fr", "le mois prochain, le 5", ["2026-12-05"]),
        ("de", "nächsten Monat am 5.", ["2026-12-05"]),
        ("it", "il mese prossimo, il 5", ["2026-12-05"]),
        ("en", "at the weekend, on Sunday", ["2026-11-22"]),
    ],
)
def test_a_day_after_its_month_or_weekend_lies_in_it(language, text, days):
    """The period and the day become one date."""
    assert [value.isoformat() for value in values(text, language, today=SATURDAY)] == days


def test_a_night_between_two_weekdays_is_one_date():
    """It belongs to the first day and ends on the second."""
    span = find_one("in der Nacht von Freitag auf Samstag", "de", today=SATURDAY)

    assert (span.value, span.range_end) == (dt.date(2026, 11, 27), dt.date(2026, 11, 28))


@pytest.mark.parametrize(
    ("raw", "expected"),
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
def test_dates_that_do_not_fit_together_stay_separate(raw, expected):
    """No date is moved to make a range possible."""
    assert values(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("next Tuesday or Wednesday", [day(11, 24), day(11, 25)]),
        ("this Friday or Thursday", [day(11, 20), day(11, 26)]),
        ("the 1st, 2nd or 3rd of June", [day(6, 1), day(6, 2), day(6, 3)]),
        ("the day after my birthday", []),
        ("return the day after, please", [day(11, 19)]),
    ],
)
def test_words_given_once_apply_to_a_whole_list(raw, expected):
    """The month and the "next" of a list; a unit before an unknown event is no date."""
    assert values(raw) == expected


@pytest.mark.parametrize("raw", ["not on Friday", "every Friday", "not the 5th"])
def test_negated_and_repeated_dates_are_dropped(raw):
    """They are no travel dates."""
    assert find_all(raw) == []


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("on the 31st of next month", "en"), ("next month on the 31st", "en"), ("the 31st, next month", "en"),
        ("dia 31 do próximo mês", "pt"), ("no próximo mês, dia 31", "pt"), ("el 31 del mes que viene", "es"),
        ("el mes que viene el 31", "es"), ("le 31 du mois prochain", "fr"), ("le mois prochain, le 31", "fr"),
        ("am 31. nächsten Monats", "de"), ("nächsten Monat am 31.", "de"), ("il 31 del mese prossimo", "it"),
        ("il mese prossimo, il 31", "it"),
    ],
)  # fmt: skip
def test_a_day_that_its_month_does_not_have_is_no_date(raw, language):
    """Neither the day nor the month is read alone: the words name neither this month's 31st nor a second date."""
    assert find_all(raw, language, today=dt.date(2027, 1, 15)) == []


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("the 28th, next month", "en", dt.date(2027, 2, 28)), ("this month on the 3rd", "en", dt.date(2027, 1, 3)),
        ("next week on the 20th", "en", dt.date(2027, 1, 20)), ("in January on the 3rd", "en", dt.date(2028, 1, 3)),
        ("no próximo mês, dia 28", "pt", dt.date(2027, 2, 28)), ("el mes que viene el 28", "es", dt.date(2027, 2, 28)),
        ("le mois prochain le 28", "fr", dt.date(2027, 2, 28)), ("am 28. nächsten Monats", "de", dt.date(2027, 2, 28)),
        ("il mese prossimo il 28", "it", dt.date(2027, 2, 28)),
    ],
)  # fmt: skip
def test_a_day_and_its_period_are_one_date(raw, language, value):
    """The order in which the day and its week or month are named does not matter."""
    assert values(raw, language, today=dt.date(2027, 1, 15)) == [value]


def test_a_week_without_the_day_that_is_named_is_no_date():
    """The 31st is not in next week: neither of the two is read alone."""
    assert find_all("next week on the 31st", today=dt.date(2027, 1, 12)) == []
    assert values("the 5th at the weekend", today=dt.date(2027, 1, 12)) == [dt.date(2027, 2, 5), dt.date(2027, 1, 16)]


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("next month on a Friday", "en"), ("no próximo mês, numa sexta-feira", "pt"),
        ("el mes que viene un viernes", "es"), ("le mois prochain un vendredi", "fr"),
        ("nächsten Monat an einem Freitag", "de"), ("il mese prossimo di venerdì", "it"),
    ],
)  # fmt: skip
def test_a_weekday_of_a_month_is_no_second_date(raw, language):
    """Any Friday of the month is meant: the month is the date."""
    span = find_one(raw, language, today=dt.date(2027, 1, 15))

    assert (span.value, span.grain) == (dt.date(2027, 2, 1), "month")


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("born on 3 May 1985", "en"), ("DOB 2001-04-12", "en"), ("date of birth: 3/5/1985", "en"),
        ("nascido em 3 de maio de 1985", "pt"), ("nacida el 3 de mayo de 1985", "es"), ("né le 3 mai 1985", "fr"),
        ("Geburtsdatum: 3.5.1985", "de"), ("nata il 3 maggio 1985", "it"),
    ],
)  # fmt: skip
def test_a_date_of_birth_is_no_date_of_the_trip(raw, language):
    """It belongs to a passenger."""
    assert find_all(raw, language) == []


def test_a_date_after_a_date_of_birth_is_one():
    """Only the date beside the word is the date of birth."""
    assert values("date of birth: 3/5/1985, leaving on 5 June") == [day(6, 5)]


@pytest.mark.parametrize(
    ("raw", "language", "out", "back"),
    [
        ("10 August - 12 September 2028", "en", day(8, 10, 2028), day(9, 12, 2028)),
        ("Aug 10 to Sep 12, 2028", "en", day(8, 10, 2028), day(9, 12, 2028)),
        ("28 décembre - 4 janvier 2029", "fr", day(12, 28, 2028), day(1, 4, 2029)),
        ("vom 10. August bis 12. September 2028", "de", day(8, 10, 2028), day(9, 12, 2028)),
        ("de 10 de agosto a 12 de setembro de 2028", "pt", day(8, 10, 2028), day(9, 12, 2028)),
        ("5 December to the day after Christmas", "en", day(12, 5), day(12, 26)),
    ],
)
def test_a_year_at_the_end_of_a_range_is_that_of_both_days(raw, language, out, back):
    """The departure is the last such day before the return."""
    first, second = find_all(raw, language)

    assert (first.value, first.range_end, second.value) == (out, back, back)


@pytest.mark.parametrize(
    ("raw", "language", "out", "back"),
    [
        ("from Monday 1st to Friday 5 March", "en", day(3, 1), day(3, 5)),
        ("du lundi 1er au mercredi 10 mars", "fr", day(3, 1), day(3, 10)),
        ("da lunedì 1 a mercoledì 10 marzo", "it", day(3, 1), day(3, 10)),
        ("vom Montag, den 1. bis Freitag, den 5. März", "de", day(3, 1), day(3, 5)),
        ("from Monday 1st to Friday 5 March 2027", "en", day(3, 1), day(3, 5)),
    ],
)
def test_a_month_at_the_end_of_a_range_is_that_of_the_weekday_at_its_beginning(raw, language, out, back):
    """The departure is the last such day before the return, if it falls on that weekday."""
    first, second = find_all(raw, language)

    assert (first.value, first.range_end, second.value) == (out, back, back)


def test_a_weekday_at_the_beginning_of_a_range_stays_where_it_does_not_fit():
    """The 2nd of March 2027 is no Monday, and the 13th of November has passed."""
    assert find_all("from Monday 1st to Friday 5 March")[0].cycle == "year"
    assert day(3, 2) not in values("from Monday 2nd to Friday 5 March")
    assert day(11, 13, 2026) not in values("from Friday the 13th to 20 November")


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [
        ("from now until Sunday", "en", [TODAY, day(11, 22)]),
        ("ab jetzt bis Sonntag", "de", [TODAY, day(11, 22)]),
        ("from now until last Sunday", "en", [day(11, 15, 2026)]),
        ("next Tuesday +10 days", "en", [day(12, 4)]),
        ("+2 weeks", "en", [day(12, 2)]),
        ("mardi en 8", "fr", [day(12, 1)]),
        ("mercredi en 8", "fr", [day(11, 25)]),
        ("les deux prochaines semaines", "fr", [TODAY]),
        ("in about two weeks", "en", [day(12, 2)]),
        ("Let me take some time to think", "en", []),
        ("Montag 17/18 Uhr", "de", [day(11, 23)]),
        ("05-06.10.27", "en", [day(10, 5, 2027), day(10, 6, 2027)]),
    ],
)
def test_distances_and_ranges_from_now(raw, language, expected):
    """They count from today or from the date before them; a weekday "en huit" counts from today on that weekday."""
    assert values(raw, language) == expected


@pytest.mark.parametrize("raw", ["24.12. Montag", "24.12. (Montag)", "24. Dezember (Montag)"])
def test_another_weekday_after_a_date_is_an_alternative(raw):
    """The date stays the value, and the day of the weekday can be asked for."""
    span = find_one(raw, "de")

    assert (span.value, span.alternatives) == (day(12, 24), (day(12, 21),))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "13 November, back 16"),
        ("pt", "13 novembro, volta 16"),
        ("es", "salgo el 13 de noviembre, vuelta el 16"),
        ("fr", "le 13 novembre, retour 16"),
        ("de", "am 13. November, zurück 16."),
        ("it", "13 nov tornando 16"),
        ("nl", "13 november, terug 16"),
    ],
)
def test_day_after_a_word_of_return_is_the_return(language: str, text: str):
    """It is in the month of the departure, or in the next one."""
    today = dt.date(2026, 3, 1)
    found = find_dates(TokenizedText.from_text(text), language=language, today=today)
    assert [(one.role, one.value) for one in found] == [
        ("departure", dt.date(2026, 11, 13)),
        ("return", dt.date(2026, 11, 16)),
    ]


@pytest.mark.parametrize(
    "text", ["5 May, return 2 adults", "5 May, back 10:30", "5 May, back 3 pm", "5 May back 2 days later"]
)
def test_other_numbers_after_a_word_of_return_are_no_days(text: str):
    """Passengers, hours, and lengths of stay."""
    found = find_dates(TokenizedText.from_text(text), language="en", today=dt.date(2026, 3, 1))
    assert dt.date(2026, 5, 10) not in {one.value for one in found}
    assert dt.date(2026, 6, 2) not in {one.value for one in found}
