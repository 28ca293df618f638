"""Spanish words and letters that identify the language."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.identification import Identification

IDENTIFICATION: Final = Identification(
    words="""ene capital dic onda kiero dsd desde wenas sur norte el los la las un una unos unas de del al en por
    para con
    sin sobre hasta desde y e o u pero que quien cual
    cuales cuando donde como porque cuanto cuantos cuantas no si yo tu usted ustedes ella ellos ellas nosotros me
    te se le les nos mi mis su sus nuestro nuestra este esta estos estas ese esa eso esto aquel aqui alli ser soy
    es somos son era fue estar estoy esta estamos estan tener tengo tiene tenemos ir voy va vamos fui ire quiero
    quiere queremos quisiera querria gustaria necesito necesita necesitamos puedo puede pueden podria hacer hace
    hazme dar dame dime decir ver buscar busco busca buscame encontrar encuentra mostrar muestra muestrame comprar
    reservar reserva reservame viajar viaje viajes volar vuelo vuelos pasaje pasajes billete billetes boleto
    boletos aeropuerto avion aerolinea maleta maletas equipaje mano asiento clase turista economica ejecutiva
    primera barato barata baratos mas menos directo directa directos escala escalas ida vuelta regreso regresar
    volver vuelvo saliendo salir salida salgo llegada llegar llegando destino origen uno dos tres cuatro cinco
    seis siete ocho nueve diez once doce hoy manana ayer despues antes ahora luego pronto temprano tarde noche dia
    dias semana semanas mes meses ano anos proximo proxima siguiente pasado pasada lunes martes miercoles jueves
    viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre
    noviembre diciembre navidad pascua personas persona adulto adultos nino nina ninos bebe bebes hijo hija hijos
    esposa marido mujer amigo amigos solo solamente tambien muy mucho mucha bien bueno buena buenos buenas gracias
    hola adios chao dias tardes noches favor ayuda ayudar ayudame cancelar cancela cambiar cambia modificar
    retrasado estado precio cuesta cuanto dinero pesos euros ya todavia mismo vale claro perfecto genial disculpa
    perdon espera entonces alguno alguna ningun ninguna otro otra todos todo nada algo cuentame musica chiste
    tiempo hora horas saber ojala ventana pasillo perdi he ha han hemos hay fin
    encender enciende encienda apagar apaga apague luz luces alarma despertar despierta despiertame recordar
    recuerda recuerdame recordatorio
    llamar llama enviar envia manda mandar mensaje correo correos lista anadir anade agregar agrega quitar quita
    borrar borra leer lee
    noticias radio volumen alto bajo cocina cuarto habitacion casa trabajo oficina reunion calendario agenda
    evento eventos crear crea
    empezar empieza abrir abre cerrar cierra poner pon ponme decir hablar habla escuchar oir mirar pelicula libro
    comida cena almuerzo
    desayuno comer beber cafe agua receta restaurante pedir pide cerca calle ciudad pais mundo gente hombre mujer
    nino nina madre padre
    hermano hermana familia nombre viejo nuevo nueva grande pequeno largo caliente frio calor lluvia llover sol
    feliz triste mejor peor
    derecha izquierda nunca siempre veces vez otra cada ambos propio bajo entre contra cosa cosas vida haz tocar
    toca reproduce muestra
    cuenta cual hay habia fuera seria estan sera van tenia eso aquello pues asi donde quien hacia unos sido han he
    hemos tiempo
    hago puedo puedes creo equipaje tabla""",
    letters={"ñ": 4.0, "¿": 6.0, "¡": 6.0, "ü": 0.3, "ú": 0.8, "í": 0.8, "ó": 0.8, "á": 0.7, "é": 0.4},
    countries=("ES", "MX", "AR"),
)
