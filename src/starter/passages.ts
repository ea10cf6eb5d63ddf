/**
 * Sentences that carry no listed fact: about products in general, by theme, and the openings and endings of each kind of
 * document. Table: its length is its content. Slots: the product's noun, `zweck`, `teil.` (its spare part), `kunde.`
 * (a customer), `datum`, `monat`, `jahr`, `irgendwann` (some month), `firma`, `ort`, `anzahl`, `auftrag`.
 */

/** What one product is for; `features`, `care` and `safety` of the product itself come beside these. */
export const purposePassages: readonly string[] = [
  '{nom} dient {zweck}.',
  '{nom} eignet sich {zweck} und ist schnell eingerichtet.',
  'Viele [Betriebe|Werkstätten|Kunden] nutzen {akk} {zweck}.',
  'Gebaut wurde {nom} {zweck}.',
];

/** About one product: whatever else may be said of any of them. */
export const productPassages: readonly string[] = [
  'Unsere [Konstruktion|Entwicklung] hat {akk} zuletzt im {irgendwann} überarbeitet.',
  'Als Ersatzteil {gen} wird am häufigsten {teil.nom} verlangt.',
  'Bei {dat} lässt sich {teil.nom} in wenigen [Minuten|Handgriffen] austauschen.',
  'Vor der Auslieferung prüfen wir {akk} auf einem eigenen [Prüfstand|Messplatz].',
  'Auch {kunde.nom} arbeitet seit [Jahren|dem vorigen Sommer|einiger Zeit] mit {dat}.',
  'In der Ausstellung können Sie {akk} in Ruhe ausprobieren.',
  'Wer {akk} zum ersten Mal benutzt, sollte die Anleitung ganz lesen.',
  'Zum Lieferumfang gehören {nom}, eine Anleitung und ein Satz Schrauben.',
  'Im Vergleich zum Vorgänger ist {nom} handlicher und [einfacher zu warten|leichter zu reinigen].',
  'Besonders gelobt wird bei {dat} die saubere Verarbeitung.',
  'Fragen zu {dat} beantwortet der Kundendienst gern.',
  'Ein [Techniker|Monteur] erklärt Ihren Leuten auf Wunsch {akk}.',
];

/** Before the facts about the company at the end of a document. */
export const companyLeads: readonly string[] = [
  'Zum Schluss [noch einige|einige weitere] Angaben zu unserem Haus.',
  'Über unser Haus sollten Sie außerdem das Folgende wissen.',
  'Es folgen einige [nützliche|allgemeine] Hinweise zu unserem Betrieb.',
  'Gut zu wissen ist auch dies.',
  'Noch ein paar Worte zum Haus Wertholm.',
];

export type Theme =
  | 'versand'
  | 'zahlung'
  | 'service'
  | 'sicherheit'
  | 'pflege'
  | 'qualitaet'
  | 'ausbildung'
  | 'besuch'
  | 'umwelt'
  | 'betrieb'
  | 'lager'
  | 'entwicklung';

export const themes: Readonly<Record<Theme, readonly string[]>> = {
  versand: [
    'Kleine Teile gehen als Paket auf den Weg, schwere Maschinen bringt eine Spedition.',
    'Die Spedition meldet sich [einen Tag|zwei Tage] vor der Zustellung bei Ihnen.',
    'Bitte prüfen Sie die Ware noch in Gegenwart des Fahrers auf sichtbare Schäden.',
    'Halten Sie zum Abladen einen Stapler oder [einen Hubwagen|eine kräftige Hilfe] bereit.',
    'Die Verpackung besteht aus Holz und Karton und kann wiederverwendet werden.',
    'Teillieferungen sind möglich, wenn einzelne Artikel nicht auf Lager liegen.',
    'Mit der Rechnung erhalten Sie einen Link, unter dem Sie die Sendung verfolgen.',
    'Auf Wunsch stellen wir die Maschine bis an ihren endgültigen Platz.',
    'Lieferungen auf Inseln und in die Berge brauchen etwas länger.',
    'Der Versand nimmt Änderungen der Anschrift bis zum Mittag vor der Abholung an.',
  ],
  zahlung: [
    'Die Rechnung liegt der Ware bei und kommt auf Wunsch auch als Datei.',
    'Neue Kunden bitten wir beim ersten Auftrag um Vorkasse.',
    'Schulen und Behörden erhalten auf Antrag einen Nachlass.',
    'Bei Fragen zu einer Rechnung nennen Sie bitte immer die Auftragsnummer.',
    'Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.',
    'Gutschriften verrechnen wir mit der nächsten Rechnung oder zahlen sie aus.',
    'Preise gelten bis zum Erscheinen der nächsten Liste.',
    'Für größere Anschaffungen vereinbaren wir gern feste Raten.',
    'Eine Mahnung verschicken wir erst, wenn eine freundliche Erinnerung ohne Antwort geblieben ist.',
  ],
  service: [
    'Der Kundendienst repariert alle Maschinen aus eigener Fertigung.',
    'Schildern Sie den Fehler bitte in wenigen Sätzen und legen Sie ein Foto bei.',
    'Für die Dauer der Reparatur leihen wir Ihnen auf Wunsch ein ähnliches Gerät.',
    'Originalteile passen genau und verlängern das Leben der Maschine.',
    'Eine jährliche Durchsicht erspart die meisten Ausfälle.',
    'Vor jeder größeren Arbeit erhalten Sie einen Kostenvoranschlag.',
    'Unsere Monteure sind an den Werktagen in der ganzen Region unterwegs.',
    'Gebrauchte Geräte werden gereinigt, geprüft und neu eingestellt.',
    'Jede Reparatur wird in einem kurzen Bericht festgehalten.',
    'Auch für Maschinen, die nicht mehr gebaut werden, finden wir meist eine Lösung.',
  ],
  sicherheit: [
    'Nur unterwiesene Personen dürfen an den Maschinen arbeiten.',
    'Lose Kleidung, Schmuck und offenes langes Haar gehören nicht an drehende Teile.',
    'Die Not-Aus-Taste muss jederzeit frei erreichbar sein.',
    'Defekte Kabel werden sofort ersetzt und nicht mit Band umwickelt.',
    'Halten Sie den Boden rund um den Arbeitsplatz trocken und frei von Spänen.',
    'Vor jeder Wartung wird der Hauptschalter ausgeschaltet und mit einem Schloss gesichert.',
    'Gehörschutz ist in der lauten Halle Pflicht.',
    'Jugendliche arbeiten nur unter Aufsicht einer erfahrenen Fachkraft.',
    'Der Verbandkasten hängt neben der Tür und wird jeden Monat aufgefüllt.',
    'Melden Sie auch kleine Unfälle noch am selben Tag.',
    'Schutzeinrichtungen dürfen weder entfernt noch überbrückt werden.',
    'Bei schlechtem Licht ist die Arbeit einzustellen, bis die Lampe wieder leuchtet.',
  ],
  pflege: [
    'Ein sauberer Arbeitsplatz ist die halbe Pflege.',
    'Benutzen Sie zum Reinigen ein weiches Tuch und keine scharfen Mittel.',
    'Blanke Flächen schützt ein dünner Film aus harzfreiem Öl.',
    'Feuchte Räume fördern Rost, deshalb sollte die Werkstatt gut gelüftet sein.',
    'Notieren Sie jede Wartung mit Datum im Maschinenbuch.',
    'Nach längeren Pausen läuft die Maschine zuerst einige Minuten ohne Last.',
    'Schrauben und Muttern sollten einmal im Quartal nachgezogen werden.',
    'Verschlissene Teile ersetzt man besser zu früh als zu spät.',
    'Späne und Staub entfernt man am besten gleich nach der Arbeit.',
    'Ein Tropfen Öl an der richtigen Stelle wirkt oft Wunder.',
    'Fett gehört nur dorthin, wo die Anleitung es vorsieht.',
  ],
  qualitaet: [
    'Jede Maschine durchläuft am Ende der Montage eine Prüfung mit zwanzig Punkten.',
    'Die Messwerte der Abnahme bewahren wir zehn Jahre lang auf.',
    'Rohteile kommen von Gießereien, die wir seit Langem kennen.',
    'Fehler besprechen wir offen und suchen nach der Ursache statt nach Schuldigen.',
    'Die Maße der wichtigsten Teile werden in einem klimatisierten Raum kontrolliert.',
    'Ein gutes Werkzeug erkennt man daran, dass man es gern in die Hand nimmt.',
    'Rückmeldungen der Kunden gehen ohne Umweg an die Konstruktion.',
    'Lieber liefern wir einen Tag später als eine Maschine mit Mängeln.',
    'Lehren und Messgeräte werden zweimal im Jahr kalibriert.',
  ],
  ausbildung: [
    'In der Lehrwerkstatt lernen junge Menschen zuerst das Feilen, Bohren und Messen.',
    'Nach der Prüfung übernehmen wir die meisten Auszubildenden in ein festes Verhältnis.',
    'Die Berufsschule besuchen sie an zwei Tagen in der Woche.',
    'Wer sich bewirbt, darf vorher eine Woche lang zur Probe mitarbeiten.',
    'Erfahrene Kollegen begleiten jeden Neuling durch das erste Jahr.',
    'Wir freuen uns über Bewerbungen aus allen Schulformen.',
    'Das Gesellenstück wird am Ende in der Ausstellung gezeigt.',
    'Auch Quereinsteiger sind willkommen, wenn sie Geschick und Geduld mitbringen.',
    'Die Kosten für Bücher und Fahrkarten trägt der Betrieb.',
  ],
  besuch: [
    'Besucher melden sich bitte zuerst am Empfang und erhalten dort einen Ausweis.',
    'Vom Bahnhof in {ort} ist das Werk zu Fuß in einer Viertelstunde zu erreichen.',
    'Kinder sind herzlich willkommen, müssen in den Hallen aber an der Hand bleiben.',
    'In den Hallen tragen Gäste eine Schutzbrille, die wir gern ausleihen.',
    'Das Fotografieren ist in der Ausstellung erlaubt, in der Montage dagegen nicht.',
    'Der Weg zur Ausstellung ist vom Tor an mit grünen Pfeilen gekennzeichnet.',
    'Größere Gruppen melden sich bitte zwei Wochen vorher an.',
    'An Feiertagen bleiben alle Abteilungen geschlossen.',
    'Am Sonntag ist der gesamte Betrieb geschlossen.',
    'Für Fahrräder gibt es einen überdachten Stand neben dem Eingang.',
  ],
  umwelt: [
    'Auf dem Dach der Montagehalle erzeugen Solarzellen einen Teil des Stroms.',
    'Metallspäne werden gesammelt, gepresst und wieder eingeschmolzen.',
    'Altes Öl nehmen wir kostenlos zurück und geben es zur Aufbereitung.',
    'Die Abwärme der Härterei heizt im Winter die Büros.',
    'Holz beziehen wir aus Wäldern im Umkreis von hundert Kilometern.',
    'Kartons werden bei uns mehrfach verwendet und erst dann entsorgt.',
    'Alte Maschinen zerlegen wir und führen die Metalle dem Kreislauf zu.',
    'Regenwasser sammelt sich in einem Becken und kühlt im Sommer die Halle.',
  ],
  betrieb: [
    'Die Firma entstand aus einer kleinen Schmiede am Bach.',
    'In drei Hallen wird gedreht, geschweißt, lackiert und montiert.',
    'Der Betrieb gehört noch heute der Familie, die ihn gegründet hat.',
    'Gefertigt wird fast alles in {ort}, nur Gussteile kommen von außerhalb.',
    'Im Sommer feiert die Belegschaft ein Fest mit Musik und gutem Essen.',
    'Wichtige Entscheidungen werden mit dem Betriebsrat besprochen.',
    'Der Export macht etwa ein Drittel des Umsatzes aus.',
    'Die neue Lackiererei ging nach kurzer Bauzeit in Betrieb.',
    'Viele Familien arbeiten schon in der dritten Generation im Werk.',
    'Das Zeichen der Firma ist ein Hammer über einer Welle.',
  ],
  lager: [
    'Im Lager hat jeder Artikel einen festen Platz und ein gut lesbares Schild.',
    'Schwere Teile stehen unten, leichte liegen oben.',
    'Die Inventur findet in der letzten Woche des Jahres statt.',
    'Ein Scanner bucht jede Entnahme sofort in den Bestand.',
    'Fehlmengen werden am selben Abend an den Einkauf gemeldet.',
    'Empfindliche Ware lagert in trockenen Schränken.',
    'Die Gänge bleiben frei, damit der Stapler ungehindert fahren kann.',
    'Rückläufer werden getrennt gesammelt und zuerst geprüft.',
    'Jede Palette trägt einen Zettel mit Ziel und Gewicht.',
  ],
  entwicklung: [
    'Vor jeder neuen Maschine steht eine lange Liste mit Wünschen der Kunden.',
    'Ein Prototyp läuft mehrere Wochen im Dauerversuch.',
    'Gezeichnet wird am Rechner, doch jedes Modell entsteht zuerst aus Holz.',
    'Die Konstruktion achtet darauf, dass möglichst viele Teile untereinander tauschbar sind.',
    'Lärm zu vermeiden ist oft schwieriger, als Kraft zu gewinnen.',
    'Eine gute Lösung ist meistens auch eine einfache Lösung.',
    'Versuche mit neuen Lagern haben den Verschleiß deutlich verringert.',
    'Im {irgendwann} beginnt die Erprobung der nächsten Baureihe.',
    'Anregungen aus der Werkstatt sind uns wichtiger als Berichte vom Schreibtisch.',
  ],
};
