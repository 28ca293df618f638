"""Properties of the date reader over generated texts: no error, and no day outside the calendar, in any year."""

from __future__ import annotations

import datetime as dt

from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.dates.lexer import DATE_LEXICONS
from tests.nlp.dates.builders import find_all

_WORDS = {
    language: sorted(
        phrase.strip()
        for spellings in lexicon.values()
        for phrases in (spellings.values() if not isinstance(spellings, str) else (spellings,))
        for phrase in phrases.split(",")
    )
    for language, lexicon in DATE_LEXICONS.items()
}
_YEARS = st.sampled_from((0, 1, 28, 99, 1899, 1900, 2027, 2028, 2199, 2200, 9998, 9999, 10_000, 99_999))
_DAYS = st.integers(0, 33)
_MONTHS = st.integers(0, 13)
_JOINS = st.sampled_from(("-", "/", ".", " ", ", ", " - ", ". "))
_ORDINARY_DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))
_ANY_DAYS = st.one_of(
    st.dates(),
    st.sampled_from((dt.date.min, dt.date.max, dt.date(9999, 12, 30), dt.date(9999, 2, 28), dt.date(1, 1, 2))),
)


@st.composite
def _texts(draw: st.DrawFn) -> tuple[str, str]:
    """Return a language and a text of its date words, numbers, days in digits and years."""
    language = draw(st.sampled_from(LANGUAGES))
    words = st.sampled_from(_WORDS[language])

    @st.composite
    def days(draw: st.DrawFn) -> str:
        parts = [draw(st.one_of(_DAYS.map(str), words)), draw(st.one_of(_MONTHS.map(str), words)), str(draw(_YEARS))]
        order = draw(st.permutations(parts))
        return order[0] + draw(_JOINS) + order[1] + draw(_JOINS) + order[2]

    numbers = st.one_of(_DAYS, _YEARS, st.integers(0, 20_000)).map(str)
    pieces = draw(st.lists(st.one_of(words, days(), numbers), min_size=1, max_size=9))
    return language, draw(st.sampled_from((" ", ", ", " - "))).join(pieces)


@settings(deadline=None)  # the first call builds the lexicons
@given(phrase=_texts(), today=_ANY_DAYS, departure=st.none() | _ANY_DAYS, expected=st.booleans())
@example(phrase=("en", "31/12/9999, back a week later"), today=dt.date.max, departure=dt.date.max, expected=False)
@example(phrase=("de", "am 29.02."), today=dt.date(9998, 1, 1), departure=None, expected=True)
@example(phrase=("en", "the last day of January"), today=dt.date.max, departure=None, expected=False)
@example(phrase=("en", "last Christmas"), today=dt.date.min, departure=None, expected=False)
def test_no_text_and_no_day_is_an_error(phrase, today, departure, expected):
    """Whatever the text and whatever day it is, the reader answers; a date keeps its fields in order."""
    language, text = phrase

    for span in find_all(text, language, today=today, departure=departure, expected=expected):
        assert 0 <= span.start < span.end <= len(text)
        assert span.range_end is None or span.range_end >= span.value
        assert isinstance(span.resolve_after(dt.date.max).value, dt.date)
        assert isinstance(span.resolve_after(dt.date.min).value, dt.date)


@settings(deadline=None)
@given(phrase=_texts(), today=_ORDINARY_DAYS, expected=st.booleans())
def test_a_day_outside_the_calendar_of_travel_is_no_date(phrase, today, expected):
    """A written year outside 1900 to 2199 gives no date, and no distance leads to the ends of the calendar."""
    language, text = phrase

    for span in find_all(text, language, today=today, expected=expected):
        assert 1500 <= span.value.year <= 2500
