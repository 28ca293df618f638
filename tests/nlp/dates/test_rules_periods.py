"""Seasons, quarters, windows, nights, stays and occasions, in six languages."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.parser import DateSpan, find_dates
from asyncassist.nlp.tokens import TokenizedText

TODAY = dt.date(2026, 11, 21)  # a Saturday


def read(language: str, text: str, *, region: str | None = None, today: dt.date = TODAY) -> list[DateSpan]:
    return find_dates(TokenizedText.from_text(text), language=language, region=region, today=today)


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
        ("de", "in der Nacht von Freitag auf Samstag", "2026-11-27", "2026-11-28"),
        ("it", "nella notte tra il 3 e il 4 maggio", "2027-05-03", "2027-05-04"),
    ],
)
def test_a_longer_time_has_a_first_and_a_last_day(language: str, text: str, start: str, end: str) -> None:
    """One span each, from the first day that is not gone to the last."""
    (span,) = read(language, text)

    assert (span.value.isoformat(), span.range_end and span.range_end.isoformat()) == (start, end)


@pytest.mark.parametrize(("region", "month"), [("US", 3), ("AU", 9), ("ZA", 9), ("GB", 3)])
def test_seasons_turn_with_the_hemisphere(region: str, month: int) -> None:
    """Spring in Sydney begins in September."""
    (span,) = read("en", "in spring", region=region, today=dt.date(2027, 1, 5))

    assert span.value.month == month


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
        ("de", "Freitag in einer Woche", ["2026-12-04"]),
        ("en", "Friday in two weeks", ["2026-12-11"]),
        ("en", "3 May 27", ["2027-05-03"]),
        ("de", "am 3. Mai 28", ["2028-05-03"]),
        ("es", "el 3 de mayo del 27", ["2027-05-03"]),
        ("en", "3 May 27 people", ["2027-05-03"]),
        ("en", "3 May 45", ["2027-05-03"]),
        ("fr", "un mars et une pomme", []),
        ("it", "un mars e due panini", []),
        ("fr", "j'ai été à Nice", []),
        ("pt", "na quinta do meu avô", []),
        ("pt", "Lisboa, sexta, volta domingo", ["2026-11-27", "2026-11-29"]),
        ("en", "last three days", []),
    ],
)
def test_days_that_other_words_decide(language: str, text: str, days: list[str]) -> None:
    """A month before its day, a short year, a weekday between commas; and no date in words that only look like one."""
    assert [span.value.isoformat() for span in read(language, text)] == days


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
def test_a_stay_ends_so_many_days_after_the_departure(language: str, text: str) -> None:
    """In whatever order they are said."""
    days = {span.role == "return": span.value for span in read(language, text)}

    assert days == {False: dt.date(2026, 12, 3), True: dt.date(2026, 12, 8)}


def test_a_bare_stay_answers_only_where_the_departure_is_known() -> None:
    """ "3 days" alone is no date."""
    text, out = TokenizedText.from_text("3 Tage"), dt.date(2026, 12, 3)

    assert find_dates(text, language="de", today=TODAY, expected=True) == []
    (span,) = find_dates(text, language="de", today=TODAY, expected=True, departure=out)
    assert (span.value, span.role) == (dt.date(2026, 12, 6), "return")


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "New Year in Prague: leaving on 30 December", ["2026-12-30"]),
        ("fr", "nouvel an à Prague : départ le 30/12, retour le 2 janvier", ["2026-12-30", "2027-01-02"]),
        ("de", "Silvester wollen wir nach Prag, also am 31.12.", ["2026-12-31"]),
        ("it", "capodanno a Praga: si parte il 30/12", ["2026-12-30"]),
        ("pt", "passar o fim de ano na Madeira, vou no dia 29 de dezembro", ["2026-12-29"]),
        ("es", "Nochevieja en Madrid: salgo el 29 de diciembre", ["2026-12-29"]),
        ("en", "leaving on Christmas Eve and back on 27 December", ["2026-12-24", "2026-12-27"]),
        ("en", "from Christmas Eve to 27 December", ["2026-12-24", "2026-12-27"]),
    ],
)
def test_a_holiday_beside_a_date_is_the_occasion(language: str, text: str, days: list[str]) -> None:
    """Unless somebody leaves or comes back on it."""
    assert [span.value.isoformat() for span in read(language, text)] == days
