"""Spanish in the regions where it is spoken."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.region_variant import RegionVariant

REGIONS: Final = (
    RegionVariant(
        territory="ES",
        territories=frozenset({"ES", "GQ"}),
        words=frozenset({"billete", "billetes", "vosotras", "vosotros", "vuestra", "vuestro"}),
    ),
    RegionVariant(
        territory="419",
        territories=frozenset(
            {
                "419",
                "AR",
                "BO",
                "CL",
                "CO",
                "CR",
                "CU",
                "DO",
                "EC",
                "GT",
                "HN",
                "MX",
                "NI",
                "PA",
                "PE",
                "PR",
                "PY",
                "SV",
                "US",
                "UY",
                "VE",
            }
        ),
        words=frozenset({"ahorita", "boleto", "boletos", "queres", "tenes", "vos"}),
        replacements={
            "billete": "boleto",
            "plaza": "lugar",
            "plazas": "lugares",
            "una plaza": "un lugar",
            "cuántas plazas": "cuántos lugares",
            "pocas plazas": "pocos lugares",
            "coches": "autos",
            "en turista": "en clase económica",
            "facturada": "documentada",
            "La facturación": "El check-in",
            "la facturación": "el check-in",
            "hacerla": "hacerlo",
            "el visado": "la visa",
            "Asuntos Exteriores": "Relaciones Exteriores",
            "He encontrado": "Encontré",
            "he encontrado": "encontré",
            "He mostrado": "Mostré",
            "he mostrado": "mostré",
            "Ha elegido": "Eligió",
            "ha cambiado": "cambió",
            "No lo he entendido": "No entendí",
            "he entendido": "entendí",
            "He guardado": "Guardé",
            "han respondido": "respondieron",
            "ha pasado": "pasó",
            "he podido": "pude",
        },
    ),
)
