"""Portuguese words and letters that identify the language."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.identification import Identification

IDENTIFICATION: Final = Identification(
    words="""jan fev capital dez vlw oq vc do da pra o os a as um uma uns umas de do da dos das em no na nos nas por
    pelo pela
    para pra pro com sem sobre ate e
    ou mas que quem qual quais quando onde como porque quanto quantos quantas nao sim eu tu ele ela nos voce voces
    eles elas me te se lhe meu minha meus minhas seu sua nosso nossa este esta esse essa isso isto aquele aquela
    aqui ali la ser sou e somos sao era foi estar estou esta estamos estao ter tenho tem temos tinha ir vou vai
    vamos fui quero quer queremos queria gostaria gosto preciso precisa precisamos posso pode podem poderia fazer
    faz dar dizer ver vem vir procurar procuro procura buscar encontrar achar mostrar mostre marcar marque comprar
    reservar reserva reserve viajar viagem viagens voar voo voos passagem passagens bilhete bilhetes aeroporto
    aviao companhia aerea mala malas bagagem mao assento lugar classe economica executiva primeira barato barata
    baratos mais menos direto direta diretos escala escalas paragem ida volta regresso retorno saida saindo sair
    partindo partir partida chegada chegar chegando destino origem um dois duas tres quatro cinco seis sete oito
    nove dez onze doze hoje hj amanha ontem depois antes agora logo cedo tarde noite manha dia dias semana semanas
    mes meses ano anos proximo proxima que passado passada segunda terca quarta quinta sexta sabado domingo feira
    janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro natal pascoa pessoas
    pessoa adulto adultos crianca criancas bebe bebes filho filha filhos esposa marido mulher amigo amigos so
    somente apenas tambem muito muita muitos bem bom boa obrigado obrigada ola oi ei tchau adeus ate bom dia boa
    tarde boa noite favor ajuda ajudar ajude cancelar cancele mudar mude alterar trocar remarcar atrasado status
    preco custa quanto dinheiro reais euros ja ainda isso mesmo certo claro perfeito otimo pode ser desculpa
    desculpe espera entao alguma algum nenhum nenhuma outro outra todos tudo nada algo eh ta tudo conta musica
    piada tempo hora horas fim saber sozinho sozinha gente janela corredor perdi quantos
    ligar liga ligue desligar desligue luz luzes alarme acordar acorde lembrar lembre lembrete mandar mande enviar
    envie mensagem lista
    adicionar adicione remover remova apagar apague ler leia noticias radio volume alto baixo cozinha quarto sala
    casa trabalho escritorio
    reuniao calendario agenda evento criar crie comecar abrir abra fechar feche por colocar coloque diga fale
    falar ouvir escutar assistir
    filme livro comida jantar almoco comer beber cafe agua receita restaurante pedir peca perto rua cidade pais
    mundo homem mulher menino
    menina mae pai irmao irma familia nome velho novo nova grande pequeno longo alto quente frio chuva chover sol
    feliz triste melhor
    pior direita esquerda nunca sempre vezes vez outra cada ambos proprio abaixo acima entre contra coisa coisas
    vida faca tocar toque toca
    mostra conte conta qual e ha havia fosse seria estao sera vao tinha isso aquilo pelos pelas num numa deste
    desta nesse nessa neste
    nesta dele dela deles delas ja voces tenha tinham foram quando onde quem""",
    letters={
        "ã": 4.0,
        "õ": 4.0,
        "ç": 1.5,
        "ê": 1.5,
        "à": 0.7,
        "ú": 0.8,
        "í": 0.8,
        "ó": 0.6,
        "á": 0.8,
        "é": 0.4,
        "â": 1.0,
        "ô": 1.0,
    },
    countries=("PT", "BR"),
)
