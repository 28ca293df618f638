"""Portuguese in the regions where it is spoken."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.region_variant import RegionVariant

REGIONS: Final = (
    RegionVariant(
        territory="BR",
        territories=frozenset({"BR"}),
        words=frozenset({"passagens", "vc", "vcs", "voce", "voces"}),
        replacements={
            "bebé": "bebê",
            "Madrid": "Madri",
            "económica": "econômica",
            "executiva": "classe executiva",
            "bilhete": "passagem",
            "um bilhete": "uma passagem",
            "num só bilhete": "numa só passagem",
            "ao colo": "no colo",
            "a 3 de": "em 3 de",
            "a 4 de": "em 4 de",
            "a 8 de": "em 8 de",
            "a 12 de": "em 12 de",
            "carros, comboios": "carros, trens",
            "indemnização": "indenização",
            "ministério dos Negócios Estrangeiros": "Ministério das Relações Exteriores",
            "seniores": "idosos",
            "Só percebo de voos": "Só entendo de voos",
            "Não o posso fazer por si": "Não posso fazer isso por você",
            "Eu não a posso pedir por si": "Eu não posso pedir isso por você",
            "Eu não o posso decidir": "Eu não posso decidir isso",
            "chega a {destination}": "chega em {destination}",
            "tanto como": "o mesmo que",
            "são precisas": "são necessárias",
            "a pesquisa de voos": "a busca de voos",
        },
    ),
    RegionVariant(
        territory="PT",
        territories=frozenset({"PT", "AO", "CV", "GW", "MZ", "ST", "TL"}),
        words=frozenset({"autocarro", "comboio", "telemovel"}),
        replacements={
            "Não vendo passagens": "Não vendo bilhetes",
            "despachada": "de porão",
            "despachadas": "de porão",
        },
    ),
)
