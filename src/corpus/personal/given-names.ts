/**
 * Given names that are common in Germany, and words that stand where a name could stand and are none. Plain lists; it
 * knows no text.
 */

export const GIVEN_NAMES: ReadonlySet<string> = new Set(
  (
    'Aaron Abdul Abdullah Achim Adam Adele Adelheid Adem Adrian Agnes Agnieszka Ahmed Aileen Aische Albert ' +
    'Albin Albrecht Aldo Alena Alessandro Alex Alexander Alexandra Alexej Alexis Alfons Alfred Alfredo Ali ' +
    'Alice Alicia Alina Alma Alois Aloys Alwin Alwine Amanda Amelia Amelie Amina Amir Anastasia Anatoli ' +
    'Andrea Andreas Andrei Andrzej André Angela Angelika Angelina Anika Anita Anja Anke Ann Anna Anne ' +
    'Annegret Annelie Anneliese Annemarie Annette Annika Anselm Ansgar Anthony Antje Antoine Anton Antonia ' +
    'Antonio Apostolos Arda Ariana Ariane Arif Armin Arne Arno Arnold Arthur Artur Asli Astrid Asya August ' +
    'Aurelia Axel Ayla Aylin Aynur Ayse Ayşe Azra Baran Barbara Bastian Bastien Beate Beatrice Beatrix ' +
    'Beatriz Belinda Ben Benedikt Benjamin Benno Berat Berenike Bernadeta Bernadette Bernd Bernhard Bert ' +
    'Berthold Bertram Bettina Betül Bianca Birgit Birgitta Birgül Birte Björn Blanka Bogdan Boris Bożena ' +
    'Brigitta Brigitte Bruno Burak Burkhard Camilla Cansu Carina Carl Carla Carlo Carlos Carlotta Carmen ' +
    'Carola Carolin Caroline Carsten Catharina Cathrin Catrin Celina Celine Cem Cengiz Charles Charlotte ' +
    'Charly Chiara Chloe Chris Christa Christel Christian Christiane Christin Christina Christine Christof ' +
    'Christoph Christopher Cindy Claire Clara Claudia Claudio Claus Clemens Clementine Conny Conrad ' +
    'Constantin Constanze Cordula Corinna Cornelia Cosima Curt Cyril Cäcilia Dagmar Daniel Daniela Danilo ' +
    'Danny Daria Dario Dariusz David Davide Deborah Delia Denis Deniz Dennis Derya Detlef Detlev Diana ' +
    'Dieter Dietmar Dietrich Dilara Dimitri Dimitrios Dirk Djamila Dmitri Dominik Donata Dora Doreen Doris ' +
    'Dorit Dorothea Dorothee Dragan Dunja Dustin Désirée Dörte Eberhard Ebru Eckart Eckhard Eda Edda ' +
    'Edeltraud Edeltraut Edgar Edith Edmund Eduard Edward Efe Egon Eike Eileen Ekaterina Ekkehard Elena ' +
    'Eleni Eleonore Elfriede Eliana Elias Elif Elina Elisa Elisabeth Elisabetta Elise Elke Ella Ellen Elli ' +
    'Elmar Elsa Else Elvira Emanuel Emil Emilia Emily Emine Emma Emre Enes Engelbert Enno Enrico Erdal Erhan ' +
    'Erhard Eric Erich Erik Erika Erkan Erna Ernestine Ernst Erwin Esra Esther Etienne Eugen Eugenia Eva ' +
    'Evelin Evelyn Evi Ewa Ewald Fabian Fabienne Falk Falko Farah Fatih Fatima Fatma Felicitas Felix ' +
    'Ferdinand Ferit Fiete Filip Finn Fiona Flora Florian Folkert Francesca Francesco Frank Franz Franziska ' +
    'François Frauke Fred Frederic Frederik Frederike Freya Frida Frieda Friedel Friederich Friederike ' +
    'Friedhelm Friedrich Frithjof Fritz Fynn Gabi Gabriel Gabriele Gaby Gamze Georg George Gerald Gerd Gerda ' +
    'Gereon Gerhard Gerlinde Gernot Gero Gertrud Gesa Gesche Gesine Giacomo Gianluca Gina Giovanni Gisela ' +
    'Gitta Giulia Giuseppe Goran Gottfried Gottlieb Grace Greta Grit Grzegorz Gudrun Guido Gundula Gunnar ' +
    'Gustav Gökhan Götz Gül Günter Günther Hadi Hakan Halil Hamza Hanna Hannah Hanne Hannelore Hannes Hans ' +
    'Harald Hartmut Hasan Hassan Hatice Hauke Hedi Hedwig Heide Heidemarie Heidi Heike Heiko Heiner Heinke ' +
    'Heino Heinrich Heinz Helen Helena Helene Helga Helge Helma Helmut Hendrik Henning Henny Henri Henriette ' +
    'Henrik Henrike Henry Herbert Heribert Hermann Herta Hilde Hildegard Hilmar Hiltrud Hinnerk Hinrich ' +
    'Holger Holm Horst Hubert Hubertus Hugo Hussein Hüseyin Ibrahim Ida Igor Ilja Ilka Ilker Ilona Ilse Iman ' +
    'Imke Immanuel Imogen Ina Ines Inga Inge Ingeborg Ingmar Ingo Ingolf Ingrid Inka Irena Irene Irina Iris ' +
    'Irma Irmela Irmgard Irmtraud Isa Isabel Isabell Isabella Isabelle Isidor Ismail Ivan Ivana Ivo Ivonne ' +
    'Iwona Izabela Jacek Jacob Jacqueline Jakob James Jan Jana Janina Jannes Jannik Jannis Jaqueline ' +
    'Jaroslav Jaroslaw Jasmin Jean Jelena Jennifer Jenny Jens Jeremias Jerzy Jessica Jill Jimmy Joachim ' +
    'Joana Joanna Jochem Jochen Joel Johann Johanna Johannes John Jonas Jonathan Jorge Joris Josef Josefine ' +
    'Joseph Josephine Joshua Jost José Juan Juana Judith Jule Julia Julian Juliana Juliane Julie Julika ' +
    'Julius Jupp Justin Justus Jutta Jérôme Jörg Jörgen Jörn Jürgen Kaan Kadir Kai Kamil Karen Karim Karin ' +
    'Karina Karl Karla Karlheinz Karola Karolin Karoline Karsten Kaspar Katalin Katarina Kate Katharina ' +
    'Katharine Kathleen Kathrin Katinka Katja Katrin Kay Kemal Kenan Kerstin Kevin Khalid Kilian Kim Kira ' +
    'Kirsten Klaas Klara Klaus Knut Konrad Konstantin Korbinian Korinna Kristian Kristiane Kristin Kristina ' +
    'Kristof Krystyna Krzysztof Kurt Laila Lale Lamin Lara Larissa Lars Lasse Laura Laurenz Laurin Lea ' +
    'Leander Leif Leila Lena Leni Lennard Lennart Leo Leon Leona Leonard Leonhard Leonie Leonora Leopold ' +
    'Levi Levin Levke Lia Liam Liane Lieselotte Lilian Liliana Liliane Lilith Lilli Lilly Lina Linda Linus ' +
    'Lisa Liselotte Loni Lore Lorena Lorenz Lorenzo Lothar Lotta Lotte Louis Louisa Luca Lucas Lucia Lucian ' +
    'Luciano Lucie Ludger Ludwig Luigi Luis Luisa Luise Lukas Lukasz Luna Lutz Lydia Maciej Madeleine Magda ' +
    'Magdalena Magnus Mahmud Maik Maike Maja Malgorzata Malin Malina Malte Mandy Manfred Manja Manuel ' +
    'Manuela Mara Marc Marcel Marcin Marco Marcus Mareike Marek Maren Marga Margarete Margarethe Margarita ' +
    'Margit Margot Margret Margrit Maria Marianna Marianne Mariano Marie Marieke Marietta Marija Marina ' +
    'Mario Marion Marita Marius Mariusz Mark Marko Markus Marlene Marlies Marlon Marta Martha Martin Martina ' +
    'Martje Marvin Mary Massimo Mateusz Mathias Mathilda Mathilde Mats Matteo Matthias Maurice Maurizio Max ' +
    'Maxim Maximilian Maya Małgorzata Mechthild Mehmet Meike Meinhard Meinolf Melanie Melek Melina Melissa ' +
    'Mercedes Merle Merve Mesut Meta Mia Micha Michael Michaela Michail Michal Michał Michel Michelle Miguel ' +
    'Mikael Mikail Mike Mila Milan Milana Milena Milo Mina Minna Mira Miriam Mirjam Mirko Miro Miroslav ' +
    'Mohamed Mohammad Mohammed Momme Mona Monika Monique Monja Moritz Morten Muhammed Murat Muriel Mustafa ' +
    'Nadia Nadine Nadja Nancy Natalia Natalie Natalija Natascha Nathalie Nathan Nazan Neele Nele Neslihan ' +
    'Nick Nicola Nicolai Nicolas Nicolaus Nicole Niels Nikita Niklas Niko Nikola Nikolai Nikolas Nikolaus ' +
    'Nilgün Nils Nilüfer Nina Nino Noah Noel Nora Norbert Norman Nurcan Nuri Nuria Okan Oke Oktay Olaf Ole ' +
    'Oleg Oleksandr Olena Olga Oliver Olivia Onur Orhan Orkan Ortrud Ortwin Oscar Oskar Osman Oswald Otmar ' +
    'Ottilie Otto Ottokar Pablo Paola Paolo Pascal Patricia Patrick Paul Paula Paulina Pauline Pavel Pawel ' +
    'Paweł Pedro Peer Peggy Perihan Peter Petra Philine Philip Philipp Philippa Phillip Pia Pierre Piet ' +
    'Pinar Piotr Przemyslaw Quentin Rafael Rafał Raimund Rainer Ralf Ralph Ramazan Ramon Ramona Rana Rania ' +
    'Raoul Raphael Raphaela Rasmus Rebecca Rebekka Regina Regine Reimar Reimund Reiner Reinhard Reinhilde ' +
    'Reinhold Renata Renate Renato René Resi Reza Ria Ricarda Richard Rieke Rika Rikarda Rita Riza Robby ' +
    'Robert Roberto Robin Rocco Rodrigo Roger Roland Rolf Roman Romina Romy Ronald Ronja Ronny Rosa Rosalie ' +
    'Rosalinde Rosario Rosemarie Rosi Roswitha Roxana Ruben Rudi Rudolf Rune Rupert Ruslan Ruth Rüdiger ' +
    'Sabine Sabrina Sahra Said Salim Sally Salome Salvatore Sami Samir Samira Samuel Sandra Sandrine Sandro ' +
    'Sandy Sanja Santiago Sara Sarah Sarina Sascha Saskia Savas Sebastian Sefa Selin Selina Selma Semra ' +
    'Senta Serap Sergei Sergej Serkan Severin Sevgi Sevim Sibel Sibylle Siegbert Siegfried Sieglinde Siegmar ' +
    'Siegrid Siegrun Sigmar Sigrid Sigrun Sigurd Silas Silja Silke Silvana Silvester Silvia Silvio Simon ' +
    'Simona Simone Sina Sinan Slawomir Sofia Sofie Solveig Sonja Sophia Sophie Stanislav Stanislaw Stefan ' +
    'Stefanie Stefano Steffen Steffi Stella Stephan Stephanie Steven Stine Suleika Suleiman Susan Susanne ' +
    'Susi Svea Sven Svenja Svetlana Swantje Swenja Swetlana Sybille Sylke Sylvester Sylvia Sönke Sören ' +
    'Süleyman Tabea Taha Tahir Tamara Tamina Tania Tanja Tarek Tarik Tatiana Tatjana Teresa Thea Theo ' +
    'Theodor Theodora Theresa Therese Theresia Thies Thilde Thilo Thomas Thorben Thore Thorge Thorsten Tibor ' +
    'Tiemo Till Tilman Tim Timo Timon Timur Tina Titus Tjark Tjorven Tobias Tom Tomasz Tomás Toni Torben ' +
    'Torge Torsten Traudl Traute Tristan Tuana Tuncay Tülay Udo Ulf Uli Ulla Ulrich Ulrike Ursel Ursina ' +
    'Ursula Urte Uschi Ute Utz Uwe Valentin Valentina Valentino Valeria Valerie Vanessa Vasco Veit Vera ' +
    'Verena Verona Veronika Victor Victoria Viktor Viktoria Vincent Vincenzo Viola Vito Vladimir Volker ' +
    'Volkmar Vroni Waldemar Wally Walter Waltraud Waltraut Wanda Wendelin Wenzel Werner Wiebe Wiebke Wieland ' +
    'Wilfried Wilhelm Wilhelmine Willi William Willy Wilma Wiltrud Wim Winfried Wladimir Wojciech Wolf ' +
    'Wolfgang Wolfram Xaver Xenia Yann Yannick Yara Yasemin Yasin Yasmin Ylva Yonca Yuki Yuri Yusuf Yvonne ' +
    'Zara Zehra Zeynep Zita Zlatko Zoe Zoran Zsuzsanna Ömer Ömür Özge Özlem Ümit Ünal Łukasz'
  ).split(' '),
);

/** Given names that are words, brands or months as well: they make no name without a title or label. */
export const DOUBTFUL_GIVEN: ReadonlySet<string> = new Set(
  (
    'August Mark Roman Kai Wolf Else Mercedes Meta Peer Flora Grace Roland Stella Luna Rosa Maria Alma Kate Bert Loni Iman ' +
    'Isa Gül Rune Mats Titus Otto Ernst Max Horst Jan Art Till Robin Milan Florian Regina Victoria Linda Veit Verona Rosario ' +
    'Santiago Salvatore Peggy Paris Adele Nancy Levi Arda Ria Lotte Lore Gabriel Christian'
  ).split(' '),
);

/** Capitalised words that end a name or are none. */
export const NO_NAME: ReadonlySet<string> = new Set(
  (
    'Der Die Das Den Dem Des Ein Eine Einen Einer Eines Einem Er Sie Es Wir Ihr Ich Du Uns Ihnen Ihre Ihren Ihrem Ihrer Mein ' +
    'Meine Unser Unsere Und Oder Aber Auch Als Am An Auf Aus Bei Beim Bis Da Dann Dass Denn Dies Diese Dieser Dieses Durch Für ' +
    'Gegen Hat Haben Hier Hinter Im In Ist Ja Jede Jeder Kann Kein Keine Können Mit Muss Nach Nein Nicht Noch Nun Nur Ob Ohne ' +
    'Seit Sich Sind So Soll Über Um Unter Vom Von Vor War Was Wegen Weil Wenn Wer Wie Wird Wo Zu Zum Zur Zwischen Bitte Danke ' +
    'Vielen Viele Mehr Alle Alles Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonnabend Sonntag Januar Februar März April ' +
    'Mai Juni Juli August September Oktober November Dezember Uhr Tag Woche Monat Jahr Heute Morgen Gestern Abend Mittag Nacht ' +
    'Herr Herrn Frau Herren Frauen Damen Familie Eheleute Doktor Professor Dr Prof Dipl Mr Mrs Ms Miss Sir Madam ' +
    'Team Abteilung Service Support Vertrieb Einkauf Buchhaltung Personal Personalabteilung Zentrale Verwaltung Geschäftsführung ' +
    'Geschäftsleitung Kundenservice Kundendienst Technik Produktion Lager Versand Empfang Sekretariat Redaktion Marketing Leitung ' +
    'Büro Firma Unternehmen Gesellschaft Gruppe Holding Bank Sparkasse Versicherung Verein Verband Verlag Stiftung Institut Amt ' +
    'Finanzamt Gericht Amtsgericht Landgericht Stadt Gemeinde Kreis Landkreis Land Bund Ministerium Behörde Schule Universität ' +
    'Hochschule Klinik Krankenhaus Praxis Kanzlei Apotheke Hotel Werk Stadtwerke Autohaus Bäckerei Zentrum Haus Center Shop Markt ' +
    'Kollege Kollegin Kollegen Kolleginnen Kunde Kundin Kunden Kundinnen Mitarbeiter Mitarbeiterin Mitarbeitende Gäste Freunde ' +
    'Mitglieder Leser Leserin Leserinnen Eltern Kinder Schüler Studierende Bürger Bürgerinnen Mieter Nachbarn Zusammen Welt Leute ' +
    'Interessenten Bewerber Partner Nutzer Anwender Anwenderin Interessierte Gemeinsam Nummer Nr Name Vorname Nachname Adresse ' +
    'Anschrift Straße Ort Datum Telefon Tel Fax Mobil Email Mail Rechnung Angebot Auftrag Bestellung Lieferung Vertrag Kundennummer ' +
    'Betreff Anlage Anlagen Seite Absatz Artikel Nummer Gesetz Verordnung Richtlinie Satz Protokoll Bericht Projekt Termin ' +
    'GmbH AG KG OHG UG GbR SE eG Co Ltd Inc LLC Mbh KGaA Nord Süd Ost West Unbekannt Unbesetzt Offen Vakant Entfällt Keine Kein ' +
    'Jeweils Siehe Alle Diverse Verschiedene System Admin Administrator Benutzer Standard Extern Intern Global Allgemein Gast ' +
    'Leistung Menge Preis Summe Einheit Bezeichnung Status Priorität Thema Zeit Raum Beginn Ende Dauer Sitzung Besprechung ' +
    'Best Kind Regards Sincerely The This That From Your Our We You He She It And For With Please Thanks Thank Hello Dear ' +
    'All Everyone Customer Customers Colleagues Friends Sales Department Office Company Kontakt Ansprechpartner Bearbeiter Telefonnummer Beschreibung Feld Wert Typ Art Code Nachlass Nachlaß Erben Text Preise Preis Zahl Werte Geb Ihres Unseres Meines Eures Seines Holle Antje Oetker Hauschka Scholl Martens'
  ).split(' '),
);
