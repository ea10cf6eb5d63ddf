/**
 * Given names that are common in Germany, and words that stand where a name could stand and are none. Plain lists; it
 * knows no text.
 */

export const GIVEN_NAMES: ReadonlySet<string> = new Set(
  (
    'Aaron Achim Adam Adelheid Adrian Agnes Ahmed Aileen Albert Albrecht Alena Alessandro Alex Alexander Alexandra Alfons ' +
    'Alfred Ali Alice Alina Alma Amelie Amir Andrea Andreas André Andrei Andrzej Angela Angelika Anika Anita Anja Anke Ann ' +
    'Anna Anne Annegret Annelie Anneliese Annemarie Annette Annika Ansgar Antje Anton Antonia Antonio Ariane Armin Arne ' +
    'Arno Arnold Arthur Artur Astrid August Axel Ayse Ayşe Barbara Bastian Beate Beatrice Beatrix Ben Benedikt Benjamin ' +
    'Benno Bernadette Bernd Bernhard Bert Berthold Bertram Bettina Bianca Birgit Birgitta Birte Björn Boris Brigitte Bruno ' +
    'Burkhard Camilla Carina Carl Carla Carlo Carmen Carola Caroline Carolin Carsten Cäcilia Cem Charlotte Chiara Chris ' +
    'Christa Christel Christian Christiane Christina Christine Christof Christoph Christopher Clara Claudia Claus Clemens ' +
    'Constanze Cornelia Corinna Cordula Cosima Dagmar Daniel Daniela Danilo Danny David Deniz Denis Dennis Detlef Detlev Diana ' +
    'Dieter Dietmar Dietrich Dirk Dominik Dora Doreen Doris Dorothea Dorothee Eberhard Eckart Eckhard Edda Edeltraud Edgar ' +
    'Edith Eduard Egon Elena Eleonore Elfriede Elias Elif Elisa Elisabeth Elise Elke Ella Ellen Elli Elsa Else Elvira Emil ' +
    'Emilia Emily Emine Emma Emre Engelbert Enrico Eric Erhard Erich Erik Erika Erna Ernst Erwin Esther Eugen Eva Evelyn ' +
    'Ewald Fabian Fabienne Fatih Fatima Fatma Felicitas Felix Ferdinand Finn Flora Florian Frank Franz Franziska Frauke Fred ' +
    'Frederik Frida Frieda Friederike Friedhelm Friedrich Fritz Gabriel Gabriele Gabi Georg George Gerald Gerd Gerda Gerhard ' +
    'Gerlinde Gero Gertrud Gesa Gesine Gisela Gitta Götz Gottfried Grace Greta Gudrun Guido Günter Günther Gunnar Gustav ' +
    'Hakan Hanna Hannah Hannelore Hannes Hans Harald Hartmut Hasan Hauke Hedwig Heide Heidemarie Heidi Heike Heiko Heiner ' +
    'Heino Heinrich Heinz Helena Helene Helga Helge Helmut Hendrik Henning Henri Henriette Henrik Henry Herbert Heribert ' +
    'Hermann Herta Hilde Hildegard Hiltrud Holger Horst Hubert Hubertus Hugo Ibrahim Ida Igor Ilka Ilona Ilse Imke Ina Ines ' +
    'Inga Inge Ingeborg Ingo Ingrid Inka Irena Irene Irina Iris Irma Irmgard Isabel Isabell Isabella Isabelle Ivan Ivana Ivonne ' +
    'Jacqueline Jakob James Jan Jana Janina Jannik Jannis Jasmin Jean Jennifer Jenny Jens Jessica Jill Joachim Jochen Joel Johann ' +
    'Johanna Johannes John Jonas Jonathan Jörg Jörn Josef Josefine Joseph Josephine Joshua Judith Jule Julia Julian Juliane ' +
    'Julius Jupp Jürgen Justin Justus Jutta Kai Karen Karin Karina Karl Karla Karlheinz Karola Karolin Karoline Karsten Kaspar ' +
    'Katarina Kate Katharina Kathrin Katja Katrin Kay Kemal Kerstin Kevin Kim Kira Kirsten Klara Klaus Konrad Konstantin ' +
    'Korbinian Kristin Kristina Kristof Kurt Lara Larissa Lars Lasse Laura Lea Leander Leif Lena Leni Lennart Leo Leon Leonard ' +
    'Leonhard Leonie Leonora Leopold Levin Lia Lieselotte Lilli Lilly Lina Linda Linus Lisa Liselotte Lotte Lorenz Lothar Louis ' +
    'Louisa Luca Lucas Lucia Lucie Ludger Ludwig Luis Luisa Luise Lukas Lutz Lydia Maik Maike Maja Malte Mandy Manfred Manja ' +
    'Manuel Manuela Mara Marc Marcel Marco Marcus Marek Maren Margarete Margarethe Margit Margot Margret Margrit Maria Marianne ' +
    'Marie Marieke Marietta Marina Mario Marion Marita Marius Mark Marko Markus Marlene Marlies Marta Martha Martin Martina Mary ' +
    'Mathias Mathilda Mathilde Mats Matteo Matthias Max Maximilian Maya Mechthild Mehmet Meike Melanie Melissa Mercedes Merle ' +
    'Meta Mia Michael Michaela Michel Michelle Mike Mila Milan Milena Mira Miriam Mirjam Mirko Mohamed Mona Monika Monique Moritz ' +
    'Murat Mustafa Nadine Nadja Nancy Natalia Natalie Natascha Neele Nele Nick Nicola Nicolas Nicole Niels Niklas Niko Nikolai ' +
    'Nikolaus Nils Nina Noah Nora Norbert Norman Nuria Olaf Oleg Olga Oliver Olivia Ömer Ortrud Oscar Oskar Oswald Otmar Otto ' +
    'Pascal Patricia Patrick Paul Paula Pauline Pavel Peer Peggy Peter Petra Philip Philipp Phillip Pia Pierre Piotr Rainer Ralf ' +
    'Ralph Ramona Raphael Rasmus Rebecca Rebekka Regina Regine Reiner Reinhard Reinhold Renate René Resi Richard Ricarda Rita ' +
    'Robert Roberto Robin Roger Roland Rolf Roman Romy Ronald Ronja Ronny Rosa Rosemarie Rosi Roswitha Rüdiger Rudi Rudolf Rupert ' +
    'Ruth Sabine Sabrina Sahra Samira Samuel Sandra Sandro Sandy Sara Sarah Sascha Saskia Sebastian Selina Selma Serkan Severin ' +
    'Siegbert Siegfried Sieglinde Siegmar Siegrid Sigrid Sigrun Silas Silja Silke Silvia Silvio Simon Simone Sina Sofia Sofie ' +
    'Sonja Sophia Sophie Stefan Stefanie Steffen Steffi Stella Stephan Stephanie Steven Susan Susanne Susi Sven Svenja Swantje ' +
    'Sybille Sylvia Tabea Tamara Tania Tanja Tatjana Theo Theodor Theresa Therese Theresia Thies Thilo Thomas Thorben Thorsten ' +
    'Till Tilman Tim Timo Tina Tobias Tom Toni Torben Torsten Traudl Traute Tristan Udo Ulf Uli Ulla Ulrich Ulrike Ursel Ursula ' +
    'Urte Ute Uwe Valentin Valentina Valeria Vanessa Vera Verena Veronika Viktor Viktoria Vincent Viola Volker Volkmar Waldemar ' +
    'Walter Waltraud Wanda Werner Wiebke Wilfried Wilhelm Wilhelmine Willi William Willy Winfried Wladimir Wolf Wolfgang Wolfram ' +
    'Xaver Yannick Yasmin Yusuf Yvonne Zeynep Zoe'
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
    'All Everyone Customer Customers Colleagues Friends Sales Department Office Company Kontakt Ansprechpartner Bearbeiter Telefonnummer Beschreibung Feld Wert Typ Art Code Geb Ihres Unseres Meines Eures Seines Holle Antje Oetker Hauschka Scholl Martens'
  ).split(' '),
);
