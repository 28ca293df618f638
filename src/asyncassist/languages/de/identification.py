"""German words and letters that identify the language."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.identification import Identification

IDENTIFICATION: Final = Identification(
    words="""nee schade erw jan moin hoi servus gruezi dez nov hallochen der die das den dem des ein eine einen einem
    einer eines und
    oder aber von vom zu zum zur nach in im ins an
    am auf aus bei bis fur mit ohne uber unter um durch gegen seit wahrend dass wer was welche welcher welches wann
    wo wie warum wieviel wieviele viel viele nicht kein keine keinen nein ja doch ich du er sie es wir ihr mich
    dich sich uns euch mir dir mein meine meinen meiner dein deine sein seine unser unsere dieser diese dieses
    diesen hier dort da sein bin bist ist sind war waren haben habe hat hatte hatten werden werde wird wurde
    wurden konnen kann konnte konnten konnen wollen will wollte mochte mochten muss mussen soll sollen darf brauche
    brauchen gehen geht gehe machen mach geben gib gibt sagen sag sehen kommen komme suchen suche such finden finde
    zeigen zeig zeige kaufen buchen buche buchung reservieren reise reisen fliegen fliege fliegt flug fluge flugen
    hinflug ruckflug ticket tickets flughafen flugzeug fluggesellschaft gepack koffer handgepack tasche sitz platz
    klasse economy business erste gunstig gunstige gunstigsten billig billige billigste direkt direktflug zwischen
    stopp umstieg hin zuruck einfach nur abflug abfliegen ankunft ankommen ziel start eins zwei drei vier funf
    sechs sieben acht neun zehn elf zwolf heute morgen gestern ubermorgen danach vorher jetzt bald fruh spat abend
    abends morgens nacht mittag nachmittag tag tage tagen woche wochen wochenende monat monate jahr jahre nachste
    nachsten nachster nachstes kommenden kommende letzten montag dienstag mittwoch donnerstag freitag samstag
    sonnabend sonntag januar februar marz april mai juni juli august september oktober november dezember
    weihnachten ostern personen person erwachsene erwachsener kind kinder kindern baby babys frau mann sohn tochter
    freund freunde freunden auch sehr gut guten gute danke dank bitte hallo tschuss wiedersehen tag hilfe helfen
    hilf stornieren storniere andern andere umbuchen verspatet status preis kostet geld euro schon noch gleich
    genau klar perfekt super entschuldigung warte also etwas nichts alle alles anderes erzahl musik witz wetter
    zeit uhr stunden wissen allein alleine fenster gang verloren gern gerne lieber mal statt eher
    zweiter dritter hilfst konntest gibt's
    schalte schalten licht lichter an aus ausschalten einschalten wecker wecken weck weckst erinnere erinnern
    erinnerung anrufen ruf rufe
    senden sende schicke schick nachricht nachrichten mail mails email liste hinzufugen fuge hinzu entfernen
    entferne losche loschen lesen
    lies vor neuigkeiten radio lautstarke lauter leiser laut kuche zimmer wohnzimmer haus hause arbeit buro
    besprechung treffen termin
    termine kalender ereignis erstelle erstellen beginnen anfangen offne offnen schliesse schliessen stelle stell
    setze sprechen sprich
    horen hore schauen film buch essen abendessen mittagessen fruhstuck trinken kaffee wasser rezept restaurant
    bestelle bestellen nahe
    strasse stadt land welt leute mann junge madchen mutter vater bruder schwester familie name alt neu neue neuen
    neues gross grosse
    klein kleine lang kurz heiss kalt warm regen regnet regnen sonne glucklich traurig besser beste besten
    schlecht rechts links nie
    immer oft manchmal jede jeder jedes jeden beide eigen darunter zwischen gegen ding dinge leben spiele spiel
    spielen musik welche wurden
    ware hatte gab kam sagte damit dann denn weil wenn ob also sehr mehr weniger andere wieder etwas jemand
    niemand warum wessen worauf
    ins beim vom zum zur dieses jener bitte mach
    maximal nase gepack""",
    letters={"ß": 4.0, "ä": 3.0, "ö": 3.0, "ü": 2.0},
    countries=("DE", "AT"),
)
