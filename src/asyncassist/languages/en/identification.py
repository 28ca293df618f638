"""English words and letters that identify the language."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.identification import Identification

IDENTIFICATION: Final = Identification(
    words="""biz jan mid past nov dec xmas the a an and or but of to in on at for from by with without about into out
    up down over
    under is are was
    were be been being am do does did done have has had having i me my mine we us our you your he she it its they
    them their this that these those there here who what which when where why how much many not no yes yeah yep
    nope ok okay please thanks thank thx hello hi hey good morning afternoon evening night bye goodbye see later
    can could will would shall should may might must want wanna need needs like love get got give find show tell
    know think look looking search book booking buy make take go going gone come coming back leave leaving left
    arrive arriving return returning fly flying flight flights ticket tickets trip travel traveling travelling
    airport airline airlines luggage baggage bag bags suitcase seat seats class economy business first cheap
    cheapest cheaper direct nonstop stop stops one two three four five six seven eight nine ten eleven twelve
    today tomorrow yesterday tonight now soon next last week weekend month year day days monday tuesday wednesday
    thursday friday saturday sunday january february march april june july august september october november
    december spring summer autumn winter people person adult adults child children kid kids baby infant wife
    husband friend friends just only also too very really actually instead any some all more most less other
    another same different cancel change help check carry lost delayed status way round price cost money dollars
    pounds because if then than so as after before until between during through sorry sure great perfect fine
    something anything nothing everything someone anyone let lets don't i'd i'm i'll that's it's what's whats
    where's christmas easter late early somewhere warm sounds right wrong alone solo window aisle meal reservation
    refund name passport boarding gate weather joke song play music time hours minutes
    turn off lights light set alarm wake remind reminder call email emails send message list lists add remove
    delete read news podcast volume
    louder quiet kitchen room house home work office meeting calendar event events schedule create start begin
    open close put keep
    tell ask answer question say said talk speak listen hear watch movie show shows film book books food dinner
    lunch breakfast eat
    drink coffee water recipe restaurant pizza order near nearest here around street city town country world
    people man woman boy girl
    mother father brother sister family name old new big small long short high low hot cold rain sunny warm happy
    sad nice bad better
    best worst right left first last never always sometimes often again still already yet even ever each every
    both few own
    under above below between against next again thing things way life time times year night today's tell's
    doesn't didn't isn't
    aren't won't can't couldn't wouldn't i've you're they're we're he's she's let's there's who's how's could've""",
    letters={},
    countries=(),
)
