"""Date rules for days: of a month, ranges, short years, relative to today, windows, nights and stays."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.models import DateContext
from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.dates.rules_days import month_day_reading
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.dates.builders import SATURDAY, TODAY, day, find_all, find_one, values


@pytest.mark.parametrize(
    ("raw", "language", "value", "others"),
    [
        ("in acht Tagen", "de", day(11, 26), [day(11, 25)]),
        ("dans quinze jours", "fr", day(12, 3), [day(12, 2)]),
        ("fra otto giorni", "it", day(11, 26), [day(11, 25)]),
        ("in eight days", "en", day(11, 26), []),
        ("Friday the 13th", "en", day(8, 13), [day(12, 13)]),
    ],
)
def test_ambiguous_days_have_an_alternative(raw, language, value, others):
    """Eight days may be a week, where the language counts both ends; a weekday may not fit its day."""
    span = find_one(raw, language)

    assert (span.value, list(span.alternatives)) == (value, others)


def test_a_day_and_month_without_a_year_are_the_next_ones():
    """Today counts, a passed day is next year's, and an impossible day is None."""
    context = DateContext(TODAY, "en", "US")

    today = month_day_reading(11, 18, None, context)
    passed = month_day_reading(11, 17, None, context)
    complete = month_day_reading(2, 28, 2020, context)

    assert today is not None and (today.value, today.cycle) == (TODAY, "year")  # noqa: PT018
    assert passed is not None and passed.value == dt.date(2027, 11, 17)  # noqa: PT018
    assert complete is not None and (complete.value, complete.cycle) == (dt.date(2020, 2, 28), None)  # noqa: PT018
    assert month_day_reading(2, 30, None, context) is None
    assert month_day_reading(2, 29, 2027, context) is None


def test_a_high_ordinal_in_words_is_a_day():
    """Of at most twelve things one is selected by an ordinal; above that it is a day of the month."""
    assert [span.value for span in find_all("den fünfzehnten bitte", "de")] == [day(12, 15)]
    assert find_all("den dritten bitte", "de") == []


def test_a_trip_is_two_dates_and_a_window_is_one():
    """ "From ... to" is departure and return; "between ... and" leaves the day open."""
    out, back = find_all("from 3 to 10 December")
    window = find_one("between 3 and 10 December")

    assert (out.value, out.role, out.range_end) == (day(12, 3), "departure", day(12, 10))
    assert (back.value, back.role) == (day(12, 10), "return")
    assert (window.value, window.role, window.range_end) == (day(12, 3), None, day(12, 10))


def test_a_range_over_the_turn_of_the_month_begins_the_month_before():
    """ "28 to 3 January" begins in December."""
    out, back = find_all("from 28 to 3 January")

    assert (out.value, back.value) == (day(12, 28), day(1, 3))


def test_a_range_already_begun_is_in_the_next_year():
    """No trip departs in the past."""
    out, back = find_all("10 to 20 November")

    assert (out.value, back.value) == (day(11, 10, 2027), day(11, 20, 2027))


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("en", "within three days", "2026-11-21", "2026-11-24"),
        ("en", "in the next two weeks", "2026-11-21", "2026-12-05"),
        ("pt", "nos próximos três dias", "2026-11-21", "2026-11-24"),
        ("es", "en los próximos 3 días", "2026-11-21", "2026-11-24"),
        ("fr", "dans les trois prochains jours", "2026-11-21", "2026-11-24"),
        ("de", "innerhalb von drei Tagen", "2026-11-21", "2026-11-24"),
        ("it", "entro tre giorni", "2026-11-21", "2026-11-24"),
        ("en", "the night of 3 to 4 May", "2027-05-03", "2027-05-04"),
        ("pt", "na noite de 3 para 4 de maio", "2027-05-03", "2027-05-04"),
        ("es", "la noche del 3 al 4 de mayo", "2027-05-03", "2027-05-04"),
        ("fr", "dans la nuit du 3 au 4 mai", "2027-05-03", "2027-05-04"),
        ("de", "in der Nacht vom 3. auf den 4. Mai", "2027-05-03", "2027-05-04"),
        ("it", "nella notte tra il 3 e il 4 maggio", "2027-05-03", "2027-05-04"),
    ],
)
def test_windows_and_nights_are_one_date_with_an_end(language, text, start, end):
    """A window begins today; a night belongs to its first day."""
    span = find_one(text, language, today=SATURDAY)

    assert (span.value.isoformat(), span.range_end and span.range_end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("heute in einer Woche", "de", day(11, 25)),
        ("the first day of the year", "en", day(1, 1, 2026)),
        ("the 2nd day of May", "en", day(5, 2)),
        ("the last day of February 2028", "en", dt.date(2028, 2, 29)),
        ("01.02. bitte", "de", day(2, 1)),
        ("am 01.02", "de", day(2, 1)),
        ("Mo 01.02", "de", day(2, 1)),
        ("Sept. 5", "en", day(9, 5)),
        ("dia dezembro, digo, dia doze", "pt", day(12, 12)),
        ("two thousand and twenty eight, I mean March 5 2028", "en", dt.date(2028, 3, 5)),
    ],
)
def test_forms_of_one_day(raw, language, value):
    """Ordinal days, numeric dates with dots, abbreviated months, corrections."""
    assert values(raw, language) == [value]


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "3 May 27", ["2027-05-03"]),
        ("de", "am 3. Mai 28", ["2028-05-03"]),
        ("es", "el 3 de mayo del 27", ["2027-05-03"]),
        ("en", "3 May 27 people", ["2027-05-03"]),
        ("en", "3 May 45", ["2027-05-03"]),
        ("fr", "un mars et une pomme", []),
        ("it", "un mars e due panini", []),
        ("en", "last three days", []),
    ],
)
def test_numbers_depend_on_the_words_around_them(language, text, days):
    """Two digits are a year only if it is near and nothing is counted; "un mars" is a chocolate bar."""
    assert [value.isoformat() for value in values(text, language, today=SATURDAY)] == days


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("in two weeks and three days", [day(12, 5)]),
        ("in 9999 weeks and 3 days", []),
        ("on the third!", [day(12, 3)]),
        ("the second half, the second one, the second?", []),
    ],
)
def test_offsets_of_two_units_and_ordinals_in_words(raw, expected):
    """Units add up; an ordinal in words is a day only after a preposition."""
    assert values(raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["31 April", "February 30, 2027", "30-31 February", "24/7", "last evening", "the last day flight"],
)  # fmt: skip
def test_impossible_days_are_no_dates(raw):
    """Days that the calendar does not have, and phrases that only resemble a date."""
    assert find_all(raw) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "a 5 night trip to Rome, leaving on 3 December"),
        ("pt", "viagem de 5 noites, saindo dia 3 de dezembro"),
        ("es", "viaje de 5 noches, salida el 3 de diciembre"),
        ("fr", "séjour de 5 nuits, départ le 3 décembre"),
        ("de", "5-tägige Reise, am 3. Dezember hin"),
        ("it", "viaggio di 5 notti, partenza il 3 dicembre"),
        ("de", "am 3. Dezember nach Rom, 5 Tage"),
    ],
)
def test_a_stay_ends_its_length_after_the_departure(language, text):
    """The length of the stay may precede or follow the departure."""
    days = {span.role == "return": span.value for span in find_all(text, language, today=SATURDAY)}

    assert days == {False: dt.date(2026, 12, 3), True: dt.date(2026, 12, 8)}


def test_a_bare_stay_is_a_return_only_if_the_departure_is_known():
    """ "3 days" alone is no date."""
    options = {"today": SATURDAY, "expected": True}

    span = find_one("3 Tage", "de", departure=dt.date(2026, 12, 3), **options)

    assert find_all("3 Tage", "de", **options) == []
    assert (span.value, span.role) == (dt.date(2026, 12, 6), "return")


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("from the 28th to the 31st of February", "en"), ("February 20 - 29, 2027", "en"), ("June 10 - 31", "en"),
        ("de 28 a 31 de fevereiro", "pt"), ("del 28 al 31 de febrero", "es"), ("du 28 au 31 février", "fr"),
        ("vom 28. bis 31. Februar", "de"), ("dal 28 al 31 febbraio", "it"), ("32. Oktober 2027", "de"),
        ("32 août 2027", "fr"), ("0 marzo 2027", "it"), ("from the 31st to the 2nd of March 2027", "en"),
    ],
)  # fmt: skip
def test_a_range_with_a_day_that_the_month_does_not_have_is_no_date(raw, language):
    """No part of the range, and not its month alone, is read as a date."""
    assert find_all(raw, language) == []


def test_a_weekday_and_a_comma_do_not_part_a_day_from_its_month():
    """Weekday, day, month and year are one date, wherever the commas are."""
    assert find_one("Friday 31, August 2029").value == dt.date(2029, 8, 31)


@pytest.mark.parametrize("language", ["de", "fr", "it", "pt"])
@pytest.mark.parametrize("raw", ["24.1", "24.1.", "24.1 18:30", "24.1, Lisboa"])
def test_digits_with_a_dot_that_begin_a_text_are_a_date(raw, language):
    """Alone, before a time or before a comma; where the language writes dates with dots."""
    assert values(raw, language) == [day(1, 24)]


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("24.1", "en"), ("24.1", "es"), ("1.2.0", "de"), ("2.4 Sterne", "de"), ("Hotel 2.4", "de"), ("2.4 kg", "fr"),
        ("32.1", "it"), ("prezzo 2.4 - 3.4", "it"), ("2.4 - 3.4 Stunden", "de"), ("Version 1.2 - 1.3", "pt"),
    ],
)  # fmt: skip
def test_amounts_and_versions_with_a_dot_are_no_dates(raw, language):
    """Neither are such digits where the language writes them otherwise, or where the calendar has no such day."""
    assert find_all(raw, language) == []


@pytest.mark.parametrize(
    ("raw", "language", "part"),
    [
        ("14.2 abends", "de", None), ("Sonntag Abend 14.2", "de", "evening"), ("domenica mattina 14.2", "it", "morning"),
        ("So., 14.02.2027", "de", None), ("Sun., 14/2/2027", "en", None), ("dim. 14.2", "fr", None),
    ],
)  # fmt: skip
def test_a_weekday_and_its_part_of_the_day_belong_to_the_digits_after_them(raw, language, part):
    """One date, not a weekday and a date."""
    span = find_one(raw, language)

    assert span.value == dt.date(2027, 2, 14)
    assert part is None or span.part_of_day == part


@pytest.mark.parametrize(
    ("raw", "language", "out", "back"),
    [
        ("24.1 - 26.1", "de", day(1, 24), day(1, 26)),
        ("24.1-26.1.", "de", day(1, 24), day(1, 26)),
        ("vom 24.1-26.1", "de", day(1, 24), day(1, 26)),
        ("24.-26.1", "de", day(1, 24), day(1, 26)),
        ("vom 24-26.01", "de", day(1, 24), day(1, 26)),
        ("dal 29.12 al 3.1", "it", day(12, 29), day(1, 3)),
        ("du 24.1 au 26.1", "fr", day(1, 24), day(1, 26)),
        ("24.01-26.01.2028", "pt", day(1, 24, 2028), day(1, 26, 2028)),
        ("29.12 - 3.1.2028", "de", day(12, 29, 2027), day(1, 3, 2028)),
        ("29.12.2027 bis 3.1", "de", day(12, 29, 2027), day(1, 3, 2028)),
    ],
)
def test_a_range_of_digits_with_dots_is_a_trip(raw, language, out, back):
    """Departure and return; a year at either end is that of both, and the return follows the departure."""
    first, second = find_all(raw, language)

    assert (first.value, first.role, first.range_end) == (out, "departure", back)
    assert (second.value, second.role) == (back, "return")


def test_a_range_of_digits_never_ends_before_it_begins():
    """A year before the departure makes no range, and a day that the calendar does not have none either."""
    assert all(span.range_end is None for span in find_all("von 3.5.2028 bis 5.5.2027", "de"))
    assert all(span.range_end is None for span in find_all("vom 30.4 bis 31.4", "de"))
    assert all(span.range_end is None for span in find_all("5.12.2027 - 3.1.2027", "de"))


@pytest.mark.parametrize("raw", ["quarta-feira às 11", "na quarta às 11", "quarta às 11 da manhã"])
def test_a_time_after_a_weekday_is_no_day_of_the_month(raw):
    """ "Às" is an article too, but not the one of a day."""
    assert values(raw, "pt") == [day(11, 25)]


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("in a day", "en"), ("em um dia", "pt"), ("en un día", "es"), ("dans un jour", "fr"), ("in einem Tag", "de"),
        ("tra un giorno", "it"), ("fra un giorno", "it"),
    ],
)  # fmt: skip
def test_in_a_day_is_tomorrow(raw, language):
    """Although "one day" alone is no date."""
    assert values(raw, language) == [day(11, 19)]


@pytest.mark.parametrize(
    ("raw", "language", "value", "others"),
    [
        ("Saturday 12 December", "en", day(12, 12), []),
        ("Friday 12 December", "en", day(12, 12), [day(12, 11)]),
        ("Montag, den 20.11.", "de", day(11, 20), [day(11, 23)]),
        ("vendredi 12/12/2026", "fr", day(12, 12), [day(12, 11)]),
        ("Friday 4/12", "en", day(12, 4), []),
        ("Saturday 12/5/2026", "en", day(12, 5), []),
        ("Monday 4/12", "en", day(4, 12), []),
    ],
)
def test_weekday_beside_a_date_decides_or_contradicts(raw, language, value, others):
    """It tells day from month; one that fits no reading is an alternative, the nearest one that is still to come."""
    span = find_one(raw, language)

    assert (span.value, list(span.alternatives)) == (value, others)


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [
        ("26.9. at 5 pm", "en", [day(9, 26)]),
        ("it costs 26.9.", "en", []),
        ("on 4.5", "en", []),
        ("am 4.5", "de", [day(5, 4)]),
        ("17 02", "en", [day(2, 17)]),
        ("17 2", "en", []),
        ("17 2", "fr", [day(2, 17)]),
        ("le 06 12 34 56 78", "fr", []),
        ("room 17 02", "en", []),
        ("31-10", "es", [day(10, 31)]),
        ("dia 17-02", "pt", [day(2, 17)]),
        ("from 28.11 (14:00) to 30.11 (23:00)", "en", [day(11, 28), day(11, 30)]),
        ("11. bis 12.", "de", [day(12, 11), day(12, 12)]),
        ("15-17 March 45", "en", [day(3, 15), day(3, 17)]),
    ],
)
def test_separators_of_digits_follow_the_language(raw, language, expected):
    """Dots, spaces and hyphens make a date where they make nothing else."""
    assert values(raw, language) == expected


def test_rejected_date_is_not_read_in_another_language():
    """A date of birth is none in any language."""
    assert values("born on 12 March 2001", languages=("en", "pt", "es", "fr", "de", "it")) == []
    assert values("DOB 2001-04-12", languages=("en", "pt", "es", "fr", "de", "it")) == []


def test_a_number_of_the_last_ones_is_no_day_that_was_asked_for():
    """In "les huit dernières minutes" the number counts; alone it is the day."""

    def find(raw: str) -> list[dt.date]:
        text = TokenizedText.from_text(raw)
        return [span.value for span in find_dates(text, language="fr", today=dt.date(2026, 10, 7), expected=True)]

    assert find("les huit dernières minutes") == []
    assert find("le huit") == [dt.date(2026, 10, 8)]
