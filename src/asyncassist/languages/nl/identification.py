"""Dutch words and letters that identify the language."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.identification import Identification

IDENTIFICATION: Final = Identification(
    words="""hoi hallo he goedemorgen goedemiddag goedenavond goedendag dag doei doeg houdoe de het een den der des
    dit dat deze die en of maar want dus omdat als dan toen van voor vanaf vanuit naar tot in op aan bij met
    zonder over onder uit om door tegen sinds tijdens tussen na te ter wie wat welke welk wanneer waar waarheen
    waarom hoe hoeveel niet geen nee neen ja jazeker jawel ik je jij u hij zij ze wij we jullie mij me jou ons hen
    hun mijn m'n jouw uw zijn haar onze iemand niemand iets niets niks alles alle iedereen hier daar er ben bent
    is was waren geweest heb hebt heeft hebben had hadden word wordt worden werd kan kunt kun kunnen kon wil wilt
    willen wilde wou zou zouden zal zullen moet moeten mag mogen hoef hoeft nodig ga gaat gaan gegaan kom komt
    komen doe doet doen geef geeft geven zeg zegt zeggen zie ziet zien zoek zoekt zoeken vind vindt vinden toon
    tonen laat laten neem neemt nemen koop kopen kost kosten boek boekt boeken boeking reserveer reserveren
    reservering reis reizen reist vlieg vliegt vliegen vlucht vluchten heenvlucht terugvlucht heenreis terugreis
    retour retourtje retourticket vliegticket vliegtickets ticket tickets kaartje kaartjes luchthaven vliegveld
    vliegtuig vliegmaatschappij luchtvaartmaatschappij maatschappij bagage koffer koffers handbagage ruimbagage
    tas rugzak stoel stoelen plaats plaatsen klas klasse class economy business eerste tweede derde goedkoop
    goedkope goedkoper goedkoopste duur duurder rechtstreeks rechtstreekse direct directe tussenstop tussenstops
    overstap overstappen heen terug enkel enkele enkeltje alleen slechts vertrek vertrekt vertrekken aankomst
    aankomen bestemming twee drie vier vijf zes zeven acht negen tien elf twaalf vandaag morgen gisteren
    overmorgen vanavond vanmiddag vanochtend vannacht daarna ervoor erna nu straks binnenkort vroeg vroeger later
    ochtend ochtends middag middags avond avonds nacht dagen week weken weekend weekje maand maanden jaar jaren
    volgende volgend komende aanstaande vorige afgelopen laatste maandag dinsdag woensdag donderdag vrijdag
    zaterdag zondag januari februari maart april mei juni juli augustus september oktober november december kerst
    kerstmis pasen pinksteren persoon personen volwassene volwassenen kind kinderen baby baby's vrouw man zoon
    dochter vriend vriendin vrienden ook heel erg zeer goed goede graag bedankt dank dankjewel dankuwel
    alstublieft alsjeblieft aub hulp help helpen annuleer annuleren wijzig wijzigen veranderen omboeken vertraagd
    vertraging prijs geld al nog meteen precies prima perfect akkoord oke klopt natuurlijk tuurlijk uiteraard
    zeker sorry wacht even nou toch eigenlijk gewoon misschien wel eens liever liefst anders andere ander genoeg
    veel weinig meer minder meest meeste beter beste zelfde zowel samen vertel mop grap muziek weer tijd uur uren
    minuten weet weten raam gangpad zet licht lampen wekker wek herinner herinnering bel bellen stuur sturen
    bericht berichten mail lijst toevoegen verwijder verwijderen lees lezen nieuws harder zachter keuken kamer
    woonkamer huis thuis werk kantoor vergadering afspraak afspraken agenda maak maken begin beginnen open sluit
    sluiten spreek spreken praat praten hoor horen luister luisteren kijk kijken film eten avondeten lunch ontbijt
    drinken koffie water recept restaurant bestel bestellen straat stad land wereld mensen jongen meisje moeder
    vader broer zus oma opa gezin familie naam oud nieuw nieuwe groot grote klein kleine lang kort heet koud warm
    regen regent zon zonnig blij slecht rechts links nooit altijd vaak soms elke elk iedere ieder beide eigen
    leven spel spelen ding dingen hoelang hoelaat zo zulke daarom waarmee ergens nergens overal half kwart
    ongeveer minstens hoogstens maximaal per z'n 't 'n 's""",
    letters={"ĳ": 4.0, "ë": 0.5},
    countries=("NL", "BE", "SR"),
)
