"""Portuguese patterns of the assistant's questions and of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.question_patterns import QuestionPatterns

QUESTIONS: Final = QuestionPatterns(
    joiner="e",
    lead_in="",
    question_word="quando|onde|para onde|qual",
    request="(?:por favor )?(?:diga|informe|indique)|diz",
    returning=r"volta|voltar|regress\w*|retorn\w*",
    when="quando|datas?|dias?",
    where="onde|aonde|cidade|aeroporto|destino|origem",
    origin=r"de onde|saindo|saida|sair|partid\w*|partir|origem|desde",
    destination="para onde|aonde|destino|chegar|ir|vai|viajar",
    origin_phrase="de onde|sair|saindo",
    trailing_preposition="",
    passengers="quantos passageiros|quantas pessoas|quantos bilhetes|quem viaja",
    cabin="classe|cabine",
    airline="companhia aerea|companhia",
    budget="orcamento|quanto quer gastar|gastar",
    trip_type=r"so ida ou|ida e volta\?",
    max_stops="escalas?|direto",
    flight_number="numero do voo",
    offer_lead_in="e|entao|sim|obrigado",
    offer_detail="a que horas?|em que|qual|quando (?:chega|sai|parte|e|vou)",
    offer_check="e (?:um|uma|classe|direto|na)|o voo (?:e|chega|sai|tem)",
    search=r"voos|um voo|algum voo|voar|reserva\w*|buscar|procur\w*",
    arriving=r"cheg\w*|sai|parte|pous\w*|aterriz\w*|aeroporto",
    not_travel="carro|clima|tempo|quarto|alojamento|restaurante",
    flying=r"voo\w*",
)
