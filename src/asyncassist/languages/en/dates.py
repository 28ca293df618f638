"""English date lexicon. The kinds are explained in `asyncassist.languages.date_lexicon`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon

DATE_LEXICON: Final[DateLexicon] = {
    "MONTH": {
        1: "january, jan",
        2: "february, feb, febuary, feburary",
        3: "march",
        4: "april",
        6: "june, jun",
        7: "july, jul",
        8: "august, aug",
        9: "september, sept, setpember",
        10: "october, oct",
        11: "november, nov",
        12: "december, dec",
    },
    "MONTHW": {
        3: "mar",
        5: "may",
        9: "sep",
        4: "apr",
    },
    "WDAY": {
        0: "monday",
        1: "tuesday, tues, tuseday",
        2: "wednesday, wensday, wednsday, weds",
        3: "thursday, thurs, thur, thrusday",
        4: "friday, fri",
        5: "saturday, saterday",
        6: "sunday",
    },
    "WDAYW": {
        0: "mon",
        1: "tue",
        2: "wed",
        3: "thu, thr",
        5: "sat",
        6: "sun",
    },
    "EVERY": "every, each, mondays, tuesdays, wednesdays, thursdays, fridays, saturdays, sundays, weekdays, weekends",
    "REL": {
        0: "today, later today, today's, from today, starting today",
        1: "tomorrow, tommorow, tomorow, tommorrow, tomorrow's, tmrw, tmr, 2morrow, 2moro, 2mrw",
        2: "day after tomorrow, a day after tomorrow, day after tmrw, overmorrow, the day after tomorrow",
        -1: "yesterday",
        -2: "day before yesterday, the day before yesterday",
    },
    "RELP": {
        (0, "night"): "tonight, tonite, later tonight",
    },
    "PART": {
        "morning": "morning, early morning, dawn",
        "noon": "noon, midday, lunchtime",
        "afternoon": "afternoon, early afternoon, late afternoon",
        "evening": "evening, early evening, late evening",
        "night": "night, late night, midnight",
    },
    "NOW": "now, from now, right now",
    "ABOUT": "about, around, approximately, roughly, some, almost, nearly",
    "UDAY": "d, day, days, day's, days'",
    "UWEEK": "w, week, weeks, week's, weeks', wk, wks",
    "UFORT": "fortnight, fortnights, fortnight's",
    "UMONTH": "mo, mos, month, months, month's, months'",
    "UYEAR": "yr, yrs, year, years, year's, years'",
    "UNIGHT": "nights, night",
    "UWEEKEND": "weekend, week-end, week end, wknd",
    "WKOFF": {
        7: "week",
        14: "fortnight",
    },
    "SEASON": {
        "spring": "spring, springtime",
        "summer": "summer, summertime",
        "autumn": "autumn, fall",
        "winter": "winter, wintertime",
    },
    "QUARTER": "quarter, qtr",
    "QUARTERQ": "q",
    "WITHIN": "within, within the, inside of",
    "TRIP": "trip, holiday, vacation, stay, getaway, break, city break",
    "MOD": {
        "this": "this",
        "next": "next, nxt",
        "coming": "coming, upcoming",
        "last": "last, past, previous",
        "follow": "following",
    },
    "POST": {
        "coming": "coming, coming up",
        "next2": "after next",
        "last2": "before last",
    },
    "SAMEDAY": "the same day, same day, that same day, the same night, same night, the same evening, same evening",
    "IN": "in",
    "AGO": "ago",
    "LATER": "later, after that, afterwards, after then, thereafter",
    "AFTER": "after, following",
    "ORDON": "on, by, until, till, from, before, after, starting, til",
    "WDAYPL": {
        0: "mondays",
        1: "tuesdays",
        2: "wednesdays",
        3: "thursdays",
        4: "fridays",
        5: "saturdays",
        6: "sundays",
    },
    "PARTS": "of, times, x, cup, cups, plus, minus",
    "FLY": "flight, flights, fly, flying, ticket, tickets, departing, depart, round trip, one way, plane, airport",
    "PLEASE": "please, pls, plz, if possible, then, instead, would be, works, is fine, is good, sounds good, maybe,"
    " at the latest",
    "BEFORE": "before, prior to, ahead of",
    "FROMNOW": "from now, from today, hence, time, from this day",
    "FOR": "for, for about, for around, for just, for only, lasting",
    "STAY": "stay, staying, stay for, staying for, spend, spending, stay there for, gone for, away for, be there for",
    "THE": "the",
    "OF": "of, in, on, 's",
    "MONTHIN": "in, of, between, during, for, from, until, till, by, around, about, sometime, since, before, after",
    "ON": "on, by, for, before, after, until, till, starting, from, over, during, around, about, or, and, not, to,"
    " since",
    "DATEON": "on, by, until, till, from, before, after, starting",
    "AT": "at",
    "FROM": "from",
    "TO": "to, until, till, through, thru, til, up to",
    "BETWEEN": "between, any time between, sometime between, anytime between",
    "AND": "and, &",
    "OR": "or, and/or",
    "ART": {
        1: "a, an, one",
    },
    "COUPLE": {
        2: "a couple of, couple of",
    },
    "NOT": "not, isn't, not until, except, instead of, rather than",
    "HOL": {
        "new_year": "new year's day, new years day, new year day, new year's, new year",
        "new_year_eve": "new year's eve, new years eve, nye, new year eve",
        "epiphany": "epiphany, three kings day",
        "mlk": "mlk day, martin luther king day, martin luther king jr day",
        "valentine": "valentine's day, valentines day, valentine day, valentine's, valentines",
        "presidents": "presidents day, presidents' day, president's day, washington's birthday",
        "patrick": "saint patrick's day, st patrick's day, st. patrick's day, st patricks day, st. patricks day",
        "april_fools": "april fools, april fool's day, april fools day, april fools' day",
        "shrove_tuesday": "mardi gras, shrove tuesday, pancake day, pancake tuesday, fat tuesday",
        "ash_wednesday": "ash wednesday",
        "palm_sunday": "palm sunday",
        "maundy_thursday": "maundy thursday, holy thursday",
        "good_friday": "good friday",
        "easter": "easter, easter sunday, easter day",
        "easter_monday": "easter monday",
        "ascension": "ascension day",
        "pentecost": "pentecost, whit sunday, whitsun",
        "whit_monday": "whit monday, pentecost monday",
        "corpus_christi": "feast of corpus christi",
        "cinco_de_mayo": "cinco de mayo",
        "mothers_day": "mother's day, mothers day, mothering sunday",
        "memorial": "memorial day",
        "fathers_day": "father's day, fathers day",
        "juneteenth": "juneteenth",
        "canada_day": "canada day",
        "us_independence": "independence day, fourth of july",
        "labor": "labor day, labour day",
        "may_day": "may day",
        "columbus": "columbus day, indigenous peoples day",
        "halloween": "halloween, hallowe'en",
        "all_saints": "all saints day, all saints' day, all saints",
        "guy_fawkes": "guy fawkes night, bonfire night",
        "veterans": "veterans day, veteran's day, remembrance day",
        "thanksgiving": "thanksgiving, thanksgiving day",
        "black_friday": "black friday",
        "cyber_monday": "cyber monday",
        "christmas_eve": "christmas eve, xmas eve",
        "christmas": "christmas, christmas day, xmas, xmas day, x-mas",
        "boxing": "boxing day",
        "bastille": "bastille day",
        "groundhog": "groundhog day",
        "earth_day": "earth day",
        "anzac": "anzac day",
        "australia_day": "australia day",
    },
    "SUB": {
        "early": "beginning of, the beginning of, start of, the start of, early, early in, beginning",
        "mid": "middle of, the middle of, mid, mid -",
        "late": "end of, the end of, late, late in, last days of, last few days of, final days of",
    },
    "DAYW": "day",
    "LASTN": "last",
    "RET": "return, returning, returns, returned, come back, coming back, comes back, get back, getting back, be"
    " back, fly back, flying back, back, my return ticket, a return on, a return flight, a return date, a returning,"
    " go back, going back, head back, heading back, travel back, traveling back, back home, home, fly home, inbound,"
    " return date, return flight, returning flight, way back, come home, return trip, coming home, getting home,"
    " go home, get home, be home, return leg, flight back, trip back, a return",
    "DEP": "out, leave, leaving, leaves, depart, departing, departs, departure, departure date, fly out, flying out,"
    " go, set off, setting off, outbound, outgoing, start, starting, begin, head out, heading out, take off, flies"
    " out, going, fly, flying, heading, onward, get away, travelling, traveling, travel",
    "RTNOUN": "return flights, return ticket, return tickets, return fare, round trip, round-trip, a return to,"
    " a return ticket,"
    " return ticket to",
    "AWAY": "rental car, rent a car, car rental, renting a car, hire a car, reserve a car, rental, the car, book a"
    " hotel, hotel room, find a hotel, need a hotel, a hotel in",
    "CLOSE": "thanks, thank, thank you, thankyou, all, else, nothing, everything, helping, assisting, assistance,"
    " your help, done, how are you, doing, be it for, that's it for, is it for, weather, feeling, news",
    "GO": "fly, flying, flight, flights, leave, leaving, depart, departing, departure, travel, traveling, travelling,"
    " go, going, trip, ticket, tickets, return, returning, book, start, head, heading, departs, leaves, get to",
    "COUNT": "pax, pers, erw, adt, people, persons, person, adults, adult, tickets, ticket, passengers, passenger,"
    " travelers, travellers,"
    " seats, seat, kids, kid, children, child, infants, infant, babies, baby, bags, bag, stops, stop, stopovers, of"
    " us, other, others, friends, suitcases, hours, hour, minutes, mins, hrs, days, weeks, months, years, nights,"
    " times, or more, more, connections, layovers, connection, layover, miles, points, percent, guests",
    "NOUN": "way, class, option, options, one, ones, flight, flights, time, row, floor, gate, avenue, ave, street,"
    " birthday, century, choice, result, offer, leg, day, night, week, cheapest, airline, airlines, terminal, place,"
    " half, party, grade, anniversary, largest, best, fastest, attempt, year, month, hand, string, rate, item, name,"
    " person, thing, bag, seat, stop, ticket, passenger, traveler, traveller, adult, child, question, leg, departure,"
    " trip, wedding",
    "AUX": "may",
    "BIRTH": "born, born on, birth date, birthdate, date of birth, dob, d.o.b, d.o.b., birthday is",
    "MODAL": "i, we, be, have, not, you, they, need, want, also, he, she, it, change, contain, vary, as well",
    "OPAQUE": "one way, one-way, oneway, one stop, one-stop, first class, second class, first name, at first, sun"
    " city, sun country, sun valley, on second thought, second thoughts, a second, one second, just a second, split"
    " second, per day, per week, per month, per night, once a week, twice a week, days a week, per year, day trip,"
    " all day, last minute, next time, this time, next flight, next available, next to, this one, last name, last"
    " call, next step, next one, next trip, last one, last option, in advance, 24/7, 50/50, long weekend, good"
    " morning, good afternoon, good evening, good night, good day, first time, may i, rainy day, some day, someday,"
    " the other day, day by day, day one, these days, those days, business days, working days, in a second, christmas"
    " island, easter island, easter egg, easter eggs, new year resolution, thanksgiving dinner, at least one day,"
    " best day, cheapest day, which day, what day, any day, that day, first things, the first flight, the first one,"
    " the second one, first flight, santo domingo, chiang mai",
}  # fmt: skip
