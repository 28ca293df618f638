"""German pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pointer_phrases import PointerPhrases

POINTERS: Final[PointerPhrases] = {
    "documents": (
        "Welcher Ausweis, welches Visum oder welche Impfung nötig ist, hängt von Ihrer "
        "Staatsangehörigkeit ab; verbindlich sagen es die Botschaft oder das Außenministerium. Prüfen"
        " kann ich das nicht."
    ),
    "pets": (
        "Ob und zu welchem Preis Tiere mitfliegen dürfen, entscheidet jede Fluggesellschaft selbst: "
        "Fragen Sie bitte vor dem Kauf dort nach, denn die Plätze sind knapp."
    ),
    "seats": (
        "Sitzplätze wählt man bei der Fluggesellschaft, beim Kauf oder beim Check-in; wer zusammen "
        "bucht, sitzt meist zusammen, wenn Platz ist. Reservieren kann ich sie nicht."
    ),
    "assistance": (
        "Hilfe am Flughafen, etwa mit dem Rollstuhl, ist kostenlos: Melden Sie sie mindestens 48 "
        "Stunden vor dem Abflug bei der Fluggesellschaft an. Ich kann das nicht für Sie tun."
    ),
    "payment": (
        "Hier wird nicht bezahlt: Ich suche nur Flüge. Wie Sie zahlen können, sagt die "
        "Fluggesellschaft oder das Reisebüro, wo Sie buchen."
    ),
    "refund": (
        "Bei Verspätung oder Ausfall ist die Fluggesellschaft zuständig; in der EU stehen Reisenden "
        "in vielen Fällen Erstattung oder Entschädigung zu. Entscheiden kann ich das nicht."
    ),
    "invoice": (
        "Rechnungen kann ich nicht ausstellen; das macht die Fluggesellschaft oder das Reisebüro, wo "
        "Sie buchen, auch auf eine Firma."
    ),
    "loyalty": (
        "Ihr Vielfliegerkonto kenne ich nicht: Ob es Meilen gibt oder sich welche einlösen lassen, "
        "hängt von Fluggesellschaft und Tarif ab."
    ),
    "weather": "Wettervorhersagen sehe ich nicht, deshalb sage ich dazu lieber nichts.",
    "destination": (
        "Ich kenne mich nur mit Flügen aus; vor Ort hilft Ihnen die Touristeninformation oder ein Reiseführer weiter."
    ),
    "hotel": "Ich suche nur Flüge: keine Hotels, Mietwagen, Züge oder Versicherungen.",
    "discount": (
        "Ermäßigungen für Studierende, Senioren oder Ansässige kenne ich nicht: Die Preise sind die "
        "der Fluggesellschaften, und manche bieten solche Tarife auf ihren eigenen Seiten an."
    ),
    "hold": (
        "Einen Preis oder Platz kann ich nicht festhalten und Preise nicht beobachten: Bis zur "
        "Buchung bei der Fluggesellschaft können sie sich jederzeit ändern."
    ),
    "personal": (
        "Namen, Ausweise oder Kartennummern brauche ich nicht, bitte schreiben Sie sie nicht hierher;"
        " die Fluggesellschaft fragt bei der Buchung danach."
    ),
    "children": (
        "Unter 2 Jahren fliegt ein Kind auf dem Schoß eines Erwachsenen, von 2 bis 11 auf eigenem "
        "Platz zum Kindertarif. Es zählt das Alter am jeweiligen Flugtag: Wer vor dem Rückflug 2 "
        "wird, braucht auf dem Rückflug einen Platz. Für allein reisende Kinder fragen Sie bitte die "
        "Fluggesellschaft."
    ),
    "privacy": (
        "Ich bewahre dieses Gespräch auf, um Ihre Reise zu kennen; Sie können es löschen lassen. "
        "Alles Weitere beantwortet der Betreiber dieser Seite."
    ),
    "inspiration": (
        "Reiseziele kann ich nicht empfehlen; nennen Sie mir aber eine Stadt und einen Tag, dann "
        "suche ich sofort Flüge."
    ),
    "multi_ticket": (
        "Ich suche Flüge und verkaufe sie nicht; ob mehrere Flüge auf ein Ticket passen und was das "
        "spart, sagt die Fluggesellschaft oder ein Reisebüro."
    ),
    "human": (
        "Hier sitzt kein Mensch: Ich bin ein Programm. Einen Menschen erreichen Sie bei der "
        "Fluggesellschaft oder beim Betreiber dieser Seite."
    ),
    "identity": "Ich bin ein Programm, das Flüge sucht, kein Mensch.",
    "joke": "Witze sind nicht meine Stärke, Flüge schon.",
    "abuse": (
        "Es tut mir leid, dass ich nicht helfen konnte. Sagen Sie mir kurz, was Sie brauchen, etwa "
        "„Berlin nach Rom am Freitag“."
    ),
    "smalltalk": "Alles gut hier, danke!",
    "story": "Verstehe.",
}
