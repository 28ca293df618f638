"""Portuguese phrases of the assistant's replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pack import ReplyPhrases

PHRASES: Final[ReplyPhrases] = {
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
    "ask_leg_date": "Em que dia quer voar de {origin} para {destination}?",
    "ask_return_date": "E em que dia quer voltar?",
    "ask_day": "Em que dia de {month}?",
    "ask_passengers": "Quantas pessoas vão viajar?",
    "ask_split_party": "Quer que procure para o primeiro grupo?",
    "ask_any_stops": "Procuro voos com escala?",
    "which_place": "Que {name} é: {choices}?",
    "past_date": "{date} já passou.",
    "too_far_ahead": "{date} está longe demais: vendem-se lugares com cerca de um ano de antecedência.",
    "return_before": "A volta em {back} seria antes da ida em {out}.",
    "leg_before": "O voo de {date} seria antes do de {before}.",
    "same_place": "A partida e o destino são ambos {place}.",
    "unknown_place": "Não conheço nenhum lugar chamado “{name}”.",
    "unknown_date": "Não entendi que dia é.",
    "not_understood": "Não entendi.",
    "not_understood_name": "Não entendi “{name}”.",
    "example_place": "Basta uma cidade ou o código do aeroporto, por exemplo “Lisboa” ou “LIS”.",
    "example_date": "Pode dizer, por exemplo, “4 de dezembro”, “na próxima sexta-feira” ou “daqui a duas semanas”.",
    "example_passengers": "Basta um número, por exemplo “2 adultos e 1 criança”.",
    "example_yes": "Basta um “sim” ou um “não”.",
    "example_trip": "Pode dizer, por exemplo, “de Lisboa para Berlim a 4 de dezembro, dois adultos”.",
    "other_ways": "Pode dizer, por exemplo, o número de um voo, “mais barato”, “só direto”, outro dia ou outro lugar.",
    "too_many": "Posso procurar para nove passageiros, no máximo.",
    "split_party": "As companhias vendem no máximo nove lugares por reserva; para {party} são precisas várias "
    "reservas: primeiro {first}, depois {rest}.",
    "need_adult": "É preciso que viaje pelo menos um adulto.",
    "too_many_infants": "Cada bebé viaja ao colo de um adulto: não pode haver mais bebés do que adultos.",
    "infant_age_counts": "O que conta é a idade no dia de cada voo: a partir dos 2 anos, uma criança precisa de"
    " lugar próprio.",
    "infant_by_departure": "Aos 2 anos, uma criança precisa de lugar próprio; conto uma criança em vez de um bebé.",
    "infant_by_return": "Uma criança que faz 2 anos em {date} precisa de lugar próprio no voo de volta; a"
    " maioria das companhias vende então um bilhete de criança para toda a viagem, por isso conto uma criança em"
    " vez de um bebé.",
    "infant_after_trip": "O aniversário é depois do último voo: um bebé viaja ao colo e não precisa de lugar.",
    "child_age_counts": "O que conta é a idade no dia de cada voo: a partir dos 12 anos, paga-se a tarifa de adulto.",
    "child_by_departure": "A partir dos 12 anos, paga-se a tarifa de adulto; conto um adulto.",
    "child_by_return": "Quem faz 12 anos em {date} vai com tarifa de criança; para a volta, a companhia pode"
    " pedir a tarifa de adulto.",
    "child_after_trip": "O aniversário é depois do último voo: para toda a viagem vale a tarifa de criança.",
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
    "several_legs": "Posso procurar até seis voos como uma só viagem: diga cada um com o seu dia, por exemplo "
    "“de Berlim para Roma a 3 de maio, depois para Madrid a 8 de maio e de volta a 12 de maio”.",
    "more": "Mais voos, {trip}:",
    "last_more": "Os últimos; estes são todos os voos, {trip}:",
    "no_more": "Era tudo: não tenho mais voos, {trip}.",
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
    "hours_between": "entre as {start} e as {end}",
    "hours_after": "a partir das {start}",
    "hours_before": "até às {end}",
    "outbound_departure_window": "partida {hours}",
    "outbound_arrival_window": "chegada {hours}",
    "return_departure_window": "volta com partida {hours}",
    "return_arrival_window": "volta com chegada {hours}",
    "stop_via": "com escala em {places}",
    "stop_not_via": "sem escala em {places}",
    "next_day": "+{n}",
    "from_place": "de {place}",
    "to_place": "para {place}",
}
