"""What a table of date words looks like, and what the kinds of words are.

A table gives, for each kind, its spellings: a string of spellings separated by commas where the kind alone matters, or
a mapping from what they mean to such a string. Spellings may be of several words; they are folded when the table is
read. A word may be of several kinds; the longest spelling wins over shorter ones.

    MONTH, WDAY          months 1-12 and weekdays 0-6 (Monday first) that mean nothing else
    MONTHW, WDAYW        the same for words that are often something else ("may", "sat"): they need company
    WDAYPL, WPART        weekdays in the plural ("two Fridays from now"); a part of day inside one ("Freitagabend")
    SEASON               seasons; QUARTER, QUARTERQ a quarter of a year, as a noun and as the letter before its number
    WITHIN               days or weeks from today on, any of them: "within three days"
    TRIP                 what days are counted of: "a trip of five days"
    FEIRA                the noun behind the numbered weekdays of Portuguese
    EVERY                makes what follows no date of one day ("every Friday", "Fridays")
    REL, RELP            days from today; the same with a part of day ("tonight")
    PART                 part of a day
    UDAY UWEEK UFORT UMONTH UYEAR UNIGHT UWEEKEND    units of time
    WKOFF                days added to a weekday before it ("Friday week")
    MOD, POST            which week, weekday, month or year, before and after the noun: this, next, coming, last, last2
                         (before last), next2 (after next), follow
    IN FROMNOW           distances from today: "in ten days", "ten days from now"
    AGO, AGOPRE          into the past, after and before the number
    LATER LATERPRE LATER2    distances from the departure: "later", "al cabo de"; LATER2 are words that also mean AFTER
    AFTER BEFORE         distances from another date
    SAMEDAY, NEXTDAY     the day of the departure, days after it
    FOR STAY DURPOST     durations: "for ten days", "staying ten days", "zehn Tage lang"
    THE OF AND OR NOT DAYW    small words; DAYW stands before a day's number ("dia 12")
    THED                 what makes a plain number behind it a day: "el 12", "am 12."
    ON                   what stands before a date, widely; weak weekdays need one
    DATEON               the same, narrowly: figures with a dot and weak holidays need one
    ORDON                what makes an ordinal in words a day: "on the third" is one, "take the third" is none
    MONTHIN              what stands before a month alone
    AT FROM TO BETWEEN   times and ranges
    ART COUPLE           how many, in words that are no numbers
    HOL, HOLW            holidays of `dates_calendar`; HOLW ("Natal", a city too) only behind DATEON, AFTER or BEFORE
    SUB                  which part of a month, week or year: "early", "mid", "late"
    LASTN                the last of its kind in a month
    RET DEP RTNOUN GO    words of returning, of leaving, of a return ticket, of travelling at all
    RETPOST DEPPOST      words of returning and leaving that decide where they follow a date at once ("am 12. zurück")
    CLOSE                words of thanks and greeting, where "today" is no travel date
    AWAY, FLY            words of rental cars and rooms: beside them dates are not the trip's, unless FLY is said too
    PARTS                what makes "3/4" a fraction
    COUNT NOUN MODAL     what follows numbers that count, ordinals that number, and "may" that asks
    PLEASE               small words behind an answer that change nothing ("on the third please")
    OPAQUE               never part of a date
"""

from __future__ import annotations

from collections.abc import Mapping

KindSpellings = str | Mapping[int, str] | Mapping[str, str] | Mapping[tuple[int, str], str]
DateLexicon = Mapping[str, KindSpellings]
