"""Portuguese words of trips of several legs."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.leg_words import LegWords

LEGS: Final = LegWords(
    onward="depois|seguida|de la|dai|dali",
    home="para casa|pra casa|casa",
    exit="",
    noun="trecho|troco|etapa|parte|percurso|perna|segmento",
    middle=r"(?:do |no )?meio|intermedi\w*",
    outbound="ida",
    whole="(?:a )?viagem (?:toda|inteira|completa)|tudo junto|todos os (?:trechos|voos|trocos)|toda a viagem",
    drop=r"tira\w*|remov\w*|elimin\w*|sem|esquec\w*|cancel\w*|deix\w* de fora|corta\w*|ja nao",
    ground="comboio|trem|autocarro|onibus|carro|ferry|barco",
)
