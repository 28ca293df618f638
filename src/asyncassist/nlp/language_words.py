"""Words that identify a language: function words and the vocabulary of travel and conversation.

Accents and case are ignored. A word may belong to several languages; its weight is then shared among them.
"""

from __future__ import annotations

from typing import Final

LANGUAGE_WORDS: Final[dict[str, str]] = {
    "en": """biz nov dec xmas the a an and or but of to in on at for from by with without about into out up down over
        under is are was
        were be been being am do does did done have has had having i me my mine we us our you your he she it its they
        them their this that these those there here who what which when where why how much many not no yes yeah yep
        nope ok okay please thanks thank thx hello hi hey good morning afternoon evening night bye goodbye see later
        can could will would shall should may might must want wanna need needs like love get got give find show tell
        know think look looking search book booking buy make take go going gone come coming back leave leaving left
        arrive arriving return returning fly flying flight flights ticket tickets trip travel traveling travelling
        airport airline airlines luggage baggage bag bags suitcase seat seats class economy business first cheap
        cheapest cheaper direct nonstop stop stops one two three four five six seven eight nine ten eleven twelve
        today tomorrow yesterday tonight now soon next last week weekend month year day days monday tuesday wednesday
        thursday friday saturday sunday january february march april june july august september october november
        december spring summer autumn winter people person adult adults child children kid kids baby infant wife
        husband friend friends just only also too very really actually instead any some all more most less other
        another same different cancel change help check carry lost delayed status way round price cost money dollars
        pounds because if then than so as after before until between during through sorry sure great perfect fine
        something anything nothing everything someone anyone let lets don't i'd i'm i'll that's it's what's whats
        where's christmas easter late early somewhere warm sounds right wrong alone solo window aisle meal reservation
        refund name passport boarding gate weather joke song play music time hours minutes
        turn off lights light set alarm wake remind reminder call email emails send message list lists add remove
        delete read news podcast volume
        louder quiet kitchen room house home work office meeting calendar event events schedule create start begin
        open close put keep
        tell ask answer question say said talk speak listen hear watch movie show shows film book books food dinner
        lunch breakfast eat
        drink coffee water recipe restaurant pizza order near nearest here around street city town country world
        people man woman boy girl
        mother father brother sister family name old new big small long short high low hot cold rain sunny warm happy
        sad nice bad better
        best worst right left first last never always sometimes often again still already yet even ever each every
        both few own
        under above below between against next again thing things way life time times year night today's tell's
        doesn't didn't isn't
        aren't won't can't couldn't wouldn't i've you're they're we're he's she's let's there's who's how's could've""",
    "pt": """capital dez vlw oq vc do da pra o os a as um uma uns umas de do da dos das em no na nos nas por pelo pela
        para pra pro com sem sobre ate e
        ou mas que quem qual quais quando onde como porque quanto quantos quantas nao sim eu tu ele ela nos voce voces
        eles elas me te se lhe meu minha meus minhas seu sua nosso nossa este esta esse essa isso isto aquele aquela
        aqui ali la ser sou e somos sao era foi estar estou esta estamos estao ter tenho tem temos tinha ir vou vai
        vamos fui quero quer queremos queria gostaria gosto preciso precisa precisamos posso pode podem poderia fazer
        faz dar dizer ver vem vir procurar procuro procura buscar encontrar achar mostrar mostre marcar marque comprar
        reservar reserva reserve viajar viagem viagens voar voo voos passagem passagens bilhete bilhetes aeroporto
        aviao companhia aerea mala malas bagagem mao assento lugar classe economica executiva primeira barato barata
        baratos mais menos direto direta diretos escala escalas paragem ida volta regresso retorno saida saindo sair
        partindo partir partida chegada chegar chegando destino origem um dois duas tres quatro cinco seis sete oito
        nove dez onze doze hoje hj amanha ontem depois antes agora logo cedo tarde noite manha dia dias semana semanas
        mes meses ano anos proximo proxima que passado passada segunda terca quarta quinta sexta sabado domingo feira
        janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro natal pascoa pessoas
        pessoa adulto adultos crianca criancas bebe bebes filho filha filhos esposa marido mulher amigo amigos so
        somente apenas tambem muito muita muitos bem bom boa obrigado obrigada ola oi ei tchau adeus ate bom dia boa
        tarde boa noite favor ajuda ajudar ajude cancelar cancele mudar mude alterar trocar remarcar atrasado status
        preco custa quanto dinheiro reais euros ja ainda isso mesmo certo claro perfeito otimo pode ser desculpa
        desculpe espera entao alguma algum nenhum nenhuma outro outra todos tudo nada algo eh ta tudo conta musica
        piada tempo hora horas fim saber sozinho sozinha gente janela corredor perdi quantos
        ligar liga ligue desligar desligue luz luzes alarme acordar acorde lembrar lembre lembrete mandar mande enviar
        envie mensagem lista
        adicionar adicione remover remova apagar apague ler leia noticias radio volume alto baixo cozinha quarto sala
        casa trabalho escritorio
        reuniao calendario agenda evento criar crie comecar abrir abra fechar feche por colocar coloque diga fale
        falar ouvir escutar assistir
        filme livro comida jantar almoco comer beber cafe agua receita restaurante pedir peca perto rua cidade pais
        mundo homem mulher menino
        menina mae pai irmao irma familia nome velho novo nova grande pequeno longo alto quente frio chuva chover sol
        feliz triste melhor
        pior direita esquerda nunca sempre vezes vez outra cada ambos proprio abaixo acima entre contra coisa coisas
        vida faca tocar toque toca
        mostra conte conta qual e ha havia fosse seria estao sera vao tinha isso aquilo pelos pelas num numa deste
        desta nesse nessa neste
        nesta dele dela deles delas ja voces tenha tinham foram quando onde quem""",
    "es": """capital dic onda kiero dsd desde wenas sur norte el los la las un una unos unas de del al en por para con
        sin sobre hasta desde y e o u pero que quien cual
        cuales cuando donde como porque cuanto cuantos cuantas no si yo tu usted ustedes ella ellos ellas nosotros me
        te se le les nos mi mis su sus nuestro nuestra este esta estos estas ese esa eso esto aquel aqui alli ser soy
        es somos son era fue estar estoy esta estamos estan tener tengo tiene tenemos ir voy va vamos fui ire quiero
        quiere queremos quisiera querria gustaria necesito necesita necesitamos puedo puede pueden podria hacer hace
        hazme dar dame dime decir ver buscar busco busca buscame encontrar encuentra mostrar muestra muestrame comprar
        reservar reserva reservame viajar viaje viajes volar vuelo vuelos pasaje pasajes billete billetes boleto
        boletos aeropuerto avion aerolinea maleta maletas equipaje mano asiento clase turista economica ejecutiva
        primera barato barata baratos mas menos directo directa directos escala escalas ida vuelta regreso regresar
        volver vuelvo saliendo salir salida salgo llegada llegar llegando destino origen uno dos tres cuatro cinco
        seis siete ocho nueve diez once doce hoy manana ayer despues antes ahora luego pronto temprano tarde noche dia
        dias semana semanas mes meses ano anos proximo proxima siguiente pasado pasada lunes martes miercoles jueves
        viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre
        noviembre diciembre navidad pascua personas persona adulto adultos nino nina ninos bebe bebes hijo hija hijos
        esposa marido mujer amigo amigos solo solamente tambien muy mucho mucha bien bueno buena buenos buenas gracias
        hola adios chao dias tardes noches favor ayuda ayudar ayudame cancelar cancela cambiar cambia modificar
        retrasado estado precio cuesta cuanto dinero pesos euros ya todavia mismo vale claro perfecto genial disculpa
        perdon espera entonces alguno alguna ningun ninguna otro otra todos todo nada algo cuentame musica chiste
        tiempo hora horas saber ojala ventana pasillo perdi he ha han hemos hay fin
        encender enciende encienda apagar apaga apague luz luces alarma despertar despierta despiertame recordar
        recuerda recuerdame recordatorio
        llamar llama enviar envia manda mandar mensaje correo correos lista anadir anade agregar agrega quitar quita
        borrar borra leer lee
        noticias radio volumen alto bajo cocina cuarto habitacion casa trabajo oficina reunion calendario agenda
        evento eventos crear crea
        empezar empieza abrir abre cerrar cierra poner pon ponme decir hablar habla escuchar oir mirar pelicula libro
        comida cena almuerzo
        desayuno comer beber cafe agua receta restaurante pedir pide cerca calle ciudad pais mundo gente hombre mujer
        nino nina madre padre
        hermano hermana familia nombre viejo nuevo nueva grande pequeno largo caliente frio calor lluvia llover sol
        feliz triste mejor peor
        derecha izquierda nunca siempre veces vez otra cada ambos propio bajo entre contra cosa cosas vida haz tocar
        toca reproduce muestra
        cuenta cual hay habia fuera seria estan sera van tenia eso aquello pues asi donde quien hacia unos sido han he
        hemos tiempo
        hago puedo puedes creo equipaje tabla""",
    "fr": """slt dec le la les l un une des de du d au aux a en dans sur sous par pour avec sans chez vers jusque
        jusqu depuis
        et ou mais que qu qui quel quelle quels quelles quand comment pourquoi combien ne n pas non oui si je j tu il
        elle on nous vous ils elles me m te t se s lui leur mon ma mes ton ta tes son sa ses notre nos votre vos ce c
        cet cette ces cela ca ici la etre suis es est sommes etes sont etait ete avoir ai as avons avez ont aller vais
        va allons allez vont veux veut voulons voulez voudrais voudrait voudrions aimerais aimerions besoin peux peut
        pouvez pourriez pouvons faire fais fait faites donner donne donnez dire dites voir venir chercher cherche
        cherchez trouver trouve trouvez montrer montre montrez acheter reserver reserve reservez reservation voyager
        voyage voyages voler vol vols billet billets aeroport avion compagnie aerienne valise valises bagage bagages
        cabine siege place classe economique eco affaires premiere pas cher chere chers moins plus direct directs
        directe escale escales retour allers aller simple rentrer partir pars part partons partant depart arrivee
        arriver arrivant destination origine un deux trois quatre cinq six sept huit neuf dix onze douze aujourd hui
        demain hier apres avant maintenant bientot tot tard soir matin nuit midi jour jours semaine semaines mois an
        ans annee prochain prochaine dernier derniere lundi mardi mercredi jeudi vendredi samedi dimanche janvier
        fevrier mars avril mai juin juillet aout septembre octobre novembre decembre noel paques personnes personne
        adulte adultes enfant enfants bebe bebes fils fille femme mari ami amis seulement juste aussi tres beaucoup
        bien bon bonne merci bonjour bonsoir salut revoir plait stp svp aide aider aidez annuler annule annulez changer
        change modifier retarde statut prix coute argent euros deja encore meme accord parfait super desole attends
        alors quelque chose aucun aucune autre autres tous tout toute rien raconte musique blague temps heure heures
        savoir seul seule fenetre couloir perdu est-ce voici voila moi toi
        allumer allume allumez eteindre eteins eteignez lumiere lumieres alarme reveiller reveille rappeler rappelle
        rappel appeler appelle
        envoyer envoie envoyez message mail mails courriel liste ajouter ajoute ajoutez supprimer supprime enlever
        enleve lire lis lisez
        nouvelles actualites radio volume fort bas cuisine chambre salon maison travail bureau reunion calendrier
        agenda evenement evenements
        creer cree commencer commence ouvrir ouvre fermer ferme mettre mets mettez parler parle ecouter ecoute
        entendre regarder film livre
        nourriture diner dejeuner manger boire cafe eau recette restaurant commander commande pres rue ville pays
        monde gens homme garcon
        mere pere frere soeur famille nom vieux nouveau nouvelle nouvelles grand grande petit petite long chaud froid
        pluie pleuvoir pleut
        soleil heureux triste meilleur meilleure pire droite gauche jamais toujours souvent fois chaque propre dessous
        entre contre chose
        choses vie jouer joue jouez musique montre combien fait-il etaient serait sera sont y dont cela celui celle
        ceux leurs aussi ainsi
        donc parce rien tous toutes toute lors quoi est-il a-t-il puis
        trop ton appli genial super truc""",
    "de": """moin hoi servus gruezi dez nov hallochen der die das den dem des ein eine einen einem einer eines und
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
    "it": """ehila dic nov il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai agli
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
}
