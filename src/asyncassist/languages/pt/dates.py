"""Portuguese date lexicon, of Brazil and Portugal. The kinds are explained in `asyncassist.languages.date_lexicon`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon

DATE_LEXICON: Final[DateLexicon] = {
    "MONTH": {
        1: "janeiro",
        2: "fevereiro",
        3: "março",
        4: "abril",
        5: "maio",
        6: "junho",
        7: "julho",
        8: "agosto",
        9: "setembro",
        10: "outubro",
        11: "novembro",
        12: "dezembro",
    },
    "MONTHW": {
        1: "jan",
        2: "fev",
        3: "mar",
        4: "abr",
        5: "mai",
        6: "jun",
        7: "jul",
        8: "ago",
        9: "set",
        10: "out",
        11: "nov",
        12: "dez",
    },
    "WDAY": {
        0: "segunda-feira, segunda feira",
        1: "terça-feira, terça feira",
        2: "quarta-feira, quarta feira",
        3: "quinta-feira, quinta feira",
        4: "sexta-feira, sexta feira",
        5: "sábado",
        6: "domingo",
    },
    "WDAYW": {
        0: "segunda, seg",
        1: "terça, ter",
        2: "quarta, qua",
        3: "quinta, qui",
        4: "sexta, sex",
        5: "sáb",
        6: "dom",
    },
    "FEIRA": "feira, - feira",
    "EVERY": "todo, toda, todos os, todas as, todo o, toda a, cada, aos sábados, aos domingos, às segundas, às"
    " terças, às quartas, às quintas, às sextas, sábados, domingos, segundas-feiras, sextas-feiras, fins de semana",
    "REL": {
        0: "hoje, hj, hoje mais tarde, hoje mesmo, ainda hoje, a partir de hoje, desde hoje",
        1: "amanhã, em um dia, dentro de um dia",
        2: "depois de amanhã",
        -1: "ontem",
        -2: "anteontem, antes de ontem",
    },
    "RELP": {
        (0, "night"): "esta noite, hoje à noite, logo à noite, hoje de noite",
    },
    "PART": {
        "morning": "manhã, de manhã, pela manhã, da manhã, na parte da manhã, de manhãzinha, manhã cedo, de manhã"
        " cedo, madrugada, de madrugada, cedo",
        "noon": "meio-dia, ao meio-dia, meio dia",
        "night": "noite, à noite, de noite, da noite, pela noite",
        "afternoon": "tarde, à tarde, de tarde, da tarde, pela tarde, na parte da tarde",
        "evening": "fim da tarde, ao fim da tarde, final da tarde, no fim da tarde, no final da tarde",
    },
    "NOW": "agora, a partir de agora, de agora, desde agora",
    "ABOUT": "umas, uns, aproximadamente, quase, mais ou menos, cerca de",
    "UDAY": "dia, dias",
    "UWEEK": "semana, semanas",
    "UFORT": "quinzena",
    "UMONTH": "mês, meses",
    "UYEAR": "ano, anos",
    "UNIGHT": "noite, noites, diárias",
    "UWEEKEND": "fim de semana, final de semana, fim-de-semana, fds, finde",
    "SEASON": {
        "spring": "primavera",
        "summer": "verão",
        "autumn": "outono",
        "winter": "inverno",
    },
    "QUARTER": "trimestre",
    "QUARTERQ": "q, t",
    "WITHIN": "no prazo de, em até, até daqui a, no máximo em",
    "TRIP": "viagem, férias, estadia, estada",
    "MOD": {
        "this": "este, esta, esse, essa, neste, nesta, nesse, nessa, deste, desta, desse, dessa, o corrente",
        "next": "próximo, próxima, próximos, próximas",
        "last": "último, última, passado, passada",
    },
    "POST": {
        "next": "que vem, próximo, próxima, que entra, que vier",
        "last": "passado, passada, anterior",
        "follow": "seguinte, a seguir",
        "coming": "agora",
    },
    "SAMEDAY": (
        "no mesmo dia, o mesmo dia, mesmo dia, na mesma noite, "
        "nessa mesma noite, mesma noite, na mesma tarde, mesma tarde"
    ),
    "IN": "em, nos, nas, daqui a, daqui, dentro de, de hoje a, num prazo de, no ano de",
    "AGO": "atrás",
    "AGOPRE": "há, faz",
    "LATER": "mais tarde",
    "LATERPRE": "ao fim de, passados, passadas, ao cabo de",
    "AFTER": "depois de, depois do, depois da, após, após o, após a, depois",
    "LATER2": "depois, após",
    "FLY": "voo, voos, voar, passagem, passagens, bilhete, bilhetes, avião",
    "PLEASE": "por favor, se faz favor, se possível, então, pode ser, talvez",
    "BEFORE": "antes de, antes do, antes da, antes",
    "FROMNOW": "a partir de hoje, a partir de agora, a contar de hoje",
    "FOR": "por, durante, por cerca de, por uns, para",
    "STAY": "ficar fora, ficamos fora, fico fora, ficar, fico, ficamos, ficarei, ficaremos, ficando, permanecer,"
    " passar, passando, estadia de, ficar por",
    "THE": "o, a, os, as",
    "OF": "de, do, da, dos, das",
    "MONTHIN": "entre, em, de, desde, até, para, durante, no mês de, ao longo de, a partir de, por, antes de, depois"
    " de, algures em, lá para, lá por",
    "ON": "em, no, na, para, pra, pro, até, de, do, da, desde, a partir de, antes, depois, ou, e, a, à, ao, numa,"
    " num, não, para a, para o, já, só",
    "DATEON": "no, na, do, da, ao, pelo, pela, neste, o, até o, entre o",
    "AT": "às, à, as",
    "FROM": "de, do, da, desde, desde o, desde a, a partir de, a partir do, a partir da",
    "TO": "a, à, ao, até, até o, até ao, até a, até à",
    "BETWEEN": "entre, entre o, entre a, entre os, entre os dias, entre o dia",
    "AND": "e",
    "OR": "ou",
    "COUPLE": {
        2: "um par de",
        10: "uma dezena de",
    },
    "NOT": "não, exceto, em vez de, nem, menos",
    "HOL": {
        "new_year": "ano novo, ano-novo, dia de ano novo, primeiro dia do ano",
        "new_year_eve": "réveillon, reveillon, véspera de ano novo, virada do ano, passagem de ano, fim de ano,"
        " passagem do ano",
        "epiphany": "dia de reis, epifania",
        "carnival_saturday": "sábado de carnaval",
        "carnival_sunday": "domingo de carnaval",
        "rose_monday": "segunda de carnaval, segunda-feira de carnaval",
        "shrove_tuesday": "carnaval, terça de carnaval, terça-feira de carnaval, terça-feira gorda, entrudo",
        "ash_wednesday": "quarta-feira de cinzas, quarta de cinzas",
        "palm_sunday": "domingo de ramos",
        "maundy_thursday": "quinta-feira santa, quinta santa",
        "good_friday": "sexta-feira santa, sexta santa, sexta-feira da paixão",
        "holy_saturday": "sábado de aleluia, sábado santo",
        "easter": "páscoa, domingo de páscoa",
        "easter_monday": "segunda-feira de páscoa",
        "holy_week": "semana santa",
        "ascension": "ascensão, dia da ascensão",
        "pentecost": "pentecostes",
        "corpus_christi": "corpo de deus, feriado de corpus christi, dia de corpus christi",
        "women": "dia da mulher, dia internacional da mulher",
        "tiradentes": "dia de tiradentes, feriado de tiradentes",
        "freedom_pt": "dia da liberdade",
        "labor": "dia do trabalho, dia do trabalhador",
        "mothers_day": "dia das mães, dia da mãe",
        "fathers_day": "dia dos pais, dia do pai",
        "lovers": "dia dos namorados",
        "portugal": "dia de portugal, dia de camões",
        "john": "dia de são joão, festa de são joão, noite de são joão",
        "assumption": "dia da assunção, nossa senhora da assunção",
        "brazil": "dia da independência",
        "republic_pt": "implantação da república",
        "aparecida": "nossa senhora aparecida, dia de nossa senhora aparecida",
        "children_br": "dia das crianças",
        "all_saints": "todos os santos, dia de todos os santos",
        "all_souls": "finados, dia de finados",
        "republic_br": "proclamação da república",
        "black_awareness": "consciência negra, dia da consciência negra",
        "restoration_pt": "restauração da independência",
        "immaculate": "imaculada conceição",
        "christmas_eve": "véspera de natal, noite de natal, consoada, ceia de natal",
        "christmas": "dia de natal",
        "valentine": "são valentim, dia de são valentim",
        "halloween": "halloween, dia das bruxas",
        "black_friday": "black friday",
        "thanksgiving": "dia de ação de graças, ação de graças",
        "april_fools": "dia da mentira, dia das mentiras",
    },
    "HOLW": {
        "christmas": "natal",
        "corpus_christi": "corpus christi",
    },
    "SUB": {
        "early": "início, começo, princípio, princípios, inícios",
        "mid": "meio, meados, metade",
        "late": "fim, final, fins, finais, os últimos dias, nos últimos dias",
    },
    "DAYW": "dia",
    "LASTN": "último, última, últimos, últimas",
    "RET": "voltar, volto, volta, voltando, voltamos, voltaremos, voltarei, retorno, retornar, retornando,"
    " retornamos, regresso, regressar, regressando, regressamos, vinda, de volta, voo de volta, passagem de volta,"
    " voltam, volte, voltaria, regressaremos, regressarei, retornarei",
    "DEP": "sair, saída, saio, saindo, saímos, partir, partida, parto, partindo, partimos, ir, ida, indo, vou, vamos,"
    " viajar, viajo, viajando, viajamos, embarcar, embarque, voar, voo de ida, começar, sai, saem, sairei, sairemos,"
    " viajarei, parte, partirei, irei, viaja",
    "RTNOUN": "ida e volta, ida-e-volta, ida e vinda, uma volta",
    "CLOSE": "obrigado, obrigada, obrigadão, agradeço, ajuda, ajudar, tudo, só isso, mais nada, nada, como está, como"
    " vai, valeu, é só, isso é tudo, era só, era tudo, tempo, notícias, chega",
    "GO": "voo, voos, voar, viajar, viagem, passagem, passagens, bilhete, bilhetes, sair, partir, ir, vou, voltar,"
    " reservar, reserva, embarcar, saindo, partindo, volto, saio, parto",
    "AWAY": "alugar um carro, alugar carro, aluguel de carro, aluguer de carro, carro alugado, reservar um hotel,"
    " quarto de hotel, um hotel em",
    "COUNT": "pax, pers, erw, adt, pessoas, pessoa, adultos, adulto, passageiros, passageiro, crianças, criança,"
    " bilhetes, passagens,"
    " malas, mala, bagagens, paradas, escalas, escala, bebês, bebés, bebê, bebé, horas, hora, minutos, dias, noites,"
    " semanas, meses, anos, vezes, lugares, assentos, reais, euros, conexões, viajantes, por cento, milhas, pontos,"
    " mil, ou mais",
    "NOUN": "classe, vez, opção, fila, fileira, pessoa, parte, escala, via, oferta, voo, voos, andar, mão, passagem,"
    " viagem, divisão, avenida, geração, alternativa, tentativa, criança, mala, colocada, maior, melhor, temporada,"
    " categoria",
    "MODAL": "para o sul",
    "BIRTH": "nascido, nascida, nascidos, nascidas, nasci, nasceu, nascimento, data de nascimento, aniversário é",
    "OPAQUE": "primeira classe, segunda classe, só ida, somente ida, só de ida, apenas ida, uma vez, uma via, bom"
    " dia, boa tarde, boa noite, segunda opção, primeira opção, segunda vez, primeira vez, terceira opção, de segunda"
    " mão, por dia, por noite, por semana, por mês, dia a dia, uma pessoa, última hora, o dia todo, dias úteis,"
    " qualquer dia, que dia, outro dia, um dia desses, algum dia, ilha de páscoa, ilha da páscoa, mais"
    " tarde possível, próximo voo, quinta avenida, quinta da, próxima opção, este voo, esta opção, meio dia de voo,"
    " dos santos, o mais cedo, mais cedo, em um, numa só, santo domingo, chiang mai",
}  # fmt: skip
