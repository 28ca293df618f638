"""Dutch phrases of the assistant's replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pack import ReplyPhrases

PHRASES: Final[ReplyPhrases] = {
    "greeting": "Hallo! Waar wilt u naartoe vliegen, en wanneer?",
    "greeting_back": "Hallo nogmaals!",
    "thanks": "Graag gedaan!",
    "goodbye": "Tot ziens en goede reis!",
    "help": "Ik zoek vluchten. Zeg me waarvandaan, waarheen en op welke dag; daarna gaat het verder met “goedkoper”, "
    "“alleen rechtstreeks”, “zonder” een maatschappij of “de tweede”.",
    "baggage": "Bagage hangt af van de luchtvaartmaatschappij en het tarief: meestal is een klein stuk handbagage "
    "inbegrepen, in de goedkoopste tarieven vaak geen koffer. De maatschappij toont voor de betaling wat inbegrepen "
    "is; daar kunt u bagage bijboeken.",
    "check_in": "Inchecken gaat via de luchtvaartmaatschappij, meestal online vanaf 24 tot 48 uur voor vertrek. Ik kan "
    "het niet voor u doen, maar wel vluchten zoeken.",
    "flight_status": "De actuele status van een vlucht zie ik niet. De luchtvaartmaatschappij of de luchthaven kent "
    "die; ik kan vluchten zoeken.",
    "change_booking": "Ik kan geen boeking wijzigen: neem contact op met de luchtvaartmaatschappij of het reisbureau "
    "waar u geboekt hebt. Ik kan een andere vlucht zoeken.",
    "cancel_booking": "Ik kan geen boeking annuleren: neem contact op met de luchtvaartmaatschappij of het reisbureau "
    "waar u geboekt hebt.",
    "other": "Daarbij kan ik niet helpen: ik kan vluchten zoeken.",
    "refused": "Ik kan alleen helpen bij het zoeken van vluchten.",
    "cant_book": "Ik verkoop geen tickets. U kunt {flight} boeken bij de luchtvaartmaatschappij of een reisbureau.",
    "restarted": "Goed, we beginnen opnieuw.",
    "what_change": "Goed. Wat wilt u veranderen?",
    "which_offer": "Welke wilt u? Zeg het nummer, 1 tot {count}.",
    "no_such_offer": {
        "one": "Ik heb maar één vlucht getoond.",
        "other": "Ik heb {n} vluchten getoond: zeg een nummer van 1 tot {n}.",
    },
    "nothing_shown": "Ik heb nog geen vluchten getoond.",
    "ask_origin": "Waarvandaan wilt u vliegen?",
    "ask_destination": "Waar wilt u naartoe vliegen?",
    "ask_departure_date": "Op welke dag wilt u vliegen?",
    "ask_return_date": "En op welke dag wilt u terugvliegen?",
    "ask_day": "Op welke dag in {month}?",
    "ask_passengers": "Hoeveel personen reizen er?",
    "ask_any_stops": "Zal ik vluchten met een tussenstop zoeken?",
    "which_place": "Welk {name} bedoelt u: {choices}?",
    "past_date": "{date} is al voorbij.",
    "too_far_ahead": "{date} ligt te ver in de toekomst: plaatsen worden ongeveer een jaar vooruit verkocht.",
    "return_before": "De terugvlucht op {back} zou vóór de heenvlucht op {out} liggen.",
    "same_place": "Vertrek en bestemming zijn allebei {place}.",
    "unknown_place": "Een plaats met de naam “{name}” ken ik niet.",
    "unknown_date": "Ik heb niet begrepen welke dag dat is.",
    "not_understood": "Dat heb ik niet begrepen.",
    "not_understood_name": "“{name}” heb ik niet begrepen.",
    "example_place": "Een stad of de code van de luchthaven volstaat, bijvoorbeeld “Lissabon” of “LIS”.",
    "example_date": "Zeg bijvoorbeeld “4 december”, “volgende vrijdag” of “over twee weken”.",
    "example_passengers": "Een aantal volstaat, bijvoorbeeld “2 volwassenen en 1 kind”.",
    "example_yes": "Een “ja” of een “nee” volstaat.",
    "example_trip": "Zeg bijvoorbeeld “van Lissabon naar Berlijn op 4 december, twee volwassenen”.",
    "other_ways": "Zeg bijvoorbeeld het nummer van een vlucht, “goedkoper”, “alleen rechtstreeks”, een andere dag of "
    "een andere plaats.",
    "split_party": "Luchtvaartmaatschappijen verkopen hoogstens negen stoelen per boeking; voor {party} zijn dus "
    "meerdere boekingen nodig: {first} in de eerste, daarna {rest}.",
    "ask_split_party": "Zal ik voor de eerste groep zoeken?",
    "ask_leg_date": "Op welke dag wilt u van {origin} naar {destination} vliegen?",
    "leg_before": "De vlucht op {date} zou vóór die op {before} zijn.",
    "too_many": "Ik kan voor hoogstens negen reizigers zoeken.",
    "infant_age_counts": "De leeftijd op de dag van elke vlucht telt: vanaf 2 jaar heeft een kind "
    "een eigen stoel nodig.",
    "infant_by_departure": "Met 2 jaar heeft een kind een eigen stoel nodig; ik reken met een kind in plaats "
    "van een baby.",
    "infant_by_return": "Een kind dat op {date} 2 wordt, heeft op de terugvlucht een eigen stoel nodig; de meeste "
    "maatschappijen verkopen dan een kinderticket voor de hele reis, dus reken ik met een kind in plaats van een baby.",
    "infant_after_trip": "De verjaardag is na de laatste vlucht: een baby reist op schoot en heeft "
    "geen eigen stoel nodig.",
    "child_age_counts": "De leeftijd op de dag van elke vlucht telt: vanaf 12 jaar geldt het tarief voor volwassenen.",
    "child_by_departure": "Vanaf 12 jaar geldt het tarief voor volwassenen; ik reken met een volwassene.",
    "child_by_return": "Wie op {date} 12 wordt, vliegt heen tegen het kindertarief; voor de terugvlucht kan de "
    "maatschappij het tarief voor volwassenen vragen.",
    "child_after_trip": "De verjaardag is na de laatste vlucht: voor de hele reis geldt het kindertarief.",
    "need_adult": "Er moet minstens één volwassene meereizen.",
    "too_many_infants": "Elke baby reist op de schoot van een volwassene: er kunnen niet meer baby's dan volwassenen "
    "zijn.",
    "route": "{origin} – {destination}",
    "outbound_date": "{date}",
    "round_trip_dates": "{out}, terug {back}",
    "found": {"one": "Ik heb één vlucht gevonden, {trip}:", "other": "Ik heb {n} vluchten gevonden, {trip}:"},
    "best_of": "Dit zijn de beste {shown} van {n} vluchten, {trip}:",
    "cheaper": "De goedkoopste, {trip}:",
    "no_cheaper": "Goedkoper kan niet; dit zijn de laagste prijzen, {trip}:",
    "earlier": "Deze vertrekken vroeger, {trip}:",
    "no_earlier": "Vroeger gaat er geen; dit zijn de eerste vluchten, {trip}:",
    "later": "Deze vertrekken later, {trip}:",
    "no_later": "Later gaat er geen; dit zijn de laatste vluchten, {trip}:",
    "faster": "De kortste, {trip}:",
    "no_faster": "Korter kan niet; dit zijn de kortste vluchten, {trip}:",
    "by_day": "Prijzen per dag, {trip}:",
    "day_price": "{date}: {price}",
    "no_cheaper_day": "Geen dag in de buurt is goedkoper: {date} kost {price}.",
    "several_legs": "Ik kan tot zes vluchten als één reis zoeken: noem elke vlucht met de dag, bijvoorbeeld “op 3 mei "
    "van Amsterdam naar Rome, op 8 mei door naar Madrid, op 12 mei terug”.",
    "more": "Meer vluchten, {trip}:",
    "last_more": "De laatste; dit zijn alle vluchten, {trip}:",
    "no_more": "Dat was alles: meer vluchten heb ik niet, {trip}.",
    "no_flights": "Ik heb geen vluchten gevonden, {trip}.",
    "no_direct_flights": "Er zijn geen rechtstreekse vluchten, {trip}. Zal ik vluchten met een tussenstop zoeken?",
    "no_matching_flights": "Geen vlucht voldoet aan al uw wensen, {trip}. Welke mag ik laten vallen?",
    "chosen": "U hebt {flight} gekozen, {when}. Prijs: {price}.",
    "price_changed": "De prijs is veranderd: nu {price}, eerst {old}.",
    "offer_unknown": "Dat weet ik niet van deze vlucht; de luchtvaartmaatschappij vermeldt het voor u betaalt.",
    "price_unchecked": "De prijs kon ik nu niet nog eens controleren.",
    "details": "{flight}: {when}. Prijs: {price}.",
    "next_steps": "Noem een nummer om te kiezen, of zeg “goedkoper”, “vroeger”, “alleen rechtstreeks”.",
    "search_failed": "De vluchtzoeker is nu niet bereikbaar. Uw reis heb ik onthouden: {trip}. Probeer het zo meteen "
    "nog eens.",
    "partial": "Niet alle bronnen hebben geantwoord; er kunnen meer vluchten zijn.",
    "summary": "Tot nu toe: {trip}.",
    "nothing_known": "Over uw reis weet ik nog niets.",
    "direct": "rechtstreeks",
    "stops": {"one": "{n} tussenstop", "other": "{n} tussenstops"},
    "adults": {"one": "{n} volwassene", "other": "{n} volwassenen"},
    "children": {"one": "{n} kind", "other": "{n} kinderen"},
    "infants": {"one": "{n} baby", "other": "{n} baby's"},
    "for_passengers": "voor {passengers}",
    "economy": "in de economy class",
    "premium_economy": "in premium economy",
    "business": "in de business class",
    "first": "in de eerste klas",
    "with_airline": "met {airline}",
    "without_airlines": "zonder {airlines}",
    "within_budget": "tot {money}",
    "hours_between": "tussen {start} en {end}",
    "hours_after": "vanaf {start}",
    "hours_before": "tot {end}",
    "outbound_departure_window": "vertrek {hours}",
    "outbound_arrival_window": "aankomst {hours}",
    "return_departure_window": "terugvlucht met vertrek {hours}",
    "return_arrival_window": "terugvlucht met aankomst {hours}",
    "stop_via": "met tussenstop in {places}",
    "stop_not_via": "zonder tussenstop in {places}",
    "next_day": "+{n}",
    "from_place": "van {place}",
    "to_place": "naar {place}",
}
