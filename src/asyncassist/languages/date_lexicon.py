"""Type of a date lexicon, and the kinds of words in it.

A lexicon maps each kind to its spellings: a string of spellings separated by commas where only the kind matters, or a
mapping from each meaning to such a string. A spelling may have several words; it is normalized when the lexicon is
loaded. A word may be of several kinds; the longest spelling wins over shorter ones.

    MONTH, WDAY          months 1-12 and weekdays 0-6 (Monday first) that mean nothing else
    MONTHW, WDAYW        months and weekdays whose words often mean something else ("may", "sat"): they need context
    WDAYPL, WPART        weekdays in the plural ("two Fridays from now"); part of day in a weekday ("Freitagabend")
    SEASON               seasons
    QUARTER, QUARTERQ    quarter of a year, as a noun and as the letter before its number
    WITHIN               before a window that begins today: "within three days"
    TRIP                 noun whose length is given in days: "a trip of five days"
    FEIRA                noun after the numbered weekdays of Portuguese
    EVERY                makes what follows a repeated date and so no travel date ("every Friday", "Fridays")
    REL, RELP            days from today, without and with a part of day ("tonight")
    PART                 part of day
    UDAY UWEEK UFORT UMONTH UYEAR UNIGHT UWEEKEND    units of time
    WKOFF                days added to the weekday before it ("Friday week")
    MOD, POST            modifier of a week, weekday, month or year, before and after the noun: this, next, coming,
                         last, last2 (before last), next2 (after next), follow
    NOW                  begins a range: "from now until Friday"
    ABOUT                between "in" and a distance that is not exact: "in about ten days"
    IN FROMNOW           distance from today: "in ten days", "ten days from now"
    AGO, AGOPRE          distance into the past, after and before the number
    LATER LATERPRE LATER2    distance from the departure: "later", "al cabo de"; LATER2 words also mean AFTER
    AFTER BEFORE         distance from another date
    SAMEDAY, NEXTDAY     the day of the departure, and days after it
    FOR STAY DURPOST     duration: "for ten days", "staying ten days", "zehn Tage lang"
    THE OF AND OR NOT DAYW    function words; DAYW precedes the number of a day ("dia 12")
    THED                 makes a plain number after it a day: "el 12", "am 12."
    ON                   precedes a date, in the widest sense; weekdays of WDAYW need one
    DATEON               precedes a date, in the narrow sense; dates in digits with a dot and holidays of HOLW need one
    ORDON                makes an ordinal in words a day: "on the third" is a date, "take the third" is none
    MONTHIN              precedes a month without a day
    AT FROM TO BETWEEN   times and ranges
    ART COUPLE           quantity in words that are no numbers
    HOL, HOLW            keys of `asyncassist.nlp.dates.calendar_math.HOLIDAYS`; HOLW ("Natal" is a city too) only after
                         DATEON, AFTER or BEFORE
    SUB                  part of a month, week or year: "early", "mid", "late"
    LASTN                the last one of its kind in a period
    RET DEP RTNOUN GO    words of returning, departing, return tickets, and travelling in general
    RETPOST DEPPOST      words of returning and departing that set the role of the date right before them ("am 12.
                         zurück")
    CLOSE                words of thanks and greeting, with which "today" is no travel date
    AWAY, FLY            words of rental cars and hotels, and of flying: dates of a text with AWAY but without FLY are
                         not the trip's
    PARTS                makes "3/4" a fraction
    AUX                  auxiliary verbs that are months too: "this may take a while"
    BIRTH                words before a date of birth
    COUNT NOUN MODAL     follow numbers that count things, ordinals that rank things, and the verb "may"
    PLEASE               words after an answer that change nothing ("on the third please")
    OPAQUE               never part of a date
"""

from __future__ import annotations

from collections.abc import Mapping

KindSpellings = str | Mapping[int, str] | Mapping[str, str] | Mapping[tuple[int, str], str]
DateLexicon = Mapping[str, KindSpellings]
