"""Questions about an offered flight, whose entities are not slots of a new search.

"When will it arrive in Las Vegas? Is it economy?" asks about an offer; neither the city nor the cabin is a slot of the
next search. This holds only for replies to the assistant: at the start of a conversation the same words are a request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.nlp.tokens import TokenizedText

_FILLERS: Final = (
    r"(?:(?:so|and|ok|okay|also|then|well|thanks|thank you|but|oh|hey|hi|perfect|great|please|alright|sure|yes|yeah"
    r"|no|fine"
    r"|e|y|et|und|ed|entao|entonces|alors|also|dann|allora|sim|si|oui|ja|obrigado|gracias|merci|danke|grazie"
    r"|by the way|correct"
    r"|cool|nice|awesome|wonderful|sounds good|that s (?:great|fine|right|correct|good)|all right|right) ?[,.!]? )*"
)
_WHEN: Final = (
    r"(?:at )?(?:what|which) times?|when (?:will|do|does|is|are|did|would|can|should|shall)|whens"
    r"|returning flight (?:arrives|lands)|(?:it |the flight )?arrives? (?:the|on the|by the) (?:next day|day after)"
    r"|on the same day|what s the time|what (?:is|will be|are|s) the"
    r"|which airports?|what airports?|from (?:which|what) airport|where (?:does|do|is|will the|are the)|how long"
    r"|at which airport|in which airport"
    r"|(?:can|could|would) you (?:please )?(?:tell|confirm|let)|(?:do )?you know|tell me|i (?:want|need|would like"
    r"|d like) to know|may i know|a que horas?|em que|qual|quando (?:chega|sai|parte|e|vou)"
    r"|cuando (?:llega|sale|aterriza|es)|en que aeropuerto|cual|a quelle heure|quand (?:arrive|part|est ce)"
    r"|quel(?:le)? (?:est|aeroport)|de quel"
    r"|wann (?:komm|land|flieg|ist|geht|wird)\w*|um wie ?viel uhr|von welchem|an welchem|welcher flughafen|a che ora"
    r"|quando (?:arriv|part)\w*|qual e|da quale|in quale"
)
_IS: Final = (
    r"(?:is|was|are|would) (?:it|this|that|these|those|they|the (?:flight|ticket|seat|fare|price|rate|class))\b"
    r"|does (?:it|this|the|that)|do (?:they|these|i|we)|did (?:you|i|it)"
    r"|will (?:it|the|i|we|my|that|this)|do you know if|what would|what is the best|e (?:um|uma|classe|direto|na)"
    r"|o voo (?:e|chega|sai|tem)|es (?:un|una|clase|directo|en)|el vuelo (?:es|llega|sale|tiene)"
    r"|est ce (?:que|qu|un|en)|c est|le vol (?:est|arrive|part)|ist (?:es|das|der|die)|(?:kommt|landet|fliegt) (?:er"
    r"|der|es)|il volo (?:e|arriva|parte)|(?:i )?(?:this|that) is for"
)
_OFFER_QUESTION: Final = re.compile(rf"^{_FILLERS}(?:(?P<when>{_WHEN})|(?P<is>{_IS}))\b")
# Words that make a question a new search all the same.
_SEARCH: Final = re.compile(
    r"\b(?:flights|a flight|any flight|fly|find|search|book|look|another|cheapest|tickets? (?:to|from|for)|voos"
    r"|um voo|algum voo|voar"
    r"|vuelos|un vuelo|volar|vols|un vol|voler|fluge|einen flug|fliegen|voli|un volo|volare|reserva\w*|buscar"
    r"|procur\w*|cherch\w*|such\w*|cerc\w*)\b"
)
_ARRIVING: Final = re.compile(
    r"\b(?:arriv\w*|land\w*|get(?:ting)? (?:to|back|in|there)|reach\w*|depart\w*|leav\w*|take\w* ?off|touch\w* down"
    r"|cheg\w*|sai|parte|pous\w*"
    r"|lleg\w*|sale|aterriz\w*|atterr\w*|part|ankomm\w*|komm\w*|an|ankunft|arrivare|atterra|airport|aeroporto"
    r"|weather|back in|be in|come|here|there|same day|next day|day after)\b"
)
# Accommodation, restaurants, rental cars, weather: not part of the flight.
_NOT_TRAVEL: Final = re.compile(
    r"\b(?:house|hotel|hotels|place to stay|room|rooms|apartment|airbnb|restaurant|table|rental|cab|taxi|bus|concert"
    r"|movie|appointment|alarm|timer|reminder|rental car|rent a car|car rental|pick it up|carro|coche|voiture"
    r"|mietwagen|macchina a noleggio"
    r"|somewhere to stay|laundry|accommodation|hostel|attractions?|child friendly|sports|weather|clima|tempo|wetter"
    r"|meteo|quarto|alojamento|habitacion|alojamiento|chambre|logement|zimmer|unterkunft|camera|alloggio"
    r"|restaurante|ristorante)\b"
)
_FLYING: Final = re.compile(r"\b(?:fl[iy]\w*|tickets?|voo\w*|vuelo\w*|vols?|flug\w*|fluge|volo|voli)\b")
_SENTENCE_ENDS: Final = frozenset({".", "?", "!", ";", "\n"})


class QuestionSpans:
    """Tokens of questions about an offer, or of sentences about something other than flying.

    Args:
        text: Tokenized text.
        previous: Last message of the assistant, None at the start of a conversation.

    Attributes:
        ignored_place_tokens: Tokens whose places are not slots.
        ignored_detail_tokens: Tokens whose cabin and number of passengers are not slots.
    """

    __slots__ = ("ignored_detail_tokens", "ignored_place_tokens")

    def __init__(self, text: TokenizedText, previous: str | None) -> None:
        self.ignored_place_tokens: set[int] = set()
        self.ignored_detail_tokens: set[int] = set()
        for first, last, sentence, question in _split_sentences(text):
            if _NOT_TRAVEL.search(sentence):
                self.ignored_detail_tokens.update(range(first, last + 1))
                if not _FLYING.search(sentence):
                    self.ignored_place_tokens.update(range(first, last + 1))
            if previous is None:
                continue
            match = _OFFER_QUESTION.match(sentence)
            if match is None or _SEARCH.search(sentence):
                continue
            if question or match["when"]:
                if _ARRIVING.search(sentence):
                    self.ignored_place_tokens.update(range(first, last + 1))
                if match["is"] or question:
                    self.ignored_detail_tokens.update(range(first, last + 1))


def _split_sentences(text: TokenizedText) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the first and last token of each sentence, its normalized string, and whether it ends with "?"."""
    words = text.words
    first = 0
    for index, word in enumerate(words):
        if word in _SENTENCE_ENDS or index == len(words) - 1:
            sentence = " ".join([one for one in words[first : index + 1] if one not in {"-", "'"}])
            yield first, index, sentence, word == "?"
            first = index + 1
