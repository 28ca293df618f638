"""English patterns of the assistant's questions and of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.question_patterns import QuestionPatterns

QUESTIONS: Final = QuestionPatterns(
    joiner="and",
    lead_in="and|so|also",
    question_word="when|where|what|which|how many",
    request=("please (?:tell|give|provide|enter|specify)|tell me|let me know|need to know|i need"),
    returning="return|returning|back|come home",
    when="when|dates?|days?|start the trip",
    where="where|city|cities|place|airport|destination|origin|from which|location",
    origin=r"from|leav\w+|depart\w*|origin|start\w*|out of",
    destination=r"to|going|go|arriv\w+|destination|visit\w*|head\w*|travel\w*|fly|land",
    origin_phrase=("from|out of|(?:departing|departure|starting) (?:destination|city|location|place|airport|point)"),
    trailing_preposition="from|going to|traveling to|flying to|leaving|heading to",
    passengers=(
        "how many (?:people|passengers|tickets|seats|persons|travell?ers|adults|of you|are)|"
        "number of (?:people|passengers|tickets)|who is travell?ing"
    ),
    cabin="class|cabin|seating|economy or",
    airline="airlines?|carrier",
    budget="budget|how much|price limit",
    trip_type="one[- ]way or|round[- ]?trip or",
    max_stops="stops?|direct|nonstop",
    flight_number="flight number",
    offer_lead_in=(
        "so|and|ok|okay|also|then|well|thanks|thank you|but|oh|hey|hi|perfect|great|please|alright|sure|"
        "yes|yeah|no|fine|by the way|correct|cool|nice|awesome|wonderful|sounds good|that s (?:great|fine|"
        "right|correct|good)|all right|right"
    ),
    offer_detail=(
        "(?:at )?(?:what|which) times?|when (?:will|do|does|is|are|did|would|can|should|shall)|whens|"
        "returning flight (?:arrives|lands)|(?:it |the flight )?arrives? (?:the|on the|by the) (?:next day|"
        "day after)|on the same day|what s the time|what (?:is|will be|are|s) the|which airports?|"
        "what airports?|from (?:which|what) airport|where (?:does|do|is|will the|are the)|how long|"
        "at which airport|in which airport|(?:can|could|would) you (?:please )?(?:tell|confirm|let)|"
        "(?:do )?you know|tell me|i (?:want|need|would like|d like) to know|may i know"
    ),
    offer_check=(
        "(?:is|was|are|would) (?:it|this|that|these|those|they|the (?:flight|ticket|seat|fare|price|rate|"
        r"class))\b|does (?:it|this|the|that)|do (?:they|these|i|we)|did (?:you|i|it)|will (?:it|the|i|we|"
        "my|that|this)|do you know if|what would|what is the best|(?:i )?(?:this|that) is for"
    ),
    search=("flights|a flight|any flight|fly|find|search|book|look|another|cheapest|tickets? (?:to|from|for)"),
    arriving=(
        r"arriv\w*|land\w*|get(?:ting)? (?:to|back|in|there)|reach\w*|depart\w*|leav\w*|take\w* ?off|"
        r"touch\w* down|airport|weather|back in|be in|come|here|there|same day|next day|day after"
    ),
    not_travel=(
        "house|hotel|hotels|place to stay|room|rooms|apartment|airbnb|restaurant|table|rental|cab|taxi|bus|"
        "concert|movie|appointment|alarm|timer|reminder|rental car|rent a car|car rental|pick it up|"
        "somewhere to stay|laundry|accommodation|hostel|attractions?|child friendly|sports|weather"
    ),
    flying=r"fl[iy]\w*|tickets?",
)
