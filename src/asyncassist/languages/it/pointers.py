"""Italian pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pointer_phrases import PointerPhrases

POINTERS: Final[PointerPhrases] = {
    "documents": (
        "Il passaporto, il visto o i vaccini necessari dipendono dalla cittadinanza: lo dicono con "
        "certezza l'ambasciata o il ministero degli Esteri. Io non posso verificarlo."
    ),
    "pets": (
        "Se gli animali possono volare, e a che prezzo, lo decide ogni compagnia: chieda prima di "
        "comprare, perché i posti sono pochi."
    ),
    "seats": (
        "I posti si scelgono con la compagnia, all'acquisto o al check-in; chi è nella stessa "
        "prenotazione di solito siede vicino, se c'è spazio. Io non posso prenotarli."
    ),
    "assistance": (
        "L'assistenza in aeroporto, per esempio con la sedia a rotelle, è gratuita: avvisi la "
        "compagnia almeno 48 ore prima della partenza. Io non posso richiederla per lei."
    ),
    "payment": ("Qui non si paga: cerco soltanto voli. La compagnia o l'agenzia dove prenota le dirà come può pagare."),
    "refund": (
        "In caso di ritardo o cancellazione ci si rivolge alla compagnia; nell'UE i passeggeri hanno "
        "spesso diritto a un rimborso o a un risarcimento. Io non posso deciderlo."
    ),
    "invoice": (
        "Non posso emettere fatture; lo fa la compagnia o l'agenzia dove prenota, anche intestate a un'azienda."
    ),
    "loyalty": (
        "Non conosco il suo conto frequent flyer: guadagnare o usare miglia dipende dalla compagnia e dalla tariffa."
    ),
    "weather": "Non vedo le previsioni del tempo, quindi preferisco non dire nulla.",
    "destination": "Mi intendo solo di voli; sul posto l'aiuterà meglio l'ufficio turistico o una guida.",
    "hotel": "Cerco soltanto voli: niente alberghi, auto, treni o assicurazioni.",
    "discount": (
        "Non conosco sconti per studenti, anziani o residenti: i prezzi sono quelli delle compagnie, "
        "e alcune offrono queste tariffe sul loro sito."
    ),
    "hold": (
        "Non posso bloccare un prezzo o un posto, né seguire i prezzi: possono cambiare finché non "
        "prenota con la compagnia."
    ),
    "personal": (
        "Non mi servono nomi, documenti o numeri di carta: non li scriva qui; li chiede la compagnia quando prenota."
    ),
    "children": (
        "Sotto i 2 anni un bambino vola in braccio a un adulto; dai 2 agli 11 ha il suo posto a "
        "tariffa bambino. Conta l'età nel giorno di ogni volo: chi compie 2 anni prima del ritorno ha"
        " bisogno di un posto al ritorno. Per i bambini che viaggiano soli, chieda alla compagnia."
    ),
    "privacy": (
        "Conservo questa conversazione per ricordare il suo viaggio; può farla cancellare. Per il "
        "resto si rivolga a chi gestisce questa pagina."
    ),
    "inspiration": "Non so consigliare mete, ma mi dica una città e un giorno e cerco subito voli.",
    "multi_ticket": (
        "Cerco voli e non li vendo; la compagnia o un'agenzia le dirà se più voli stanno in un solo "
        "biglietto e quanto si risparmia."
    ),
    "human": (
        "Qui non c'è nessuna persona: sono un programma. Per parlare con qualcuno si rivolga alla "
        "compagnia o a chi gestisce questa pagina."
    ),
    "identity": "Sono un programma che cerca voli, non una persona.",
    "joke": "Le barzellette non sono il mio forte; i voli sì.",
    "abuse": (
        "Mi dispiace di non essere stato d'aiuto. Mi dica in poche parole che cosa le serve, per "
        "esempio «Milano–Roma venerdì»."
    ),
    "smalltalk": "Tutto bene, grazie!",
    "story": "Capisco.",
}
