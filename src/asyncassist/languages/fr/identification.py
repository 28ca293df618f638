"""French words and letters that identify the language."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.identification import Identification

IDENTIFICATION: Final = Identification(
    words="""janv fevr slt dec le la les l un une des de du d au aux a en dans sur sous par pour avec sans chez vers
    jusque
    jusqu depuis
    et ou mais que qu qui quel quelle quels quelles quand comment pourquoi combien ne n pas non oui si je j tu il
    elle on nous vous ils elles me m te t se s lui leur mon ma mes ton ta tes son sa ses notre nos votre vos ce c
    cet cette ces cela ca ici la etre suis es est sommes etes sont etait ete avoir ai as avons avez ont aller vais
    va allons allez vont veux veut voulons voulez voudrais voudrait voudrions aimerais aimerions besoin peux peut
    pouvez pourriez pouvons faire fais fait faites donner donne donnez dire dites voir venir chercher cherche
    cherchez trouver trouve trouvez montrer montre montrez acheter reserver reserve reservez reservation voyager
    voyage voyages voler vol vols billet billets aeroport avion compagnie aerienne valise valises bagage bagages
    cabine siege place classe economique eco affaires premiere pas cher chere chers moins plus direct directs
    directe escale escales retour allers aller simple rentrer partir pars part partons partant depart arrivee
    arriver arrivant destination origine un deux trois quatre cinq six sept huit neuf dix onze douze aujourd hui
    demain hier apres avant maintenant bientot tot tard soir matin nuit midi jour jours semaine semaines mois an
    ans annee prochain prochaine dernier derniere lundi mardi mercredi jeudi vendredi samedi dimanche janvier
    fevrier mars avril mai juin juillet aout septembre octobre novembre decembre noel paques personnes personne
    adulte adultes enfant enfants bebe bebes fils fille femme mari ami amis seulement juste aussi tres beaucoup
    bien bon bonne merci bonjour bonsoir salut revoir plait stp svp aide aider aidez annuler annule annulez changer
    change modifier retarde statut prix coute argent euros deja encore meme accord parfait super desole attends
    alors quelque chose aucun aucune autre autres tous tout toute rien raconte musique blague temps heure heures
    savoir seul seule fenetre couloir perdu est-ce voici voila moi toi
    allumer allume allumez eteindre eteins eteignez lumiere lumieres alarme reveiller reveille rappeler rappelle
    rappel appeler appelle
    envoyer envoie envoyez message mail mails courriel liste ajouter ajoute ajoutez supprimer supprime enlever
    enleve lire lis lisez
    nouvelles actualites radio volume fort bas cuisine chambre salon maison travail bureau reunion calendrier
    agenda evenement evenements
    creer cree commencer commence ouvrir ouvre fermer ferme mettre mets mettez parler parle ecouter ecoute
    entendre regarder film livre
    nourriture diner dejeuner manger boire cafe eau recette restaurant commander commande pres rue ville pays
    monde gens homme garcon
    mere pere frere soeur famille nom vieux nouveau nouvelle nouvelles grand grande petit petite long chaud froid
    pluie pleuvoir pleut
    soleil heureux triste meilleur meilleure pire droite gauche jamais toujours souvent fois chaque propre dessous
    entre contre chose
    choses vie jouer joue jouez musique montre combien fait-il etaient serait sera sont y dont cela celui celle
    ceux leurs aussi ainsi
    donc parce rien tous toutes toute lors quoi est-il a-t-il puis
    trop ton appli genial super truc""",
    letters={
        "œ": 4.0,
        "ç": 1.5,
        "ê": 1.5,
        "è": 1.5,
        "ù": 1.0,
        "û": 3.0,
        "î": 3.0,
        "à": 1.0,
        "é": 0.6,
        "â": 1.0,
        "ô": 1.0,
    },
    countries=("FR",),
)
