"""Italian words and letters that identify the language."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.identification import Identification

IDENTIFICATION: Final = Identification(
    words="""gen ehila dic nov il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai
    agli
    alle da dal
    dallo dalla dai dalle in nel nello nella nei nelle su sul sulla per con senza fino verso tra fra e ed o ma che
    chi quale quali quando dove come perche quanto quanti quante non no si io tu lui lei noi voi loro mi ti ci vi
    mio mia miei mie tuo tua suo sua nostro nostra questo questa questi queste quello quella qui li essere sono sei
    e siamo siete era stato avere ho hai ha abbiamo avete hanno andare vado va andiamo vanno voglio vuole vogliamo
    vorrei vorremmo piacerebbe bisogno serve servono posso puo possiamo potrei potresti fare fa fammi dare dammi
    dimmi dire vedere venire cercare cerco cerca cercami trovare trova trovami mostrare mostra mostrami comprare
    prenotare prenota prenotami prenotazione viaggiare viaggio viaggi volare volo voli biglietto biglietti
    aeroporto aereo compagnia aerea valigia valigie bagaglio bagagli mano posto classe economica business prima
    economico economici piu meno diretto diretti diretta scalo scali andata ritorno tornare torno tornando
    rientro partire parto partiamo partendo partenza arrivo arrivare destinazione origine uno due tre quattro
    cinque sei sette otto nove dieci undici dodici oggi domani ieri dopodomani dopo prima adesso ora presto tardi
    sera mattina notte pomeriggio giorno giorni settimana settimane mese mesi anno anni prossimo prossima scorso
    scorsa lunedi martedi mercoledi giovedi venerdi sabato domenica gennaio febbraio marzo aprile maggio giugno
    luglio agosto settembre ottobre novembre dicembre natale pasqua persone persona adulto adulti bambino bambina
    bambini neonato figlio figlia figli moglie marito amico amici solo soltanto anche molto molta bene buono buona
    buon buongiorno buonasera grazie ciao salve arrivederci favore piacere aiuto aiutare aiutami annullare annulla
    cancellare cambiare cambia modificare modifica ritardo stato prezzo costa soldi euro gia ancora stesso
    d'accordo certo perfetto ottimo scusa scusi aspetta allora qualche alcuni nessun nessuna altro altra tutti
    tutto niente qualcosa raccontami musica barzelletta tempo ore sapere sola finestrino corridoio perso invece
    oppure vicino
    accendi accendere spegni spegnere luce luci sveglia svegliami svegliare ricorda ricordami ricordare promemoria
    chiama chiamare invia
    inviare manda mandare messaggio messaggi mail lista aggiungi aggiungere rimuovi rimuovere cancella elimina
    leggi leggere notizie radio
    volume alto basso cucina camera stanza casa lavoro ufficio riunione calendario agenda evento eventi crea
    creare inizia iniziare apri
    aprire chiudi chiudere metti mettere parla parlare ascolta ascoltare sentire guarda guardare film libro cibo
    cena pranzo colazione
    mangiare bere caffe acqua ricetta ristorante ordina ordinare vicino via strada citta paese mondo gente uomo
    donna ragazzo ragazza
    madre padre fratello sorella famiglia nome vecchio nuovo nuova nuovi grande piccolo piccola lungo caldo freddo
    pioggia piove piovere
    sole felice triste migliore peggiore destra sinistra mai sempre spesso volte volta ogni entrambi proprio sotto
    sopra tra contro cosa
    cose vita suona suonare riproduci musica mostra racconta qual quali c'e erano sarebbe sara stanno cio dunque
    cosi poiche niente tutta
    tutte essi esse chi cui ne ci questa quello sul sulle nelle nei dalle alle""",
    letters={"è": 1.5, "ù": 1.5, "ò": 3.0, "ì": 3.0, "à": 1.0, "é": 0.1},
    countries=("IT",),
)
