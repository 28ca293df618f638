"""Spanish words of trips of several legs."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.leg_words import LegWords

LEGS: Final = LegWords(
    onward="luego|despues|desde (?:alli|ahi)|de (?:alli|ahi)",
    home="a casa|casa",
    exit="",
    noun="tramo|trayecto|etapa|parte|trozo|segmento",
    middle=r"(?:del |de en )?medio|intermedi\w*",
    outbound="ida",
    whole="(?:todo el|el) viaje (?:entero|completo)|todo el viaje|todo junto|todos los tramos",
    drop=r"quita\w*|elimina\w*|sin|olvid\w*|saca\w*|borra\w*|cancel\w*|dej\w+ fuera|ya no",
    ground="tren|bus|autobus|coche|carro|ferry|barco",
)
