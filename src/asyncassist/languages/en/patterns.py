"""English patterns that recognize requests, references and roles in a message."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import CuePatterns, MessagePatterns

# Patterns are matched on lower-case text without accents; see `asyncassist.nlp.followup.cues`.
_CUES: Final[CuePatterns] = {
    "companions": r"(com(e|es|ing)|join(s|ing)?|tag(s|ging)?|fl(y|ies|ying)|travel(s|l?ing)?) (too|also|as well|along|"
    r"after all|now|with (me|us))|join(s|ing) (me|us)|forgot (about )?(the|my|our)|"
    r"(also )?(add|bring(ing)?|taking) (my|our|"
    r"in (my|our|the))",
    "thanks": r"thanking you|ta muchly|"
    r"thanks|thank you|thx|ta|cheers|much appreciated",
    "first_class": r"in first\b(?! of)(?! place)",
    "flight": r"flights?|fly|flying|plane|air ?fares?|tickets?",
    "cheaper": r"cheap(er)?\b(?! flights?| tickets?)|less (expensive|pricey|costly)|low(er|est) (price|fare|cost)s?|"
    r"(too|pretty) much|(?<!thank you )(?<!thanks )so much|(too|so|pretty) dear|expensive|pricey|costly|better price|"
    r"cost less|bargain",
    "cheapest": r"cheapest|lowest (price|fare)|least expensive|cheap (flight|ticket)s?",
    "dropouts": r"(?:is|are)(?: not|n'?t)(?: \w+){0,2}? (?:coming|joining|travell?ing|going|flying)(?! \w*(?:before|"
    r"on|until|at)\b)|(?:can'?t|cannot|can not|won'?t|will not|couldn'?t|not able to|"
    r"no longer)(?: \w+)? (?:come|coming|make it|join|joining|travel)\b(?! (?:before|on|until|at|by|in|"
    r"this|next)\b)|(?:dropp?(?:ed|ing|s)?|pull(?:ed|ing|s)?|back(?:ed|ing|s)?|bail(?:ed|ing|s)?) out|"
    r"(?:is|has) (?:dropped|cancelled|canceled)|(?:stays?|staying|has to stay|will stay|'ll stay)(?: at|"
    r" behind)?(?: home)?(?= ?$|[,.!]| (?:so|after|at home|home))|without (?:my|our|the|his|her) \w+",
    "earlier": r"(leaves?|leaving|departs?|gets? out) (a bit )?before that|"
    r"earlier|sooner|before that one|(too|so) late\b",
    "earliest": r"earliest|(the )?first flight of the day|as early as possible",
    "later": r"later\b(?! (that|this) (week|month))|(too|so) early\b",
    "latest": r"latest|(the )?last flight of the day|as late as possible",
    "faster": r"(fast|quick|short)er|less (time|travel time)|(too|so) long\b|takes? too long",
    "fastest": r"(fast|quick|short)est|as (fast|quick) as possible",
    "direct": r"(direct|nonstop|non-stop|non stop)( flights?)?( only)?|only direct|without (a )?(stop|stopover|"
    r"connection|"
    r"layover|change|changing)s?|no (stop|stopover|connection|layover|change)s?\b|straight through",
    "any_stops": r"(stop|stopover|connection|layover|change)s? (is|are|would be) (fine|ok|okay|alright|all right)|"
    r"(don'?t|do not) mind (a |some |any )?(stop|stopover|connection|layover|change)s?|(doesn'?t|does not|needn'?t|"
    r"not) (have to be|need to be|necessarily) (direct|nonstop|non-stop)|with (stops|connections|layovers) too",
    "flexible_dates": r"(give or take|plus or minus|plus minus|plus/minus|\+ ?/? ?-|±) ?(\w+ )?days?|give or take|"
    r"\w+ days? (either way|either side|more or less)|(any|whatever|whichever) day (in|of|is fine|"
    r"is ok|works|will do)|(the )?(exact )?(day|date) (does ?n[o']?t|does not) matter|"
    r"whenever (is|it'?s) cheap(er|est)|when is it cheapest|"
    r"(cheap(er|est)|better|flexible|less expensive) (day|date)s?|(cheap(er|est)|less|"
    r"better)( \w+){0,3} (another|a different|"
    r"other|some other|which) (day|date)s?|(which|what) (day|date)s?( \w+){0,2} (cheap(er|est)|least)|"
    r"flexible (on|with|about) "
    r"(the |my |our )?(day|date)s?|(day|date)s?( \w+){0,2} (are|is) flexible|(other|another|different) (day|"
    r"date)s?( \w+){0,3} "
    r"cheap(er|est)|cheapest day",
    "multi_city": r"multi[- ]?(city|leg|stop|destination)s?|open[- ]?jaw|then (on )?to|from there (on )?(to|i|we)|"
    r"and on to|(several|more than one) (cities|destinations|stops on the way)",
    "day_after": r"(?:(?:the|a|one) (?:following|next) day|(?:the|a|one) day (?:after|later)|"
    r"next day)\b(?! tomorrow)",
    "day_before": r"(?:the|a|one) (?:previous|prior) day|(?:the|a|one) day (?:before|earlier|sooner)|day prior",
    "week_after": r"(?:the|a|one) (?:following) week|(?:the|a|one) week (?:after|later)\b",
    "week_before": r"(?:the|a|one) (?:previous|prior) week|(?:the|a|one) week (?:before|earlier)",
    "round_trip": r"both ways|round[- ]?trip|there and back|and back( again)?\b|return (ticket|flight|trip)s?\b|"
    r"with (a |the )?return\b|(as )?a return\b",
    "one_way": r"(do ?n'?t|wo ?n'?t) (be )?(need|want|fly|take)(ing)? (the |a )?(return|flight back|leg back)|"
    r"(only|just) need (the )?(outbound|way there|one way)|return (is )?not (needed|necessary)|scrap the return|"
    r"(remove|cancel|delete|take out|leave out) (a |the |my )?return|"
    r"one[- ]way|single ticket|(don'?t|do not|no longer|won'?t) need (a |the )?(return|way back|"
    r"flight back)|"
    r"no return\b|(forget|drop|without|skip) (a |the )?return\b|just (the )?(way )?(there|outbound)|no way back",
    "start_over": r"wipe (it|everything|all of (it|that))|scrap (everything|all of (it|that))|"
    r"start (over|again|afresh|anew|from scratch|from the beginning)|new search|begin again|"
    r"forget (everything|all( of (that|it))?|(the )?(whole )?trip)|reset|from scratch|another trip|a (new|"
    r"different) trip",
    "swap": r"(the )?other way (a)?round|swap (them|the cities|origin|places)|opposite direction|"
    r"reverse (the )?(route|trip)",
    "more": r"(show|give|see|any|some|what|list)( me)?( some| any| the)? (more|other|further|different)( options?| "
    r"flights?| offers?| ones?)?|more (options|flights|offers|choices)|other (options|flights|offers|choices|ones)|"
    r"what else|anything else",
    "relist": r"(show|list|repeat|give)( me)? (them|those|these|the (list|options|offers|flights|results))( again)?|"
    r"what were (they|the options)",
    "with_bag": r"(only )?(with|including|incl|need|want|has|have) (a |one |the |my )?((checked|"
    r"hold)( in)? (bag(gage)?s?|luggage)|bags?|baggage|bag(gage)? included|luggage included|suitcase|"
    r"hold luggage)( only| included)?",
    "any_bag": r"(without|no) (a |the |any )?(checked )?(bag(gage)?|luggage|suitcase)s? (is|are|would be) (also |"
    r"just )?(fine|ok|okay|alright|all right)|(do ?n[o']?t|do not|no longer) need (a |the |"
    r"any )?(checked )?(bag(gage)?|luggage|suitcase)s?( any more| after all)?|"
    r"with or without (a )?(checked )?(bag|luggage)",
    "refundable": r"(only )?(fully )?(refundable|flexible) (tickets?|fares?|flights?|offers?|ones?)( only)?|"
    r"refundable( ones?)? only|only refundable|refundable",
    "any_refund": r"(non|not)[- ]?refundable (is|would be) (also |just )?(fine|ok|okay|alright|all right)|(do ?n[o']?t|"
    r"do not|need not|does ?n[o']?t) (need|have) (to be )?(a )?refundable( \w+)?|refundable or not",
    "best_first": r"(in )?any order|(the )?order (does ?n[o']?t|does not) matter|"
    r"(the )?best( \w+)? (at the top|to the top)|"
    r"(the )?best( ones?| options?| flights?| offers?)? first|"
    r"(sort|order|rank)(ed)? (them )?by (the )?(best|recommendation|recommended)|recommended first",
    "any_airline": r"any (airline|carrier)|whichever airline|(airline|carrier)( \w+){0,2} (does ?n[o']?t|does not|"
    r"is not|isn'?t) (matter|important)|(do ?n[o']?t|do not) (care|mind) "
    r"(about |which |what |who )?(the )?(airline|carrier)|"
    r"(no matter|regardless of) (the |which )?(airline|carrier)|(airline|carrier) (is )?(irrelevant|up to you)",
    "details": r"how long (is|does|will|would)|(what time|when) (does|do|will|would) (it|that|this|the \w+( one)?) "
    r"(land|arrive|get|leave|depart|take off)|(more )?details|tell me more|which airline is|flight number|"
    r"how (much|expensive) (is|does|would|was)|what does (it|that|this) cost",
    "book": r"book (it|that|this|the)\b|(buy|reserve|purchase) (it|that|this|the)\b|i'?ll take it|let'?s do it",
    "summary_request": r"what (did|have|do) (you|i) (understood?|get|got|have|know|said?|told?|tell|asked)|"
    r"where (are|were) we|my trip so far|summar",
    "morning": r"(in|during) the morning|morning flights?|early morning|before noon|mornings\b|"
    r"(?<=\w )morning\b(?<!good morning)|morning\b(?![!,.])",
    "afternoon": r"(in|during) the afternoon|afternoon flights?|after (noon|lunch)|"
    r"\bafternoons?\b(?<!good afternoon)",
    "evening": r"(in|during) the evening|evening flights?|after work|\bevenings?\b(?<!good evening)|tonight",
    "any_price": r"(forget|drop|remove|lift|scrap|ditch|no) (about )?(the |my |a )?(budget|(price |budget )?limit|cap)|"
    r"(budget|price|"
    r"money) (does ?n[o']?t matter|does not matter|is no (issue|object|problem))|any price|"
    r"(do ?n[o']?t|do not) care (about |what )?(the )?(price|budget|it costs)",
    "any_time": r"(do ?n[o']?t|do not) (care|mind) (about |what |which )?(the )?(time|hour)|"
    r"any time( of (the )?day)?|(the )?time (of day )?does ?n[o']?t matter|whenever",
    "select": r"(i'?ll|i will|i'?d|i would|let'?s|we'?ll|can i|could i|i want to|we) ?(like to )?(take|have|"
    r"go (with|for)|choose|pick|"
    r"book|like|prefer)|(take|choose|pick|select|book|want) (the|number|option|flight)|sounds (good|great)",
    "injection": r"(ignor\w*|disregard|forget|override|bypass)\b.{0,40}\b(instructions?|prompts?|rules|guidelines|"
    r"programming|directives)|you are now\b|pretend (to be|you)|(reveal|print|repeat|show|"
    r"tell)\b.{0,30}\b(system prompt|"
    r"your (instructions|prompt|rules))",
}

# Before the name of an airline that the traveller rejects.
_EXCLUDED = (
    r"(without|avoid(ing)?|except( for)?|exclude|excluding|but not|drop|ditch|lose|remove|scrap|leave out|minus|"
    r"not( with| on| by)?|no|anything but|"
    r"other than|keep me off|don'?t put me on|hate|skip|"
    r"rather not( fly)?( with)?|(don'?t|do not) (want|like|fly)( to)?( fly)?( with| on)?|never( fly)?( with)?)"
)

# Before a time of day: the earliest or the latest departure.
_AFTER_TIME = r"(after|later than|not before|no earlier than|from)"
_BEFORE_TIME = r"(before|earlier than|no later than|not after|by|until)"
# Words that add an adult, and words that show that adults are counted, not only children.
_EXTRA_ADULT = (
    r"(one|1|an?) (more|additional|extra) (adult|person|passenger|travell?er)|another (adult|person|"
    r"passenger|travell?er)|plus one\b|one more of us"
)
_ADULTS_MENTIONED = r"adults?|grown-?ups?|\bme\b|myself|\bi\b|\bus\b|\bmy\b|\bwe\b"

_ARTICLE = r"(the|a|an|any)"

# Before a place: it is the origin or the destination.
_ORIGIN = r"(from|leav(e|ing)|out of|depart(s|ing)?( from)?|start(s|ing)?( in| from| at)?)"
_DESTINATION = r"(to|into|towards?|for|destination|arriv(e|ing)( in| at)?|reach)"
# Before a place where the traveller stays, and words of the return flight.
_STAY_IN = (
    r"(be|stay(ing)?|arrive|break|getaway|weekend|holidays?|vacation|days?|week|time|trip|wedding|conference|meeting|"
    r"see (friends|family)|christmas|new year|honeymoon|escape) (away )?(in|at)"
)
_RETURN = r"back|stay(ing)? (till|until|til)|return|inbound|com(e|ing) home|fly(ing)? home|way home"
# Before the number of passengers.
_PASSENGER_COUNT = (
    r"(we( a|\')?re|we( wi|\')ll be|there( a|\')re|there( i|\')?s|there( wi|\')ll be|that makes( it| us)?|"
    r"make (it|that))( now| all| only)?"
)
_DEPARTURE = r"(leav|depart|outbound|fly(ing)? out|go(ing)? on|start)"

_ORDINALS = (
    r"at the top|top one|first|1st|number one|option one|flight one",
    r"second|2nd|number two|option two|flight two",
    r"third|3rd|number three|option three|flight three",
    r"fourth|4th|number four|option four|flight four",
    r"fifth|5th|number five|option five|flight five",
    r"sixth|6th|number six|option six",
    r"seventh|7th|number seven|option seven",
    r"eighth|8th|number eight|option eight",
)
_LAST_ORDINAL = r"(the )?last (one|flight|option|offer)|the last\b"
_OFFER_NUMBER = r"(?:number|no\.?|nr\.?|option|flight|offer|#)\s*(\d{1,2})\b"
_NOT_ORDINAL = (
    r"first class|first of all|(first|second) (week|weekend|half|day|thing)|at first|second thoughts?|"
    r"one second|for the first time"
)
_OFFER_REFERENCE = r"\b(one|option|flight|offer)\b"
# Nouns of a flight.
_FLIGHT_NOUN = r"flights?|air ?fares?|planes?"
# Words of a sentence about flights or offers.
_FLIGHT_TALK = (
    r"flights?|fl(?:y|ies|ying|ew|own)|planes?|air ?fares?|fares?|board(?:ing)?|departures?|depart(?:s|ed|ing)?|"
    r"take(?:s|n)? off|land(?:s|ed|ing)?|leav(?:e|es|ing)|arriv(?:e|es|ed|ing|als?)|(?:first|second|third|fourth|"
    r"fifth|last|cheapest|fastest|earliest|latest) (?:one|option|offer)|options?|offers?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
_BESIDE_TRIP = (
    r"weather|climate|(?:cold|warm|hot|rainy|sunny|humid) (?:is|in|there|at|does|will)|(?:is|get|be) (?:it |very |"
    r"really |so )*(?:cold|warm|hot|humid|sunny|rainy)|rain(?:s|y|ing)?|snow(?:s|ing)?|temperatures?|(?:to|i|we|"
    r"should) pack|packing|wear|coat|umbrella|sightseeing|sights?|worth (?:seeing|visiting|a visit|doing)|(?:to|i|"
    r"we|you) (?:see|visit|eat|drink)|things to do|to do in|attractions?|museums?|entry|entrance|"
    r"admission|beach(?:es)?|parks?|zoo|"
    r"restaurants?|food|coffee|beer|dinner|lunch|hotels?|hostels?|where to stay|to stay in|metro|subway|"
    r"underground|tube|tram|taxis?|cabs?|bus(?:es)?|trains?|rent a car|car rental|get (?:in)?to (?:the )?(?:city|"
    r"cent(?:er|re)|town|hotel|downtown)|get from (?:\w+ ){1,4}to (?:the )?(?:city|cent(?:er|re)|town|hotel|"
    r"downtown)|capital|population|inhabitants|time (?:difference|zone)|languages?|spoken|speak|visas?|passports?|"
    r"vaccin\w*|safe|pickpockets?|tip(?:s|ping)?|plugs?|adapters?|sockets?|exchange rate|far (?:is|away)|history|"
    r"festivals?|mayor|president|events?"
)
# Words around a price; a number after them is one.
_PRICE_WORDS = r"costs?|prices?|fares?|set you back|priced|pay|paid|for only|just"
# Nouns that count stops.
_STOP_WORDS = r"stops?|stopovers?|layovers?|connections?|changes?"
# Words of how long a flight takes.
_DURATION_WORDS = r"takes?|lasts?|long|duration"
# Words of paying and booking.
_PAYMENT = (
    r"pay|paid|settle|invoice|cvv|cvc|card (?:number|details)|paying|payments?|checkout|deposit|transfer|wire|"
    r"buy|purchase|book(?:ing)?"
)
# Accounts and ways to pay.
_PAYMENT_DETAILS = (
    r"card (?:number|details)|bank (?:account|transfer)|iban|gift cards?|bitcoins?|crypto\w*|western union|paypal|"
    r"wire transfer|qr codes?"
)

PATTERNS: Final = MessagePatterns(
    cues=_CUES,
    excluded=_EXCLUDED,
    origin=_ORIGIN,
    destination=_DESTINATION,
    stay_in=_STAY_IN,
    return_=_RETURN,
    passenger_count=_PASSENGER_COUNT,
    departure=_DEPARTURE,
    article=_ARTICLE,
    ordinals=_ORDINALS,
    last_ordinal=_LAST_ORDINAL,
    offer_number=_OFFER_NUMBER,
    not_ordinal=_NOT_ORDINAL,
    offer_reference=_OFFER_REFERENCE,
    after_time=_AFTER_TIME,
    before_time=_BEFORE_TIME,
    extra_adult=_EXTRA_ADULT,
    adults_mentioned=_ADULTS_MENTIONED,
    flight_noun=_FLIGHT_NOUN,
    flight_talk=_FLIGHT_TALK,
    beside_trip=_BESIDE_TRIP,
    price_words=_PRICE_WORDS,
    stop_words=_STOP_WORDS,
    duration_words=_DURATION_WORDS,
    payment=_PAYMENT,
    payment_details=_PAYMENT_DETAILS,
)
