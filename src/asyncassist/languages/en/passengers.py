"""English words about passengers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.passenger_words import PassengerWords
from asyncassist.languages.word_set import words

PASSENGERS: Final = PassengerWords(
    adults=words(
        "people person persons passenger passengers traveler travelers traveller travellers travellors adult adults"
        " ticket tickets seat seats pers individuals guests folks ppl tix peoples grownups reservations members heads"
        " booking bookings seniors senior grandparents parents"
    ),
    children=words(
        "child children kid kids son sons daughter daughters toddler toddlers teen teens grandchildren grandkids"
        " twin twins"
    ),
    infants=words("infant infants baby babies newborn newborns lapinfant"),
    others=words("others friends friend buddies colleagues coworkers lads guys mates pals"),
    plural_child_nouns=words(
        "children kids sons daughters toddlers teens grandchildren grandkids infants babies newborns"
    ),
    twin_nouns=words("twin twins"),
    noun_modifiers=words(
        "one lap single way round trip roundtrip oneway economy premium business first class flight plane return adult"
        " more other small little young additional airline airlines refundable direct nonstop of total cheap separate"
        " different air my our outbound seat coach"
    ),
    flight_nouns=words("flights flight"),
    flight_modifiers=words("way trip roundtrip oneway economy business premium class"),
    ticket_nouns=words("tickets ticket reservations booking bookings seats seat"),
    collective_nouns=words("people us passengers"),
    companion_nouns=words(
        "wife husband granny nan mate girlfriend boyfriend partner mother father mom mum dad papa brother sister"
        " friend spouse fiancee fiance boss colleague grandmother grandma grandfather cousin hubby wifey gran"
        " granddad grandad grandpa nana aunt uncle nephew niece"
    ),
    companion_determiners=words("my our the a"),
    parent_nouns=words("parents grandparents"),
    possessives=words("my our"),
    indefinite_articles=words("a an"),
    definite_articles=words("the"),
    list_connectors=words("with w and plus for"),
    list_joiners=words("and plus with"),
    list_words=words("both two three for"),
    with_words=words("with w"),
    or_words=words("or"),
    plus_words=words("plus"),
    first_person=words("me i myself"),
    group_prepositions=frozenset(),
    before_count=words("for seat"),
    before_answered_count=frozenset(),
    after_for_count=words("please in on to from and with leaving departing economy a"),
    after_group_count=words(
        "in people on and flying to traveling travelling total who with from for including leaving heads heading going"
    ),
    before_bare_count=words("just only purchase book buy need get"),
    after_bare_count=words("please in"),
    not_people=words(
        "way stop stops day days night nights week weeks month months year years hour hours minutes am pm oclock bag"
        " bags suitcase suitcases dollars dollar euros euro pounds th st nd rd more of carry checked other options"
        " flights flight things thing or question questions reasons pieces piece cities city reservation name layover"
        " last moment hundred"
    ),
    group_nouns=words("group party family team total"),
    group_noun_prepositions=words("of"),
    group_verb_adverbs=words("in only just"),
    real_adjectives=words("real"),
    alone=(
        "just me|just be me|only be me|only one person|the only one|only me|just myself|only myself|by myself"
        "|on my own|alone|solo travell?er|travell?ing solo|flying solo|solo trip|just the one of us"
        "|just for me|only for me"
    ),
    couple="(?:(?:as|in) )?(?:a )?couple",
    after_couple=r"of\b|weeks|days|months|hours|questions",
    two_people=(
        "both of us|two of us|the two of us|us two|a couple(?= of (?:tickets|people|seats|passengers|adults|us))"
    ),
    group_verbs=(
        "we d be|we would be|there are|we are|there will be|it will be|we re|there s|there is"
        "|there are actually|make it|tickets are|passengers are|people are"
    ),
    group_counts={},
    group_phrases=frozenset(
        (link, mine, group)
        for link in ("in", "of")
        for mine in ("my", "our", "the", "total")
        for group in ("group", "party", "family", "team")
    ),
    visit_phrases=frozenset(
        (verb, determiner) for verb in ("visit", "visiting", "see", "is") for determiner in ("my", "our", "a", "an")
    ),
    contact_verbs=words("visit visiting see meet is call tell"),
)
