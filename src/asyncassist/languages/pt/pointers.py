"""Portuguese pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pointer_phrases import PointerPhrases

POINTERS: Final[PointerPhrases] = {
    "documents": (
        "O passaporte, o visto ou as vacinas necessárias dependem da sua nacionalidade: quem confirma"
        " é a embaixada ou o ministério dos Negócios Estrangeiros. Eu não consigo verificar."
    ),
    "pets": (
        "Cada companhia decide se os animais podem viajar e a que preço: pergunte antes de comprar, "
        "porque há poucos lugares."
    ),
    "seats": (
        "Os lugares escolhem-se com a companhia, na compra ou no check-in; quem viaja na mesma "
        "reserva costuma ficar junto, se houver lugar. Eu não os posso reservar."
    ),
    "assistance": (
        "A assistência no aeroporto, por exemplo com cadeira de rodas, é gratuita: avise a companhia "
        "pelo menos 48 horas antes da partida. Eu não a posso pedir por si."
    ),
    "payment": "Aqui não se paga: eu só procuro voos. A companhia ou a agência onde reservar diz como pode pagar.",
    "refund": (
        "Em caso de atraso ou cancelamento, fale com a companhia; na UE os passageiros têm muitas "
        "vezes direito a reembolso ou indemnização. Eu não o posso decidir."
    ),
    "invoice": (
        "Não posso emitir faturas; quem o faz é a companhia ou a agência onde reservar, também em nome de uma empresa."
    ),
    "loyalty": (
        "Não conheço a sua conta de passageiro frequente: ganhar ou usar milhas depende da companhia e da tarifa."
    ),
    "weather": "Não vejo a previsão do tempo, por isso prefiro não dizer nada.",
    "destination": "Só percebo de voos; o posto de turismo ou um guia de viagem ajuda melhor no local.",
    "hotel": "Só procuro voos: não trato de hotéis, carros, comboios nem seguros.",
    "discount": (
        "Não conheço descontos para estudantes, seniores ou residentes: os preços são os das "
        "companhias, e algumas têm essas tarifas no próprio site."
    ),
    "hold": ("Não posso guardar um preço nem um lugar, nem vigiar preços: podem mudar até reservar com a companhia."),
    "personal": (
        "Não preciso de nomes, documentos nem números de cartão: não os escreva aqui; a companhia pede-os na reserva."
    ),
    "children": (
        "Com menos de 2 anos, a criança viaja ao colo de um adulto; dos 2 aos 11, tem lugar próprio "
        "com tarifa de criança. Conta a idade no dia de cada voo: se fizer 2 anos antes da volta, "
        "precisa de lugar na volta. Para crianças que viajam sozinhas, pergunte à companhia."
    ),
    "privacy": (
        "Guardo esta conversa para me lembrar da sua viagem; pode pedir que seja apagada. Para o "
        "resto, fale com quem gere esta página."
    ),
    "inspiration": "Não sei aconselhar destinos, mas diga-me uma cidade e um dia e procuro voos já.",
    "multi_ticket": (
        "Eu procuro voos e não os vendo; a companhia ou uma agência diz se vários voos cabem num só "
        "bilhete e quanto isso poupa."
    ),
    "human": (
        "Aqui não há nenhuma pessoa: sou um programa. Para falar com alguém, contacte a companhia ou "
        "quem gere esta página."
    ),
    "identity": "Sou um programa que procura voos, não uma pessoa.",
    "joke": "Piadas não são o meu forte; voos, sim.",
    "abuse": (
        "Lamento não ter ajudado. Diga-me em poucas palavras do que precisa, por exemplo “Lisboa para Roma na sexta”."
    ),
    "smalltalk": "Tudo bem por aqui!",
    "story": "Compreendo.",
}
