"""Portuguese dialogue data, of Brazil and Portugal: patterns that recognize cues and phrases of the replies."""

from __future__ import annotations

# Patterns are matched on lower-case text without accents; see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(escalas?|paradas?|conex(ao|oes)|paragens|paragem|trocas?|baldeac(ao|oes))"
CUES = {
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
    "flexible_dates": r"(dias?|datas?)( \w+){0,2} mais (barat[oa]s?|em conta|economic[oa]s?)|"
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
    "any_price": r"(esquec[ea]|tira|tire|remove|remova|sem) (o )?(orcamento|limite( de preco)?)|"
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

EXCLUDED = (
    r"(sem( a| o| ser)?|nao( com| pela| pel[oa]| na| n[oa]| quero( voar)?( com| pela| n[oa])?| gosto d[ae])?|"
    r"menos|exceto|excepto|"
    r"evit(ar|e|a|ando)|fora|tirando|tira(r)?|tire|corta(r)?|elimina(r)?|esquece|descarta(r)?|"
    r"nao me (ponha|poe|coloque|bota|meta)[s]?( n?[oa])?|qualquer uma menos|nada de|odeio|detesto|nem( com| pela)?)"
)
# Before a time of day: the earliest or the latest departure.
AFTER_TIME = r"(depois d[aeo]s?|a partir d[aeo]s?|apos as?|nao antes d[aeo]s?)"
BEFORE_TIME = r"(antes d[aeo]s?|ate as?|nao depois d[aeo]s?)"
# Words that add an adult, and words that show that adults are counted, not only children.
EXTRA_ADULT = (
    r"mais (um|uma|1) (adulto|adulta|pessoa|passageir[oa])|(outr[oa]) (adulto|pessoa|passageir[oa])|(um|"
    r"uma|1) (adulto|pessoa|passageir[oa]) a? ?mais"
)
ADULTS_MENTIONED = r"adult[oa]s?|\beu\b|\bnos\b|\bmim\b|\bminha\b|\bmeu"

ARTICLE = r"(o|a|os|as|um|uma|da|do|na|no)"
ORIGIN = r"(de|do|da|desde|sai(r|ndo)( de)?|part(ir|indo|ida)( de)?|origem)"
DESTINATION = r"(para|pra|pro|p'?ra|ate|a|ao|destino|cheg(ar|ando)( a| em)?|rumo a)"
# Before a place where the traveller stays, and words of the return flight.
STAY_IN = (
    r"(estar|ferias|fim de semana|fds|semana|dias?|escapad(a|inha)|viagem|casamento|"
    r"conferencia|reuniao|natal|reveillon|"
    r"lua de mel|descanso|passar [\w ]{1,20}) (a|em|no|na|ao)"
)
RETURN = r"volta|regress|retorn"
# Before the number of passengers.
PASSENGER_COUNT = r"(somos|seremos|vamos|viajamos|a gente (vai|e|sera)|sao|vao)( agora| ja| so)?( em| ser)?"
DEPARTURE = r"(sai|part|ida\b|embar|viaj)"

ORDINALS = (
    r"d[eo] (cima|topo)|primeir[oa]|1\s?[ºªoa°]|numero um|opcao um",
    r"segund[oa]\b(?!-feira| feira)|2\s?[ºªoa°]|numero dois|opcao dois",
    r"terceir[oa]|3\s?[ºªoa°]|numero tres|opcao tres",
    r"quart[oa]\b(?!-feira| feira)|4\s?[ºªoa°]|numero quatro|opcao quatro",
    r"quint[oa]\b(?!-feira| feira)|5\s?[ºªoa°]|numero cinco|opcao cinco",
    r"sext[oa]\b(?!-feira| feira)|6\s?[ºªoa°]|numero seis|opcao seis",
    r"setim[oa]|7\s?[ºªoa°]|numero sete|opcao sete",
    r"oitav[oa]|8\s?[ºªoa°]|numero oito|opcao oito",
)
LAST_ORDINAL = r"[oa]? ?ultim[oa]"
OFFER_NUMBER = (
    r"(?:(?:quero|com|escolho|prefiro|levo|manda|reserva) a|numero|opcao|voo|oferta|n\.?[ºo°]|#)\s*(\d{1,2})\b"
)
NOT_ORDINAL = (
    r"primeira classe|primeiro (de|dia)|em primeiro lugar|(na|para|ate|nesta|esta|proxima|"
    r"d[ea]) (proxima )?(segunda|terca|quarta|quinta|"
    r"sexta)|um segundo|(segunda|terca|quarta|quinta|sexta)(-| )feira|segunda que vem|quinta que vem|"
    r"quarta que vem|sexta que vem"
)
OFFER_REFERENCE = (
    r"\b(voo|opcao|oferta|esse|este|aquele|essa|esta|aquela)\b|\b[oa] (d[aeo]|que|das|mais|primeir|segund|"
    r"terceir|quart|quint|ultim)"
)
# Nouns of a flight.
FLIGHT_NOUN = r"voos?|passagem aerea|passagens aereas|avi(?:ao|oes)"
# Words of a sentence about flights or offers.
FLIGHT_TALK = (
    r"voos?|voar|voe|voam|voa|passage(?:m|ns)|avi(?:ao|oes)|embarque|embarca|partidas?|chegadas?|decola\w*|"
    r"pousa\w*|aterra|(?:sai|parte|chega) (?:as?|ao|de|em|no|na)|(?:primeir|segund|terceir|quart|quint|"
    r"ultim)[oa] (?:voo|opcao|oferta)|opc(?:ao|oes)|ofertas?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
BESIDE_TRIP = (
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
# Words that begin a question.
QUESTION_START = (
    r"o que|qual|quais|quando|onde|quem|como|quanto|quantos|quantas|por que|porque|faz|ha|tem|vale|esta|"
    r"sera|posso|podemos|preciso|e preciso"
)
# Words around a price; a number after them is one.
PRICE_WORDS = r"custa\w*|prec(?:o|os)|pagar|paga|por apenas|fica por"
# Nouns that count stops.
STOP_WORDS = r"escalas?|paradas?|paragens|paragem|conex(?:ao|oes)"
# Words of how long a flight takes.
DURATION_WORDS = r"dura\w*|demora\w*|leva|duracao"
# Words of paying and booking.
PAYMENT = r"pag(?:ar|ue|a|amento|amentos|uem)|transfir\w*|transferencia|deposit\w*|compr(?:e|ar|a)|reserv(?:e|ar|a)"
# Accounts and ways to pay.
PAYMENT_DETAILS = r"numero d[oe] (?:seu )?cartao|dados d[oe] (?:seu )?cartao|conta bancaria|pix|iban|bitcoins?|paypal"
# Words beside an ordinal that still only name the offer: "and the second one?".
OFFER_NAMING = (
    r"e|entao|talvez|por|favor|ok|ou|o|a|os|as|esse|este|aquele|voo|opcao|oferta|numero|que|tal|com|pode|ser|antes"
)

PHRASES = {
    "greeting": "Olá! Para onde quer voar, e quando?",
    "greeting_back": "Olá de novo!",
    "thanks": "De nada!",
    "goodbye": "Até logo, e boa viagem!",
    "help": "Procuro voos. Diga de onde, para onde e em que dia; depois, “mais barato”, “só direto”, “sem” uma "
    "companhia"
    " ou “o segundo” para continuar.",
    "baggage": "A bagagem depende da companhia e da tarifa: a maioria inclui uma mala de mão pequena, e as mais baratas"
    " muitas vezes não incluem mala despachada. A companhia mostra o que está incluído antes do pagamento, e "
    "lá se podem"
    " juntar malas.",
    "check_in": "O check-in é feito com a companhia aérea, em geral pela internet, de 24 a 48 horas antes da "
    "partida. Não o"
    " posso fazer por si, mas posso procurar voos.",
    "flight_status": "Não vejo a situação dos voos em tempo real. A companhia ou o aeroporto sabem; eu posso "
    "procurar voos.",
    "change_booking": "Não posso alterar uma reserva: fale com a companhia ou com a agência onde reservou. "
    "Posso procurar"
    " outro voo.",
    "cancel_booking": "Não posso cancelar uma reserva: fale com a companhia ou com a agência onde reservou.",
    "other": "Isso está além de mim: posso ajudar a encontrar voos.",
    "refused": "Só posso ajudar a encontrar voos.",
    "cant_book": "Não vendo passagens. Pode reservar o {flight} com a companhia ou numa agência.",
    "restarted": "Está bem, começamos de novo.",
    "what_change": "Está bem. O que quer mudar?",
    "which_offer": "Qual prefere? Diga o número, de 1 a {count}.",
    "no_such_offer": {"one": "Só mostrei um voo.", "other": "Mostrei {n} voos: diga um número de 1 a {n}."},
    "nothing_shown": "Ainda não mostrei nenhum voo.",
    "ask_origin": "De onde quer partir?",
    "ask_destination": "Para onde quer voar?",
    "ask_departure_date": "Em que dia quer viajar?",
    "ask_return_date": "E em que dia quer voltar?",
    "ask_day": "Em que dia de {month}?",
    "ask_passengers": "Quantas pessoas vão viajar?",
    "ask_any_stops": "Procuro voos com escala?",
    "which_place": "Que {name} é: {choices}?",
    "past_date": "{date} já passou.",
    "too_far_ahead": "{date} está longe demais: vendem-se lugares com cerca de um ano de antecedência.",
    "return_before": "A volta em {back} seria antes da ida em {out}.",
    "same_place": "A partida e o destino são ambos {place}.",
    "unknown_place": "Não conheço nenhum lugar chamado “{name}”.",
    "unknown_date": "Não entendi que dia é.",
    "not_understood": "Não entendi.",
    "too_many": "Posso procurar para nove passageiros, no máximo.",
    "need_adult": "É preciso que viaje pelo menos um adulto.",
    "too_many_infants": "Cada bebé viaja ao colo de um adulto: não pode haver mais bebés do que adultos.",
    "route": "{origin} – {destination}",
    "outbound_date": "{date}",
    "round_trip_dates": "{out}, volta {back}",
    "found": {"one": "Encontrei um voo, {trip}:", "other": "Encontrei {n} voos, {trip}:"},
    "best_of": "Aqui estão os {shown} melhores de {n} voos, {trip}:",
    "cheaper": "Os mais baratos, {trip}:",
    "no_cheaper": "Não há nada mais barato; estes são os preços mais baixos, {trip}:",
    "earlier": "Estes partem mais cedo, {trip}:",
    "no_earlier": "Nenhum parte mais cedo; estes são os primeiros voos, {trip}:",
    "later": "Estes partem mais tarde, {trip}:",
    "no_later": "Nenhum parte mais tarde; estes são os últimos voos, {trip}:",
    "faster": "Os mais rápidos, {trip}:",
    "no_faster": "Não há nada mais rápido; estes são os voos mais curtos, {trip}:",
    "by_day": "Preços por dia, {trip}:",
    "day_price": "{date}: {price}",
    "no_cheaper_day": "Nenhum dia próximo é mais barato: {date} custa {price}.",
    "one_leg": "Pesquiso um trajeto de cada vez, no máximo com volta; depois pode pedir o seguinte.",
    "more": "Mais voos, {trip}:",
    "no_more": "Isso era tudo o que encontrei; aqui está outra vez, {trip}:",
    "no_flights": "Não encontrei voos, {trip}.",
    "no_direct_flights": "Não há voos diretos, {trip}. Procuro voos com escala?",
    "no_matching_flights": "Nenhum voo cumpre todos os seus desejos, {trip}. Qual deles posso deixar de lado?",
    "chosen": "Escolheu o {flight}, {when}. Preço: {price}.",
    "price_changed": "O preço mudou: agora {price}, antes {old}.",
    "offer_unknown": "Não sei isso sobre este voo; a companhia informa antes do pagamento.",
    "price_unchecked": "Não consegui confirmar o preço agora.",
    "details": "{flight}: {when}. Preço: {price}.",
    "next_steps": "Diga um número para escolher, ou “mais barato”, “mais cedo”, “só direto”.",
    "search_failed": "Não consigo falar com a pesquisa de voos agora. Guardei a sua viagem: {trip}. Tente de "
    "novo daqui a"
    " pouco.",
    "partial": "Nem todas as fontes responderam; pode haver mais voos.",
    "summary": "Até agora: {trip}.",
    "nothing_known": "Ainda não sei nada da sua viagem.",
    "direct": "direto",
    "stops": {"one": "{n} escala", "other": "{n} escalas"},
    "adults": {"one": "{n} adulto", "other": "{n} adultos"},
    "children": {"one": "{n} criança", "other": "{n} crianças"},
    "infants": {"one": "{n} bebé", "other": "{n} bebés"},
    "for_passengers": "para {passengers}",
    "economy": "em económica",
    "premium_economy": "em económica premium",
    "business": "em executiva",
    "first": "em primeira classe",
    "with_airline": "com {airline}",
    "without_airlines": "sem {airlines}",
    "within_budget": "até {money}",
    "departure_window": "partida das {start} às {end}",
    "next_day": "+{n}",
    "from_place": "de {place}",
    "to_place": "para {place}",
}
