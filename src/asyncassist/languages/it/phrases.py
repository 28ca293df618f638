"""Italian phrases of the assistant's replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pack import ReplyPhrases

PHRASES: Final[ReplyPhrases] = {
    "greeting": "Ciao! Dove vuole volare, e quando?",
    "greeting_back": "Ciao di nuovo!",
    "thanks": "Prego!",
    "goodbye": "Arrivederci, e buon viaggio!",
    "help": "Cerco voli. Mi dica da dove, verso dove e in quale giorno; poi “più economico”, “solo diretto”, "
    "“senza” una"
    " compagnia o “il secondo” per continuare.",
    "baggage": "Il bagaglio dipende dalla compagnia e dalla tariffa: quasi tutte comprendono un piccolo "
    "bagaglio a mano, e le più"
    " economiche spesso nessun bagaglio da stiva. La compagnia mostra che cosa è compreso prima del pagamento, "
    "e lì si possono"
    " aggiungere bagagli.",
    "check_in": "Il check-in si fa con la compagnia, di solito online da 24 a 48 ore prima della partenza. Non "
    "posso farlo per lei,"
    " ma posso cercare voli.",
    "flight_status": "Non vedo lo stato dei voli in tempo reale. Lo sanno la compagnia o l'aeroporto; io posso "
    "cercare voli.",
    "change_booking": "Non posso modificare una prenotazione: si rivolga alla compagnia o all'agenzia dove ha "
    "prenotato. Posso"
    " cercare un altro volo.",
    "cancel_booking": "Non posso annullare una prenotazione: si rivolga alla compagnia o all'agenzia dove ha "
    "prenotato.",
    "other": "Questo va oltre le mie possibilità: posso aiutare a trovare voli.",
    "refused": "Posso solo aiutare a trovare voli.",
    "cant_book": "Non vendo biglietti. Può prenotare {flight} con la compagnia o in un'agenzia.",
    "restarted": "Va bene, ricominciamo.",
    "what_change": "Va bene. Che cosa vuole cambiare?",
    "which_offer": "Quale preferisce? Dica il numero, da 1 a {count}.",
    "no_such_offer": {"one": "Ho mostrato un solo volo.", "other": "Ho mostrato {n} voli: dica un numero da 1 a {n}."},
    "nothing_shown": "Non ho ancora mostrato nessun volo.",
    "ask_origin": "Da dove vuole partire?",
    "ask_destination": "Dove vuole andare?",
    "ask_departure_date": "In quale giorno vuole volare?",
    "ask_leg_date": "In quale giorno vuole volare da {origin} a {destination}?",
    "ask_return_date": "E in quale giorno vuole tornare?",
    "ask_day": "In quale giorno di {month}?",
    "ask_passengers": "Quante persone viaggiano?",
    "ask_split_party": "Cerco per il primo gruppo?",
    "ask_any_stops": "Cerco voli con scalo?",
    "which_place": "Quale {name} intende: {choices}?",
    "which_city": "{name}: quale città, per esempio {choices}?",
    "past_date": "{date} è già passato.",
    "too_far_ahead": "{date} è troppo lontano: le compagnie vendono i posti circa un anno prima.",
    "return_before": "Il ritorno {back} sarebbe prima della partenza {out}.",
    "leg_before": "Il volo di {date} sarebbe prima di quello di {before}.",
    "same_place": "La partenza e la destinazione sono entrambe {place}.",
    "unknown_place": "Non conosco nessun luogo chiamato “{name}”.",
    "unknown_date": "Non ho capito quale giorno sia.",
    "not_understood": "Non ho capito.",
    "not_understood_name": "Non ho capito “{name}”.",
    "example_place": "Basta una città o il codice del suo aeroporto, per esempio “Lisbona” o “LIS”.",
    "example_date": "Può dire per esempio “4 dicembre”, “venerdì prossimo” o “fra due settimane”.",
    "example_passengers": "Basta un numero, per esempio “2 adulti e 1 bambino”.",
    "example_yes": "Basta un “sì” o un “no”.",
    "example_trip": "Può dire per esempio “da Lisbona a Berlino il 4 dicembre, due adulti”.",
    "other_ways": "Può dire per esempio il numero di un volo, “più economico”, “solo diretto”, un altro giorno "
    "o un altro luogo.",
    "too_many": "Posso cercare per nove viaggiatori al massimo.",
    "split_party": "Le compagnie vendono al massimo nove posti per prenotazione; per {party} ne servono quindi "
    "più di una: prima {first}, poi {rest}.",
    "need_adult": "Deve viaggiare almeno un adulto.",
    "too_many_infants": "Ogni neonato viaggia in braccio a un adulto: non possono esserci più neonati che adulti.",
    "infant_age_counts": "Conta l'età nel giorno di ogni volo: dai 2 anni un bambino ha bisogno di un posto proprio.",
    "infant_by_departure": "A 2 anni un bambino ha bisogno di un posto proprio; conto un bambino invece di un neonato.",
    "infant_by_return": "Un bambino che compie 2 anni il {date} ha bisogno di un posto proprio nel volo di"
    " ritorno; la maggior parte delle compagnie vende allora un biglietto bambino per tutto il viaggio, quindi"
    " conto un bambino invece di un neonato.",
    "infant_after_trip": "Il compleanno è dopo l'ultimo volo: un neonato viaggia in braccio e non ha bisogno di"
    " un posto.",
    "child_age_counts": "Conta l'età nel giorno di ogni volo: dai 12 anni si paga la tariffa adulti.",
    "child_by_departure": "Dai 12 anni si paga la tariffa adulti; conto un adulto.",
    "child_by_return": "Chi compie 12 anni il {date} parte con la tariffa bambini; per il ritorno la compagnia"
    " può chiedere la tariffa adulti.",
    "child_after_trip": "Il compleanno è dopo l'ultimo volo: per tutto il viaggio vale la tariffa bambini.",
    "route": "{origin} – {destination}",
    "outbound_date": "{date}",
    "round_trip_dates": "{out}, ritorno {back}",
    "found": {"one": "Ho trovato un volo, {trip}:", "other": "Ho trovato {n} voli, {trip}:"},
    "best_of": "Ecco i {shown} migliori di {n} voli, {trip}:",
    "cheaper": "I più economici, {trip}:",
    "no_cheaper": "Non c'è niente di più economico; ecco i prezzi più bassi, {trip}:",
    "earlier": "Questi partono prima, {trip}:",
    "no_earlier": "Nessuno parte prima; ecco i primi voli, {trip}:",
    "later": "Questi partono più tardi, {trip}:",
    "no_later": "Nessuno parte più tardi; ecco gli ultimi voli, {trip}:",
    "faster": "I più brevi, {trip}:",
    "no_faster": "Non c'è niente di più breve; ecco i voli più brevi, {trip}:",
    "by_day": "Prezzi per giorno, {trip}:",
    "day_price": "{date}: {price}",
    "no_cheaper_day": "Nessun giorno vicino costa meno: {date} costa {price}.",
    "several_legs": "Posso cercare fino a sei voli come un solo viaggio: dica ciascuno con il suo giorno, per "
    "esempio “da Berlino a Roma il 3 maggio, poi a Madrid l'8 maggio, ritorno il 12 maggio”.",
    "more": "Altri voli, {trip}:",
    "last_more": "Gli ultimi; questi sono tutti i voli, {trip}:",
    "no_more": "Era tutto: non ho altri voli, {trip}.",
    "no_flights": "Non ho trovato voli, {trip}.",
    "no_direct_flights": "Non ci sono voli diretti, {trip}. Cerco voli con scalo?",
    "with_checked_bags": "con bagaglio da stiva",
    "with_refundable": "rimborsabile",
    "no_matching_fares": "Nessuna tariffa soddisfa tutti i suoi desideri, {trip}.",
    "fares": "Ci sono tariffe {fares}.",
    "fare_bag": "con bagaglio da stiva da {price}",
    "fare_no_bag": "senza bagaglio da stiva da {price}",
    "fare_refundable": "rimborsabili da {price}",
    "fare_not_refundable": "non rimborsabili da {price}",
    "no_matching_flights": "Nessun volo soddisfa tutti i suoi desideri, {trip}. Quale posso lasciare da parte?",
    "chosen": "Ha scelto {flight}, {when}. Prezzo: {price}.",
    "price_changed": "Il prezzo è cambiato: ora {price}, prima {old}.",
    "offer_unknown": "Non lo so di questo volo; la compagnia lo indica prima del pagamento.",
    "price_unchecked": "Non ho potuto verificare il prezzo in questo momento.",
    "details": "{flight}: {when}. Prezzo: {price}.",
    "next_steps": "Dica un numero per scegliere, o “più economico”, “prima”, “solo diretto”.",
    "search_failed": "In questo momento non riesco a consultare i voli. Ho conservato il suo viaggio: {trip}. "
    "Riprovi tra poco.",
    "partial": "Non tutte le fonti hanno risposto; possono esserci altri voli.",
    "summary": "Finora: {trip}.",
    "nothing_known": "Non so ancora niente del suo viaggio.",
    "direct": "diretto",
    "stops": {"one": "{n} scalo", "other": "{n} scali"},
    "adults": {"one": "{n} adulto", "other": "{n} adulti"},
    "children": {"one": "{n} bambino", "other": "{n} bambini"},
    "infants": {"one": "{n} neonato", "other": "{n} neonati"},
    "for_passengers": "per {passengers}",
    "economy": "in economica",
    "premium_economy": "in premium economy",
    "business": "in business",
    "first": "in prima classe",
    "with_airline": "con {airline}",
    "without_airlines": "senza {airlines}",
    "within_budget": "fino a {money}",
    "hours_between": "tra le {start} e le {end}",
    "hours_after": "dalle {start}",
    "hours_before": "entro le {end}",
    "outbound_departure_window": "partenza {hours}",
    "outbound_arrival_window": "arrivo {hours}",
    "return_departure_window": "ritorno con partenza {hours}",
    "return_arrival_window": "ritorno con arrivo {hours}",
    "stop_via": "con scalo a {places}",
    "stop_not_via": "senza scalo a {places}",
    "next_day": "+{n}",
    "from_place": "da {place}",
    "to_place": "per {place}",
}
