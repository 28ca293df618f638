"""Portuguese patterns that recognize requests, references and roles in a message."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import CuePatterns, MessagePatterns

# Patterns are matched on lower-case text without accents; see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(escalas?|paradas?|conex(ao|oes)|paragens|paragem|trocas?|baldeac(ao|oes))"
_CUES: Final[CuePatterns] = {
    "companions": r"(vem|vai|vao|ira|viaja|embarca) (comigo|connosco|conosco|com a gente|junto|tambem)|(tambem|"
    r"junto) (vem|vai|vao|viaja)|(acrescenta|adiciona|inclu[ia]|junta|bota|poe)( ai)?( tambem)? (o|a|os|as|meu|"
    r"minha|mais)|esqueci[- ](me )?d[ao]s?|(vai|viaja) (ao|no) colo",
    "thanks": r"vlw|brigadissim[oa]|"
    r"(muito |mt |mto )?(obrigad[oa]s?|brigad(ao|inh[oa]|[oa])|obg)|valeu|agradecid[oa]|agradeco",
    "first_class": r"(em|na) primeira( classe)?(?= ?$|[.,!?])|primeira classe",
    "flight": r"voos?|voar|passage(m|ns)( aereas?)?|avia(o|oes)|bilhetes?",
    "cheaper": r"(mais|algo|nada mais) (barat[oa]s?|em conta|economic[oa]s?|acessive(l|is))|menos car[oa]s?|"
    r"car[oa]s?( demais)?|(preco|tarifa)s? (mais baix[oa]s?|menor(es)?|"
    r"melhor(es)?)|(menor|melhor|baixar o) preco|baratinh[oa]s?|custe menos",
    "cheapest": r"[oa]s? mais (barat[oa]s?|em conta|economic[oa]s?)|(voos?|passage(m|ns)|bilhetes?) barat[oa]s?|"
    r"[oa] menos car[oa]|menor preco|preco mais baixo",
    "dropouts": r"(?:ja |afinal |no fim |tambem )*nao (?:vem|vai|vao|viaja|viajam|pode ir|podem ir|pode vir|"
    r"podem vir)(?: mais)?(?= ?$|[,.!;]| (?:connosco|conosco|com|afinal|entao|mais|e|porque))|(?:desistiu|"
    r"desistiram)|(?:fica|ficam) em casa|sem (?:o meu|a minha|os meus|as minhas|meu|minha|meus|minhas|o|a|"
    r"os|as) \w+",
    "earlier": r"(saia|saiam|sai|parta|sair) (um pouco )?antes\b(?! d)|"
    r"mais cedo|antes (disso|desse|deste)\b|(muito|tao|demasiado) tarde\b|tarde demais",
    "earliest": r"[oa] mais cedo|o primeiro voo do dia|o quanto antes",
    "later": r"mais tarde|depois (disso|desse|deste)\b|(muito|tao|demasiado) cedo\b|cedo demais",
    "latest": r"[oa] mais tarde|o ultimo voo do dia",
    "faster": r"mais (rapid[oa]s?|curt[oa]s?)|menos demorad[oa]s?|menos tempo|(muito|tao|demasiado) (longo|"
    r"longa|demorad[oa])|"
    r"demora (muito|demais)",
    "fastest": r"[oa]s? mais (rapid[oa]s?|curt[oa]s?)",
    "direct": r"(so |apenas |somente )?(voos? )?diret[oa]s?( apenas| somente)?|sem (nenhuma |qualquer |fazer )?"
    + _STOPOVER
    + r"|nao quero "
    + _STOPOVER,
    "any_stops": r"com "
    + _STOPOVER
    + r" (tudo bem|tambem|pode ser|serve)|(pode|podem) (ter|ser com|fazer) "
    + _STOPOVER
    + r"|nao (precisa|tem que|tem de|precisam?) ser diret[oa]s?|nao me importo com "
    + _STOPOVER
    + r"|"
    + _STOPOVER
    + r" (tudo bem|pode ser|nao (faz|fazem) mal|nao me incomodam?)",
    "flexible_dates": r"(mais[ /]?ou menos|\+ ?/? ?-|±) ?\w+ dias?|mais dia,? menos dia|"
    r"\w+ dias? (para cima ou para baixo|a mais ou a menos|mais ou menos)|(o dia|a data) (e|me e|"
    r"nos e) (indiferente|igual)|qualquer (dia|data)( serve)?|tanto faz o dia|quando (e|"
    r"fica) mais barato|"
    r"(dias?|datas?)( \w+){0,2} mais (barat[oa]s?|em conta|economic[oa]s?)|"
    r"mais barat[oa]( \w+){0,2} (noutr[oa]|outr[oa]|em outr[oa])s? "
    r"(dias?|datas?)|(noutr[oa]|outr[oa])s? (dias?|datas?)( \w+){0,3} (mais )?barat[oa]s?|(qual|que) (o |"
    r"a )?(dia|data)( \w+){0,3} barat[oa]|"
    r"flexive(l|is)",
    "multi_city": r"multi[- ]?(destino|cidade|trecho)s?|varias cidades|varios (destinos|trechos)|depois (para|pra)|"
    r"(e )?(de la|dai|dali)( \w+)? (para|pra|a)",
    "day_after": r"(?:no |o |um )?(?:dia seguinte|dia depois|dia mais tarde|outro dia\b(?! da semana))|"
    r"no proximo dia\b(?! \d)",
    "day_before": r"(?:no |o |um )?(?:dia anterior|dia antes|dia mais cedo)|na vespera",
    "week_after": r"(?:na |a |uma )?semana (?:seguinte|depois|mais tarde)",
    "week_before": r"(?:na |a |uma )?semana (?:anterior|antes|mais cedo)",
    "round_trip": r"ida e (de )?volta|ida e regresso|ida-e-volta|com (a )?(volta|regresso|retorno)|"
    r"(passagem|bilhete|voo) de (volta|regresso)|nos dois sentidos|(os )?dois sentidos|(as )?duas direc?oes",
    "one_way": r"(a volta|o regresso) (nao (precis\w+|e precis[oa]|faz falta)|ja nao)|dispens\w+ (a volta|"
    r"o regresso)|(a volta|o regresso) (a gente |nos )?nao (precisa|quer)|"
    r"(tira|tire|remove|remova|cancela|cancele) (a |o )(volta|regresso|retorno)|"
    r"(so|apenas|somente) (a |de )?ida|(voo|passagem|bilhete) de ida\b(?! e)|sem (a )?(volta|"
    r"regresso|retorno)|"
    r"nao (preciso|quero|precisamos|queremos) (de |da |a |do )*(volta|regresso|retorno|voltar|regressar)|"
    r"esquec[ea] (a |o )(volta|regresso|retorno)|so ida",
    "start_over": r"(comecar|comeca|comece|recomecar|recomeca|recomece|recomecamos|comecamos)( tudo)?( de novo|"
    r" do zero| do inicio| outra vez| "
    r"novamente)?(?<!comecar)(?<!comeca)(?<!comece)|nova (busca|pesquisa|procura)|(esquec[ea]|apaga|"
    r"apague) tudo|do zero|"
    r"(outra|nova) viagem|reiniciar|reinicia",
    "swap": r"(o |ao )?(contrario|inverso)|sentido (contrario|inverso)|(troca|troque|trocar|inverte|inverter|"
    r"inverta) (as cidades|a "
    r"origem|os dois|a rota)",
    "more": r"(mais|outr[oa]s) (opc(ao|oes)|voos|ofertas|alternativas|resultados)|(mostra|mostre|ver|tem|"
    r"ha)( me)? (mais|"
    r"outr[oa]s)( opc(ao|oes)| voos)?\s*$|o que mais|que mais ha",
    "relist": r"(mostra|mostre|repete|repita)( me)?( as| os| a)? (opc(ao|oes)|voos|lista|ofertas)( de novo|"
    r" outra vez)?",
    "with_bag": r"(so |apenas )?com (uma |a |minha )?(mala( despachada| incluida| de porao)?|bagagem( despachada|"
    r" de porao| incluida)?)",
    "any_bag": r"sem (mala|bagagem)( despachada| de porao)? (tambem )?(esta bem|serve|tudo bem|esta bom|pode ser)|"
    r"(ja )?nao (preciso|precisa) (de |da )?(mala|bagagem)|com ou sem (mala|bagagem)",
    "refundable": r"(so |apenas )?((tarifas|bilhetes|voos|ofertas|passagens) )?(reembolsave(l|is)|flexiveis)",
    "any_refund": r"nao reembolsavel (tambem )?(esta bem|serve|tudo bem|esta bom|pode ser)|nao (precisa|tem) (de |"
    r"que )?ser (reembolsavel|flexivel)|reembolsavel ou nao",
    "best_first": r"(em )?qualquer ordem|(a )?ordem (nao (me )?importa|tanto faz)|o melhor primeiro|"
    r"(os |as )?melhores( voos| ofertas)? primeiro|(ordena\w* )?por recomendacao",
    "any_airline": r"qualquer (companhia|cia)( aerea)?|(a )?(companhia|cia)( aerea)?( \w+){0,2} (tanto faz|"
    r"nao importa|e indiferente|e igual)|"
    r"(tanto faz|nao (me )?importa|nao interessa) (a |qual |com que )?(companhia|cia)",
    "details": r"quanto (tempo )?(dura|demora)|a que horas? (chega|sai|parte|decola|aterra|pousa)|"
    r"que horas? (chega|sai|parte)|"
    r"(mais )?detalhes|qual (e )?a companhia|numero do voo|quanto (custa|fica|sai|e)\b",
    "book": r"(reserva|reserve|reservar|compra|compre|comprar)( esse| este| o| a| isso| ele)?\s*[!.]*$|"
    r"(reserva|reserve|reservar|"
    r"compra|compre|comprar) (esse|este|o|a|isso|ele)\b|fico com (ele|esse|este)",
    "summary_request": r"o que (voce |tu )?(entendeu|entendeste|sabe|sabes)|resum(o|a|e|ir)\b|"
    r"onde (e que )?(estavamos|ficamos)",
    "morning": r"(de|da|pela|na|durante a|a) manha\b(?! (seguinte|cedo e))|voos? matinal|matinais|manhazinha",
    "afternoon": r"(de|da|a|pela|na|durante a|depois do almoco|a) tarde\b(?<!boa tarde)(?<!mais tarde)|"
    r"depois do almoco",
    "evening": r"(de|da|a|pela|na|durante a) noite\b(?<!boa noite)|hoje a noite|depois do trabalho",
    "any_price": r"(esquec[ea]|tira|tire|remove|remova|sem) (o )?(orcamento|limite( de preco)?|teto)|"
    r"(o )?preco (nao importa|tanto faz)|qualquer preco",
    "any_time": r"nao me importo com (a hora|o horario)|"
    r"(a )?qualquer hora|(a )?hora (tanto faz|nao importa)|qualquer horario|"
    r"(o )?horario (tanto faz|nao importa)",
    "select": r"(ficar com|"
    r"quero|queria|fico com|fica com|vou (com|querer|ficar com)|prefiro|escolho|pode ser|vamos (com|"
    r"de)|levo|leva|"
    r"reserva|reserve|gosto d[oa])( [oa])?|escolher|selecion(o|ar)",
    "injection": r"(ignor\w*|esquec\w*|desconsider\w*|desrespeit\w*)\b.{0,40}\b(instruc(ao|oes)|regras?|prompt|"
    r"ordens|diretrizes)|"
    r"(agora )?(voce e|tu es) agora\b|finj[ae] (ser|que)|(revel\w*|mostr\w*|repet\w*|imprim\w*|diz|"
    r"diga)\b.{0,30}\b(prompt|"
    r"tuas instrucoes|suas instrucoes)",
}

_EXCLUDED = (
    r"(sem( a| o| ser)?|nao( com| pela| pel[oa]| na| n[oa]| quero( voar)?( com| pela| n[oa])?| gosto d[ae])?|"
    r"menos|exceto|excepto|"
    r"evit(ar|e|a|ando)|fora|tirando|tira(r)?|tire|corta(r)?|elimina(r)?|esquece|descarta(r)?|"
    r"nao me (ponha|poe|coloque|bota|meta)[s]?( n?[oa])?|qualquer uma menos|nada de|odeio|detesto|nem( com| pela)?)"
)
# Before a time of day: the earliest or the latest departure.
_AFTER_TIME = r"(depois d[aeo]s?|a partir d[aeo]s?|apos as?|nao antes d[aeo]s?)"
_BEFORE_TIME = r"(antes d[aeo]s?|ate as?|nao depois d[aeo]s?)"
# Words that add an adult, and words that show that adults are counted, not only children.
_EXTRA_ADULT = (
    r"mais (um|uma|1) (adulto|adulta|pessoa|passageir[oa])|(outr[oa]) (adulto|pessoa|passageir[oa])|(um|"
    r"uma|1) (adulto|pessoa|passageir[oa]) a? ?mais"
)
_ADULTS_MENTIONED = r"adult[oa]s?|\beu\b|\bnos\b|\bmim\b|\bminha\b|\bmeu"

_ARTICLE = r"(o|a|os|as|um|uma|da|do|na|no)"
_ORIGIN = r"(de|do|da|desde|sai(r|ndo)( de)?|part(ir|indo|ida)( de)?|origem)"
_DESTINATION = r"(para|pra|pro|p'?ra|ate|a|ao|destino|cheg(ar|ando)( a| em)?|rumo a)"
# Before a place where the traveller stays, and words of the return flight.
_STAY_IN = (
    r"(estar|ferias|fim de semana|fds|semana|dias?|escapad(a|inha)|viagem|casamento|"
    r"conferencia|reuniao|natal|reveillon|"
    r"lua de mel|descanso|passar [\w ]{1,20}) (a|em|no|na|ao)"
)
_RETURN = r"volta|regress|retorn"
# Before the number of passengers.
_PASSENGER_COUNT = r"(somos|smos|seremos|vamos|viajamos|a gente (vai|e|sera)|sao|vao)( agora| ja| so)?( em| ser)?"
_DEPARTURE = r"(sai|part|ida\b|embar|viaj)"

_ORDINALS = (
    r"d[eo] (cima|topo)|primeir[oa]|1\s?[ºªoa°]|numero um|opcao um",
    r"segund[oa]\b(?!-feira| feira)|2\s?[ºªoa°]|numero dois|opcao dois",
    r"terceir[oa]|3\s?[ºªoa°]|numero tres|opcao tres",
    r"quart[oa]\b(?!-feira| feira)|4\s?[ºªoa°]|numero quatro|opcao quatro",
    r"quint[oa]\b(?!-feira| feira)|5\s?[ºªoa°]|numero cinco|opcao cinco",
    r"sext[oa]\b(?!-feira| feira)|6\s?[ºªoa°]|numero seis|opcao seis",
    r"setim[oa]|7\s?[ºªoa°]|numero sete|opcao sete",
    r"oitav[oa]|8\s?[ºªoa°]|numero oito|opcao oito",
)
_LAST_ORDINAL = r"[oa]? ?ultim[oa]"
_OFFER_NUMBER = (
    r"(?:(?:quero|com|escolho|prefiro|levo|manda|reserva) a|numero|opcao|voo|oferta|n\.?[ºo°]|#)\s*(\d{1,2})\b"
)
_NOT_ORDINAL = (
    r"primeira classe|primeiro (de|dia)|em primeiro lugar|(na|para|ate|nesta|esta|proxima|"
    r"d[ea]) (proxima )?(segunda|terca|quarta|quinta|"
    r"sexta)|um segundo|(segunda|terca|quarta|quinta|sexta)(-| )feira|segunda que vem|quinta que vem|"
    r"quarta que vem|sexta que vem"
)
_OFFER_REFERENCE = (
    r"\b(voo|opcao|oferta|esse|este|aquele|essa|esta|aquela)\b|\b[oa] (d[aeo]|que|das|mais|primeir|segund|"
    r"terceir|quart|quint|ultim)"
)
# Nouns of a flight.
_FLIGHT_NOUN = r"voos?|passagem aerea|passagens aereas|avi(?:ao|oes)"
# Words of a sentence about flights or offers.
_FLIGHT_TALK = (
    r"voos?|voar|voe|voam|voa|passage(?:m|ns)|avi(?:ao|oes)|embarque|embarca|partidas?|chegadas?|decola\w*|"
    r"pousa\w*|aterra|(?:sai|parte|chega) (?:as?|ao|de|em|no|na)|(?:primeir|segund|terceir|quart|quint|"
    r"ultim)[oa] (?:voo|opcao|oferta)|opc(?:ao|oes)|ofertas?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
_BESIDE_TRIP = (
    r"(?:que|o|como esta o|faz|bom) tempo|clima|(?:faz|fazer|esta|muito|ta) (?:muito |tao )?(?:frio|calor|quente)|"
    r"chov\w*|chuva|neva\w*|neve|temperaturas?|levar na mala|por na mala|(?:roupas?|casaco) (?:levar|usar|vestir)|"
    r"que roupas?|casaco|guarda-chuva|vale a pena (?:ver|visitar|conhecer|fazer)|(?:posso|podemos|para|ha|tem|"
    r"da para) (?:para |pra |de |que )?(?:ver|visitar|comer|fazer em)|atrac(?:ao|oes)|museus?|entrada|praias?|parques?|"
    r"restaurantes?|comida|cafe|cerveja|jantar|almoco|hote(?:l|is)|hostels?|onde ficar|metro|taxis?|autocarros?|"
    r"onibus|comboios?|trens?|alugar (?:um )?carro|(?:chego|chegar|vou|ir) d\w+ (?:\w+ ){1,4}(?:ao centro|"
    r"a cidade|ao hotel|para o centro|ate o centro|ate ao centro)|capital|populacao|habitantes|"
    r"diferenca (?:horaria|de horas?|de fuso)|fuso|linguas?|idiomas?|fala-se|vistos?|passaporte|vacinas?|"
    r"segur[oa]|gorjetas?|tomadas?|adaptador|cambio|historia|festivais|prefeito|presidente|longe (?:e|fica)|"
    r"distancia"
)
# Words around a price; a number after them is one.
_PRICE_WORDS = r"custa\w*|prec(?:o|os)|pagar|paga|por apenas|fica por"
# Nouns that count stops.
_STOP_WORDS = r"escalas?|paradas?|paragens|paragem|conex(?:ao|oes)"
# Words of how long a flight takes.
_DURATION_WORDS = r"dura\w*|demora\w*|leva|duracao"
# Words of paying and booking.
_PAYMENT = (
    r"numero d[oe] (?:seu )?cartao|pag(?:ar|ue|a|amento|amentos|uem)|transfir\w*|transferencia|deposit\w*|"
    r"compr(?:e|ar|a)|reserv(?:e|ar|a)"
)
# Accounts and ways to pay.
_PAYMENT_DETAILS = (
    r"numero d[oe] (?:seu )?cartao|dados d[oe] (?:seu )?cartao|conta bancaria|pix|mb ?way|iban|bitcoins?|"
    r"paypal"
)

PATTERNS: Final = MessagePatterns(
    cues=_CUES,
    excluded=_EXCLUDED,
    origin=_ORIGIN,
    destination=_DESTINATION,
    stay_in=_STAY_IN,
    return_=_RETURN,
    passenger_count=_PASSENGER_COUNT,
    departure=_DEPARTURE,
    article=_ARTICLE,
    ordinals=_ORDINALS,
    last_ordinal=_LAST_ORDINAL,
    offer_number=_OFFER_NUMBER,
    not_ordinal=_NOT_ORDINAL,
    offer_reference=_OFFER_REFERENCE,
    after_time=_AFTER_TIME,
    before_time=_BEFORE_TIME,
    extra_adult=_EXTRA_ADULT,
    adults_mentioned=_ADULTS_MENTIONED,
    flight_noun=_FLIGHT_NOUN,
    flight_talk=_FLIGHT_TALK,
    beside_trip=_BESIDE_TRIP,
    price_words=_PRICE_WORDS,
    stop_words=_STOP_WORDS,
    duration_words=_DURATION_WORDS,
    payment=_PAYMENT,
    payment_details=_PAYMENT_DETAILS,
)
