"""German phrases of the assistant's replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pack import ReplyPhrases

PHRASES: Final[ReplyPhrases] = {
    "greeting": "Hallo! Wohin möchten Sie fliegen, und wann?",
    "greeting_back": "Hallo noch einmal!",
    "thanks": "Gern geschehen!",
    "goodbye": "Auf Wiedersehen und gute Reise!",
    "help": "Ich suche Flüge. Sagen Sie mir, von wo, wohin und an welchem Tag; dann geht es mit „günstiger“, "
    "„nur direkt“,"
    " „ohne“ eine Fluggesellschaft oder „der zweite“ weiter.",
    "baggage": "Das Gepäck hängt von der Fluggesellschaft und vom Tarif ab: Meist ist ein kleines "
    "Handgepäckstück enthalten, in den"
    " günstigsten Tarifen oft kein Koffer. Die Fluggesellschaft zeigt vor der Zahlung, was enthalten ist; dort "
    "lässt sich"
    " Gepäck dazubuchen.",
    "check_in": "Der Check-in läuft über die Fluggesellschaft, meist online ab 24 bis 48 Stunden vor dem "
    "Abflug. Ich kann ihn nicht"
    " für Sie machen, aber Flüge suchen.",
    "flight_status": "Den aktuellen Flugstatus sehe ich nicht. Die Fluggesellschaft oder der Flughafen kennt "
    "ihn; ich kann Flüge"
    " suchen.",
    "change_booking": "Ich kann keine Buchung ändern: Bitte wenden Sie sich an die Fluggesellschaft oder das "
    "Reisebüro, wo Sie"
    " gebucht haben. Ich kann einen anderen Flug suchen.",
    "cancel_booking": "Ich kann keine Buchung stornieren: Bitte wenden Sie sich an die Fluggesellschaft oder "
    "das Reisebüro, wo Sie"
    " gebucht haben.",
    "other": "Da kann ich nicht helfen: Ich kann Flüge suchen.",
    "refused": "Ich kann nur bei der Suche nach Flügen helfen.",
    "cant_book": "Ich verkaufe keine Tickets. Sie können {flight} bei der Fluggesellschaft oder im Reisebüro buchen.",
    "restarted": "Gut, wir fangen von vorn an.",
    "what_change": "Gut. Was möchten Sie ändern?",
    "which_offer": "Welchen möchten Sie? Sagen Sie die Nummer, 1 bis {count}.",
    "no_such_offer": {
        "one": "Ich habe nur einen Flug gezeigt.",
        "other": "Ich habe {n} Flüge gezeigt: Sagen Sie eine Nummer von 1 bis {n}.",
    },
    "nothing_shown": "Ich habe noch keine Flüge gezeigt.",
    "ask_origin": "Von wo möchten Sie fliegen?",
    "ask_destination": "Wohin möchten Sie fliegen?",
    "ask_departure_date": "An welchem Tag möchten Sie fliegen?",
    "ask_leg_date": "An welchem Tag möchten Sie von {origin} nach {destination} fliegen?",
    "ask_return_date": "Und an welchem Tag möchten Sie zurückfliegen?",
    "ask_day": "An welchem Tag im {month}?",
    "ask_passengers": "Wie viele Personen reisen?",
    "ask_split_party": "Soll ich für die erste Gruppe suchen?",
    "ask_any_stops": "Soll ich Flüge mit Zwischenstopp suchen?",
    "which_place": "Welches {name} meinen Sie: {choices}?",
    "which_city": "{name}: welche Stadt, zum Beispiel {choices}?",
    "past_date": "{date} ist schon vorbei.",
    "too_far_ahead": "{date} liegt zu weit in der Zukunft: verkauft werden Plätze etwa ein Jahr im Voraus.",
    "return_before": "Der Rückflug am {back} läge vor dem Hinflug am {out}.",
    "leg_before": "Der Flug am {date} läge vor dem am {before}.",
    "same_place": "Start und Ziel sind beide {place}.",
    "unknown_place": "Einen Ort namens „{name}“ kenne ich nicht.",
    "unknown_date": "Ich habe nicht verstanden, welcher Tag das ist.",
    "not_understood": "Das habe ich nicht verstanden.",
    "not_understood_name": "„{name}“ habe ich nicht verstanden.",
    "example_place": "Eine Stadt oder das Kürzel ihres Flughafens genügt, zum Beispiel „Lissabon“ oder „LIS“.",
    "example_date": "Sagen Sie zum Beispiel „4. Dezember“, „nächsten Freitag“ oder „in zwei Wochen“.",
    "example_passengers": "Eine Zahl genügt, zum Beispiel „2 Erwachsene und 1 Kind“.",
    "example_yes": "Ein „Ja“ oder „Nein“ genügt.",
    "example_trip": "Sagen Sie zum Beispiel „von Lissabon nach Berlin am 4. Dezember, zwei Erwachsene“.",
    "other_ways": "Sagen Sie zum Beispiel die Nummer eines Fluges, „günstiger“, „nur direkt“, einen anderen "
    "Tag oder einen anderen Ort.",
    "too_many": "Ich kann für höchstens neun Reisende suchen.",
    "split_party": "Fluggesellschaften verkaufen höchstens neun Plätze in einer Buchung; {party} brauchen also "
    "mehrere Buchungen: zuerst {first}, danach {rest}.",
    "need_adult": "Mindestens ein Erwachsener muss mitreisen.",
    "too_many_infants": "Jedes Baby reist auf dem Schoß eines Erwachsenen: Es können nicht mehr Babys als "
    "Erwachsene sein.",
    "infant_age_counts": "Es zählt das Alter am Tag des jeweiligen Fluges: Ab 2 Jahren braucht ein Kind einen"
    " eigenen Sitz.",
    "infant_by_departure": "Mit 2 Jahren braucht ein Kind einen eigenen Sitz; ich rechne mit einem Kind statt"
    " einem Baby.",
    "infant_by_return": "Ein Kind, das am {date} 2 wird, braucht auf dem Rückflug einen eigenen Sitz; die"
    " meisten Fluggesellschaften verkaufen dann ein Kinderticket für die ganze Reise, daher rechne ich mit einem"
    " Kind statt einem Baby.",
    "infant_after_trip": "Der Geburtstag liegt nach dem letzten Flug: Ein Baby reist auf dem Schoß und braucht"
    " keinen eigenen Sitz.",
    "child_age_counts": "Es zählt das Alter am Tag des jeweiligen Fluges: Ab 12 Jahren gilt der Tarif für Erwachsene.",
    "child_by_departure": "Ab 12 Jahren gilt der Tarif für Erwachsene; ich rechne mit einem Erwachsenen.",
    "child_by_return": "Wer am {date} 12 wird, fliegt zum Kindertarif hin; für den Rückflug kann die"
    " Fluggesellschaft den Tarif für Erwachsene verlangen.",
    "child_after_trip": "Der Geburtstag liegt nach dem letzten Flug: Für die ganze Reise gilt der Kindertarif.",
    "route": "{origin} – {destination}",
    "outbound_date": "{date}",
    "round_trip_dates": "{out}, zurück {back}",
    "found": {"one": "Ich habe einen Flug gefunden, {trip}:", "other": "Ich habe {n} Flüge gefunden, {trip}:"},
    "best_of": "Hier sind die besten {shown} von {n} Flügen, {trip}:",
    "cheaper": "Die günstigsten, {trip}:",
    "no_cheaper": "Günstiger geht es nicht; das sind die niedrigsten Preise, {trip}:",
    "earlier": "Diese fliegen früher, {trip}:",
    "no_earlier": "Früher fliegt keiner; das sind die ersten Flüge, {trip}:",
    "later": "Diese fliegen später, {trip}:",
    "no_later": "Später fliegt keiner; das sind die letzten Flüge, {trip}:",
    "faster": "Die kürzesten, {trip}:",
    "no_faster": "Kürzer geht es nicht; das sind die kürzesten Flüge, {trip}:",
    "by_day": "Preise nach Tagen, {trip}:",
    "day_price": "{date}: {price}",
    "no_cheaper_day": "Kein Tag in der Nähe ist günstiger: {date} kostet {price}.",
    "several_legs": "Ich kann bis zu sechs Flüge als eine Reise suchen: Nennen Sie jeden mit seinem Tag, zum "
    "Beispiel „am 3. Mai von Berlin nach Rom, am 8. Mai weiter nach Madrid, am 12. Mai zurück“.",
    "more": "Weitere Flüge, {trip}:",
    "last_more": "Die letzten; das sind alle Flüge, {trip}:",
    "no_more": "Das waren alle: Mehr Flüge habe ich nicht, {trip}.",
    "no_flights": "Ich habe keine Flüge gefunden, {trip}.",
    "no_direct_flights": "Es gibt keine Direktflüge, {trip}. Soll ich Flüge mit Zwischenstopp suchen?",
    "with_checked_bags": "mit Aufgabegepäck",
    "with_refundable": "erstattbar",
    "no_matching_fares": "Kein Tarif erfüllt alle Ihre Wünsche, {trip}.",
    "fares": "Es gibt Tarife {fares}.",
    "fare_bag": "mit Aufgabegepäck ab {price}",
    "fare_no_bag": "ohne Aufgabegepäck ab {price}",
    "fare_refundable": "erstattbar ab {price}",
    "fare_not_refundable": "nicht erstattbar ab {price}",
    "no_matching_flights": "Kein Flug erfüllt alle Ihre Wünsche, {trip}. Welchen darf ich weglassen?",
    "chosen": "Sie haben {flight} gewählt, {when}. Preis: {price}.",
    "price_changed": "Der Preis hat sich geändert: jetzt {price}, vorher {old}.",
    "offer_unknown": "Das weiß ich über diesen Flug nicht; die Fluggesellschaft gibt es vor dem Bezahlen an.",
    "price_unchecked": "Den Preis konnte ich gerade nicht noch einmal prüfen.",
    "details": "{flight}: {when}. Preis: {price}.",
    "next_steps": "Nennen Sie eine Nummer zum Auswählen, oder „günstiger“, „früher“, „nur direkt“.",
    "search_failed": "Ich erreiche die Flugsuche gerade nicht. Ihre Reise habe ich behalten: {trip}. Bitte "
    "versuchen Sie es gleich"
    " noch einmal.",
    "partial": "Nicht alle Quellen haben geantwortet; es kann mehr Flüge geben.",
    "summary": "Bisher: {trip}.",
    "nothing_known": "Über Ihre Reise weiß ich noch nichts.",
    "direct": "direkt",
    "stops": {"one": "{n} Zwischenstopp", "other": "{n} Zwischenstopps"},
    "adults": {"one": "{n} Erwachsener", "other": "{n} Erwachsene"},
    "children": {"one": "{n} Kind", "other": "{n} Kinder"},
    "infants": {"one": "{n} Baby", "other": "{n} Babys"},
    "for_passengers": "für {passengers}",
    "economy": "in der Economy Class",
    "premium_economy": "in der Premium Economy",
    "business": "in der Business Class",
    "first": "in der ersten Klasse",
    "with_airline": "mit {airline}",
    "without_airlines": "ohne {airlines}",
    "within_budget": "bis {money}",
    "hours_between": "zwischen {start} und {end}",
    "hours_after": "ab {start}",
    "hours_before": "bis {end}",
    "outbound_departure_window": "Abflug {hours}",
    "outbound_arrival_window": "Ankunft {hours}",
    "return_departure_window": "Rückflug mit Abflug {hours}",
    "return_arrival_window": "Rückflug mit Ankunft {hours}",
    "stop_via": "mit Stopp in {places}",
    "stop_not_via": "ohne Stopp in {places}",
    "next_day": "+{n}",
    "from_place": "von {place}",
    "to_place": "nach {place}",
}
