// Names that are ordinary in Belgium, to invent people from. Whoever is meant by a combination is a coincidence.

export const givenNames: Readonly<Record<'nl' | 'fr' | 'de', readonly string[]>> = {
  nl: (
    'Adam Amber Amir An Anke Arne Aya Bart Ben Bieke Bjorn Britt Carla Cedric Celine Daan Dirk Dries Ella Els Emma Eva Evi Femke ' +
    'Filip Finn Frank Geert Gert Greet Hans Hilde Ilse Imane Ine Inge Ingrid Jan Jana Jens Jeroen Jo Joke Joris Julie Jurgen ' +
    'Karen Karim Karin Karolien Kathleen Katrien Kevin Kim Koen Koenraad Kris Kristof Laura Leen Lien Lies Lieve Linde Lise ' +
    'Lore Louis Lucas Maarten Malika Mark Marleen Mathias Mia Mieke Mohamed Myriam Nadia Nele Nick Niels Nina Noah Nora Omar ' +
    'Patrick Pauline Petra Pieter Rik Rita Robin Roel Rudi Ruth Sam Sander Sarah Sara Sigrid Simon Sofie Stefaan Stef Steven Stijn ' +
    'Sven Thomas Tim Tine Tinne Toon Veerle Vera Vincent Wannes Ward Wendy Werner Wouter Yannick Youssef Zoë'
  ).split(' '),
  fr: (
    'Adrien Alain Alice Amélie Anaïs Antoine Arthur Aurélie Benoît Brigitte Camille Catherine Cécile Charlotte Chloé Christophe ' +
    'Claire Clément Corinne Damien Delphine Didier Élise Émilie Éric Fabienne Florence François Gaëlle Geneviève Guillaume Hélène ' +
    'Henri Hugo Inès Jacques Jérôme Julien Laurence Laurent Léa Louise Lucie Manon Marie Mathilde Michel Nathalie Nicolas Olivier ' +
    'Pascale Pauline Pierre Quentin Rachid Romain Sabrina Sébastien Sophie Stéphanie Sylvie Thibault Valérie Véronique Xavier Yves'
  ).split(' '),
  de: 'Anja Bernd Birgit Dieter Elfriede Erwin Gabi Gerd Heike Helga Ingo Joachim Karin Leo Manfred Martina Norbert Ralph Silke Uwe'.split(
    ' ',
  ),
};

export const familyNames: Readonly<Record<'nl' | 'fr' | 'de', readonly string[]>> = {
  nl: (
    'Adams,Aerts,Baert,Bauwens,Beckers,Bogaert,Bogaerts,Bosmans,Boonen,Braem,Callens,Carlier,Ceulemans,Christiaens,Claes,Claessens,' +
    'Coppens,Cools,Cuypers,Daems,De Backer,De Bruyn,De Clercq,De Cock,De Meyer,De Pauw,De Smedt,De Smet,De Vos,De Wilde,De Witte,' +
    'Declercq,Devos,Dierckx,El Idrissi,Engelen,Geerts,Gielen,Goethals,Goossens,Hendrickx,Hermans,Heylen,Jacobs,Jansen,Janssen,' +
    'Janssens,Lambrechts,Lemmens,Leys,Lievens,Maes,Maertens,Martens,Mertens,Michiels,Moens,Nijs,Nys,Peeters,Pauwels,Philips,' +
    'Raes,Roels,Saidi,Segers,Sels,Simons,Smets,Smeets,Stevens,Thys,Timmermans,Van Damme,Van de Velde,Van den Bossche,Van Dyck,' +
    'Van Hove,Van Loon,Vandenberghe,Vanderstraeten,Vandevelde,Verbeke,Verbruggen,Vercammen,Verhaegen,Verheyen,Verhoeven,Verlinden,' +
    'Vermeersch,Vermeiren,Vermeulen,Verstraete,Wauters,Wellens,Willems,Wouters,Yilmaz'
  ).split(','),
  fr: (
    'André,Bastin,Bernard,Bodart,Collard,Collin,Denis,Deprez,Dubois,Dumont,Dupont,Fontaine,François,Gérard,Gilles,Grégoire,Hubert,' +
    'Jacques,Lambert,Laurent,Lebrun,Leclercq,Lefebvre,Legrand,Lejeune,Léonard,Martin,Mathieu,Michel,Noël,Petit,Pierre,Renard,Simon,' +
    'Thiry,Thomas,Toussaint,Urbain,Wéry,Willame'
  ).split(','),
  de: 'Bauer,Breuer,Cremer,Faymonville,Franzen,Heinen,Hilgers,Keutgen,Kohnen,Küpper,Lenz,Meyer,Niessen,Pauels,Radermacher,Schmitz,Schröder,Theissen,Wirtz,Zimmer'.split(
    ',',
  ),
};

export const functions: Readonly<Record<'nl' | 'fr' | 'de', readonly string[]>> = {
  nl: 'Administratief medewerker,Beleidsmedewerker,Boekhouder,Dossierbeheerder,Loketmedewerker,Maatschappelijk werker,Deskundige omgeving,Diensthoofd,Jurist,Personeelsconsulent'.split(
    ',',
  ),
  fr: 'Employé administratif,Conseiller,Comptable,Gestionnaire de dossiers,Agent de guichet,Assistant social,Chef de service,Juriste'.split(
    ',',
  ),
  de: 'Verwaltungsangestellter,Berater,Buchhalter,Sachbearbeiter,Sozialarbeiter,Dienstleiter'.split(','),
};
