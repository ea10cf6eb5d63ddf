/**
 * The products of the invented company: one row each, with everything that manuals, catalogues and questions say about
 * them. Table: its length is its content. It knows no sentence beyond those that belong to a single product.
 */
import { type Gender, type Noun, noun } from './grammar.ts';

export type Range = 'saegen' | 'zerspanen' | 'fuegen' | 'einrichtung' | 'heben' | 'luft';

export interface Product {
  readonly id: string;
  readonly noun: Noun;
  readonly range: Range;
  readonly priceEuro: number;
  readonly weight: string;
  readonly warranty: string;
  readonly delivery: string;
  readonly orderNumber: string;
  readonly colour: string;
  /** Powered machines have a power, all others a material. */
  readonly power?: string;
  readonly material?: string;
  /** What it is for, behind «dient» or «eignet sich»: «zum Ablängen von Profilen». */
  readonly purpose: string;
  readonly features: readonly [string, string];
  readonly care: string;
  readonly safety: string;
  readonly part: Noun;
}

type Values = readonly [
  priceEuro: number,
  weight: string,
  warrantyMonths: number,
  deliveryDays: number,
  orderNumber: string,
  colour: string,
  powerOrMaterial: string,
];

function product(
  range: Range,
  of: readonly [Gender, head: string, genitive: string, name: string],
  values: Values,
  texts: readonly [purpose: string, feature: string, secondFeature: string, care: string, safety: string],
  part: Noun,
): Product {
  const [gender, head, genitive, name] = of;
  const [priceEuro, weight, warrantyMonths, deliveryDays, orderNumber, colour, last] = values;
  const [purpose, feature, secondFeature, care, safety] = texts;
  return {
    id: orderNumber.toLowerCase(),
    noun: noun(gender, head, genitive, name),
    range,
    priceEuro,
    weight,
    warranty: `${warrantyMonths} Monate`,
    delivery: `${deliveryDays} Werktage`,
    orderNumber,
    colour,
    ...(last.endsWith('Watt') ? { power: last } : { material: last }),
    purpose,
    features: [feature, secondFeature],
    care,
    safety,
    part,
  };
}

export const ranges: Readonly<Record<Range, string>> = {
  saegen: 'Sägen',
  zerspanen: 'Bohren, Drehen und Schleifen',
  fuegen: 'Spannen, Umformen und Schweißen',
  einrichtung: 'Werkstatteinrichtung',
  heben: 'Heben und Messen',
  luft: 'Luft, Wärme und Strom',
};

export const products: readonly Product[] = [
  product(
    'saegen',
    ['f', 'Kaltsäge', 'Kaltsäge', 'Falke'],
    [1249, '148 kg', 36, 5, 'KF-41', 'Signalblau', '1.500 Watt'],
    [
      'zum gratarmen Ablängen von Stahlprofilen',
      'Das Sägeblatt läuft langsam und wird über eine Umlaufpumpe gekühlt.',
      'Der Sägekopf lässt sich nach beiden Seiten bis 45 Grad schwenken.',
      'Wechseln Sie das Kühlmittel alle drei Monate und spülen Sie dabei den Behälter aus.',
      'Greifen Sie nie in den Schnittbereich, solange das Blatt noch nachläuft.',
    ],
    noun('f', 'Kühlmittelpumpe'),
  ),
  product(
    'saegen',
    ['f', 'Bandsäge', 'Bandsäge', 'Reiher'],
    [2180, '310 kg', 48, 12, 'BR-17', 'Lichtgrau', '2.200 Watt'],
    [
      'zum Auftrennen von dicken Bohlen und Rundhölzern',
      'Zwei gewuchtete Schwungräder führen das Band ruhig durch das Holz.',
      'Die Schnitthöhe wird mit einem Handrad eingestellt und bleibt auch bei langen Schnitten stehen.',
      'Entspannen Sie das Sägeband am Abend, damit die Bandagen rund bleiben.',
      'Stellen Sie die Bandführung höchstens einen Fingerbreit über das Werkstück.',
    ],
    noun('f', 'Bandführung'),
  ),
  product(
    'saegen',
    ['f', 'Tischkreissäge', 'Tischkreissäge', 'Luchs'],
    [1675, '96 kg', 24, 8, 'TL-63', 'Anthrazit', '1.800 Watt'],
    [
      'zum Zuschneiden von Platten und Leisten',
      'Der Schiebeschlitten läuft auf Kugeln und trägt auch schwere Platten.',
      'Ein Parallelanschlag mit Feineinstellung sorgt für gleich breite Streifen.',
      'Befreien Sie den Spaltkeil jede Woche von Harz und Spänen.',
      'Arbeiten Sie bei schmalen Leisten immer mit dem Schiebestock.',
    ],
    noun('m', 'Parallelanschlag', 'Parallelanschlags'),
  ),
  product(
    'saegen',
    ['f', 'Kappsäge', 'Kappsäge', 'Marder'],
    [489, '18 kg', 24, 3, 'KM-85', 'Orange', '1.400 Watt'],
    [
      'zum schnellen Ablängen von Latten auf der Baustelle',
      'Die Gehrung rastet bei den gebräuchlichen Winkeln spürbar ein.',
      'Das geringe Gewicht und der klappbare Bügel erleichtern den Transport.',
      'Blasen Sie nach jedem Einsatz die Staubkanäle mit Druckluft frei.',
      'Halten Sie kurze Stücke niemals mit der Hand, sondern mit der Spannklemme.',
    ],
    noun('f', 'Spannklemme'),
  ),
  product(
    'saegen',
    ['f', 'Stichsäge', 'Stichsäge', 'Wespe'],
    [179, '2,6 kg', 24, 2, 'SW-12', 'Gelb', '650 Watt'],
    [
      'zum Sägen von Kurven in Holz und Kunststoff',
      'Der Pendelhub hat vier Stufen und passt sich dem Werkstoff an.',
      'Das Blatt wird ohne Werkzeug gewechselt.',
      'Geben Sie gelegentlich einen Tropfen Öl auf die Führungsrolle.',
      'Ziehen Sie den Netzstecker, bevor Sie das Blatt wechseln.',
    ],
    noun('f', 'Führungsrolle'),
  ),
  product(
    'zerspanen',
    ['f', 'Säulenbohrmaschine', 'Säulenbohrmaschine', 'Specht'],
    [985, '74 kg', 36, 6, 'SS-29', 'Resedagrün', '750 Watt'],
    [
      'zum genauen Bohren in Metall und Holz',
      'Zwölf Drehzahlen decken kleine und große Bohrer ab.',
      'Der Tiefenanschlag lässt sich auf einen Millimeter genau einstellen.',
      'Prüfen Sie die Spannung der Riemen bei jedem Drehzahlwechsel.',
      'Tragen Sie beim Bohren keine Handschuhe, denn der Bohrer könnte sie erfassen.',
    ],
    noun('n', 'Schnellspannfutter', 'Schnellspannfutters'),
  ),
  product(
    'zerspanen',
    ['f', 'Fräsmaschine', 'Fräsmaschine', 'Tiger'],
    [6450, '540 kg', 60, 30, 'FT-74', 'Reinweiß', '3.000 Watt'],
    [
      'zum Fräsen von Nuten, Taschen und ebenen Flächen',
      'Alle drei Achsen laufen in nachstellbaren Schwalbenschwanzführungen.',
      'Eine digitale Anzeige meldet die Lage des Tisches laufend.',
      'Ölen Sie die Führungen vor jeder Schicht über die zentrale Handpumpe.',
      'Schließen Sie die Schutzscheibe, bevor Sie die Spindel einschalten.',
    ],
    noun('f', 'Schutzscheibe'),
  ),
  product(
    'zerspanen',
    ['f', 'Drehbank', 'Drehbank', 'Adler'],
    [7890, '680 kg', 60, 35, 'DA-58', 'Moosgrün', '2.800 Watt'],
    [
      'zum Drehen von Wellen, Buchsen und Gewinden',
      'Das Bett ist gehärtet und geschliffen.',
      'Der Reitstock klemmt mit einem einzigen Hebel.',
      'Wischen Sie die Späne mit einem Pinsel ab und benutzen Sie dafür nie Druckluft.',
      'Ziehen Sie den Futterschlüssel ab, bevor Sie die Spindel starten.',
    ],
    noun('m', 'Reitstock', 'Reitstocks'),
  ),
  product(
    'zerspanen',
    ['m', 'Akkuschrauber', 'Akkuschraubers', 'Kolibri'],
    [139, '1,2 kg', 24, 2, 'AK-36', 'Türkis', '320 Watt'],
    [
      'zum Schrauben und leichten Bohren an engen Stellen',
      'Das Drehmoment wird in sechzehn Stufen begrenzt.',
      'Im Koffer liegen zwei Akkus und ein Schnellladegerät.',
      'Lagern Sie die Akkus halb geladen und trocken.',
      'Nehmen Sie den Akku heraus, bevor Sie den Bit wechseln.',
    ],
    noun('n', 'Ladegerät', 'Ladegeräts'),
  ),
  product(
    'zerspanen',
    ['m', 'Bandschleifer', 'Bandschleifers', 'Igel'],
    [525, '32 kg', 36, 7, 'BI-90', 'Dunkelrot', '1.100 Watt'],
    [
      'zum Entgraten und Verrunden von Kanten',
      'Das Schleifband läuft wahlweise stehend oder liegend.',
      'Eine Grafitauflage schont das Band und führt die Wärme ab.',
      'Ersetzen Sie das Band, sobald die Körnung glatt wird.',
      'Tragen Sie eine Schutzbrille, weil beim Schleifen Funken fliegen.',
    ],
    noun('f', 'Grafitauflage'),
  ),
  product(
    'zerspanen',
    ['m', 'Doppelschleifer', 'Doppelschleifers', 'Otter'],
    [265, '21 kg', 24, 4, 'DO-47', 'Schwarz', '550 Watt'],
    [
      'zum Schärfen von Bohrern, Meißeln und Stecheisen',
      'Links sitzt eine grobe, rechts eine feine Scheibe.',
      'Gummifüße dämpfen die Schwingungen auf der Werkbank.',
      'Richten Sie die Scheiben regelmäßig mit dem Abziehstein ab.',
      'Stellen Sie die Auflage so nahe an die Scheibe, dass nichts eingezogen werden kann.',
    ],
    noun('f', 'Schleifscheibe'),
  ),
  product(
    'zerspanen',
    ['m', 'Winkelschleifer', 'Winkelschleifers', 'Hornisse'],
    [199, '2,4 kg', 24, 3, 'WH-51', 'Rot', '1.250 Watt'],
    [
      'zum Trennen und Schruppen von Metall',
      'Der Sanftanlauf verhindert einen Ruck beim Einschalten.',
      'Die Schutzhaube wird mit einem Griff verdreht.',
      'Halten Sie die Lüftungsschlitze sauber, damit der Motor kühl bleibt.',
      'Verwenden Sie nur Scheiben, deren Drehzahl zur Maschine passt.',
    ],
    noun('f', 'Schutzhaube'),
  ),
  product(
    'zerspanen',
    ['m', 'Exzenterschleifer', 'Exzenterschleifers', 'Robbe'],
    [229, '2,1 kg', 36, 3, 'ER-68', 'Hellblau', '400 Watt'],
    [
      'zum Feinschliff von lackierten und rohen Flächen',
      'Der weiche Teller folgt auch gewölbten Flächen.',
      'Der Staub wird durch acht Löcher im Teller abgesaugt.',
      'Leeren Sie den Staubbeutel, sobald er zur Hälfte gefüllt ist.',
      'Schleifen Sie alte Lacke nur mit angeschlossener Absaugung und Atemschutz.',
    ],
    noun('m', 'Schleifteller', 'Schleiftellers'),
  ),
  product(
    'fuegen',
    ['m', 'Schraubstock', 'Schraubstocks', 'Bär'],
    [245, '27 kg', 120, 4, 'SB-33', 'Enzianblau', 'Gusseisen'],
    [
      'zum festen Einspannen von schweren Werkstücken',
      'Die Backen sind gehärtet und lassen sich austauschen.',
      'Die Führung ist nachstellbar und bleibt über Jahre ohne Spiel.',
      'Fetten Sie die Spindel zweimal im Jahr ein.',
      'Schlagen Sie nicht mit dem Hammer auf den Knebel.',
    ],
    noun('f', 'Spindel'),
  ),
  product(
    'fuegen',
    ['f', 'Schraubzwinge', 'Schraubzwinge', 'Hummer'],
    [34, '1,9 kg', 60, 2, 'SH-20', 'Schwarzgrau', 'Temperguss'],
    [
      'zum Verleimen und Fixieren von Brettern und Rahmen',
      'Die Schiene ist profiliert und verbiegt sich auch unter hoher Last nicht.',
      'Der Griff liegt sicher in der Hand.',
      'Entfernen Sie Leimreste, bevor sie hart werden.',
      'Heben Sie niemals Lasten an der Zwinge an.',
    ],
    noun('f', 'Gleitschiene'),
  ),
  product(
    'fuegen',
    ['f', 'Hydraulikpresse', 'Hydraulikpresse', 'Nashorn'],
    [3290, '265 kg', 48, 20, 'HN-76', 'Verkehrsgelb', '2.400 Watt'],
    [
      'zum Einpressen von Lagern und Bolzen',
      'Das Manometer zeigt die Kraft in jedem Augenblick an.',
      'Der Tisch lässt sich mit einer Winde in der Höhe verstellen.',
      'Kontrollieren Sie vor Schichtbeginn den Ölstand am Schauglas.',
      'Bedienen Sie den Hebel nur, wenn das Schutzgitter geschlossen ist.',
    ],
    noun('n', 'Manometer', 'Manometers'),
  ),
  product(
    'fuegen',
    ['f', 'Tafelschere', 'Tafelschere', 'Hecht'],
    [1980, '420 kg', 60, 25, 'TH-94', 'Wasserblau', 'Stahlguss'],
    [
      'zum geraden Schneiden von Blechtafeln',
      'Der Niederhalter drückt das Blech vor dem Schnitt fest an.',
      'Die Messer sind auf beiden Seiten nutzbar.',
      'Stellen Sie den Messerspalt nach der Dicke des Blechs ein.',
      'Halten Sie die Finger stets vor dem Schutzblech.',
    ],
    noun('m', 'Niederhalter', 'Niederhalters'),
  ),
  product(
    'fuegen',
    ['n', 'Schweißgerät', 'Schweißgeräts', 'Drache'],
    [1390, '24 kg', 36, 9, 'SD-15', 'Feuerrot', '5.200 Watt'],
    [
      'zum Schweißen von Stahl und Edelstahl',
      'Der Strom wird stufenlos geregelt.',
      'Eine Anzeige warnt, bevor das Gerät zu heiß wird.',
      'Reinigen Sie die Gasdüse nach jedem Arbeitstag.',
      'Tragen Sie Schweißhelm, Handschuhe und eine Schürze aus Leder.',
    ],
    noun('f', 'Gasdüse'),
  ),
  product(
    'fuegen',
    ['f', 'Lötstation', 'Lötstation', 'Libelle'],
    [159, '3,1 kg', 24, 3, 'LL-07', 'Silber', '80 Watt'],
    [
      'zum Löten von Kabeln und kleinen Platinen',
      'Die Spitze erreicht ihre Temperatur nach wenigen Sekunden.',
      'Nach zehn Minuten ohne Bewegung schaltet die Heizung in den Ruhebetrieb.',
      'Verzinnen Sie die Spitze, bevor Sie die Station ausschalten.',
      'Stellen Sie den heißen Kolben immer in die Ablage zurück.',
    ],
    noun('f', 'Lötspitze'),
  ),
  product(
    'fuegen',
    ['m', 'Schweißtisch', 'Schweißtischs', 'Ochse'],
    [1120, '185 kg', 60, 14, 'SO-82', 'Graphitgrau', 'Baustahl'],
    [
      'zum genauen Heften von Rahmen und Gestellen',
      'Das Lochraster nimmt Spanner und Anschläge auf.',
      'Vier verstellbare Füße gleichen Unebenheiten des Bodens aus.',
      'Schaben Sie Schweißspritzer ab und sprühen Sie die Platte mit Trennmittel ein.',
      'Schließen Sie die Masseklemme immer unmittelbar am Tisch an.',
    ],
    noun('f', 'Masseklemme'),
  ),
  product(
    'einrichtung',
    ['f', 'Werkbank', 'Werkbank', 'Elch'],
    [695, '88 kg', 120, 10, 'WE-26', 'Taubenblau', 'Buchenholz'],
    [
      'zum Montieren, Feilen und Richten',
      'Die Platte ist vierzig Millimeter dick und mehrfach verleimt.',
      'Unter der Platte ist Platz für drei Schubladen.',
      'Ölen Sie die Platte einmal im Jahr mit Leinöl.',
      'Verankern Sie die Füße am Boden, bevor Sie schwere Teile bearbeiten.',
    ],
    noun('f', 'Schublade'),
  ),
  product(
    'einrichtung',
    ['f', 'Hobelbank', 'Hobelbank', 'Biber'],
    [860, '112 kg', 120, 15, 'HB-39', 'Nussbraun', 'Eschenholz'],
    [
      'zum Hobeln, Stemmen und Verleimen von Holz',
      'Vorderzange und Hinterzange spannen auch lange Bretter sicher.',
      'In der Beilade liegen Hobel und Stecheisen griffbereit.',
      'Wachsen Sie die Zangen vor dem Winter nach.',
      'Lassen Sie keine scharfen Eisen offen auf der Platte liegen.',
    ],
    noun('f', 'Vorderzange'),
  ),
  product(
    'einrichtung',
    ['m', 'Werkzeugwagen', 'Werkzeugwagens', 'Pony'],
    [415, '46 kg', 60, 5, 'WP-71', 'Kirschrot', 'Stahlblech'],
    [
      'zum Mitführen von Werkzeug in der Halle',
      'Sieben Schubladen laufen auf Kugelauszügen und schließen zentral.',
      'Zwei der vier Rollen lassen sich feststellen.',
      'Wischen Sie die Auszüge feucht ab und fetten Sie sie leicht nach.',
      'Ziehen Sie nie mehr als eine Schublade gleichzeitig ganz heraus.',
    ],
    noun('f', 'Lenkrolle'),
  ),
  product(
    'einrichtung',
    ['m', 'Werkzeugschrank', 'Werkzeugschranks', 'Büffel'],
    [579, '92 kg', 60, 12, 'WB-48', 'Kieselgrau', 'Feinblech'],
    [
      'zum geordneten Aufbewahren von Werkzeug und Zubehör',
      'Die Türen sind gelocht und nehmen Haken auf.',
      'Fünf Böden lassen sich ohne Werkzeug versetzen.',
      'Ziehen Sie die Scharniere jährlich nach.',
      'Schrauben Sie den Schrank an der Wand fest, damit er nicht kippen kann.',
    ],
    noun('m', 'Fachboden', 'Fachbodens'),
  ),
  product(
    'einrichtung',
    ['n', 'Schwerlastregal', 'Schwerlastregals', 'Mammut'],
    [345, '64 kg', 120, 6, 'SM-55', 'Zinkgrau', 'Profilstahl'],
    [
      'zum Lagern von Kisten, Motoren und Rohteilen',
      'Die Träger werden eingehängt und mit Stiften gesichert.',
      'Jeder Boden trägt auch schwere Gussteile.',
      'Prüfen Sie die Sicherungsstifte nach jedem Umbau.',
      'Legen Sie die schwersten Teile immer in das unterste Fach.',
    ],
    noun('m', 'Querträger', 'Querträgers'),
  ),
  product(
    'einrichtung',
    ['m', 'Werkzeugkoffer', 'Werkzeugkoffers', 'Schildkröte'],
    [89, '5,4 kg', 24, 2, 'WS-14', 'Olivgrün', 'Kunststoff'],
    [
      'zum Transport von Handwerkzeug zum Kunden',
      'Die Schalen sind stoßfest und halten Spritzwasser ab.',
      'Eine herausnehmbare Einlage ordnet die Kleinteile.',
      'Reinigen Sie die Schalen mit warmem Wasser und etwas Spülmittel.',
      'Benutzen Sie den Koffer nicht als Tritt.',
    ],
    noun('m', 'Verschluss', 'Verschlusses'),
  ),
  product(
    'einrichtung',
    ['f', 'Leiter', 'Leiter', 'Gämse'],
    [219, '13 kg', 60, 4, 'LG-66', 'Mattgrau', 'Aluminium'],
    [
      'zum sicheren Erreichen von hohen Regalen und Leuchten',
      'Die breiten Stufen sind geriffelt und geben guten Halt.',
      'Ein Bügel am oberen Ende dient als Ablage für Werkzeug.',
      'Prüfen Sie die Nieten vor jedem Gebrauch auf festen Sitz.',
      'Stellen Sie sich nie auf die oberste Stufe.',
    ],
    noun('f', 'Fußkappe'),
  ),
  product(
    'einrichtung',
    ['f', 'Arbeitsleuchte', 'Arbeitsleuchte', 'Fuchs'],
    [75, '1,6 kg', 36, 2, 'AF-23', 'Limettengrün', '45 Watt'],
    [
      'zum blendfreien Ausleuchten des Arbeitsplatzes',
      'Der Arm bleibt in jeder Stellung stehen.',
      'Die Helligkeit lässt sich in drei Stufen wählen.',
      'Wischen Sie die Scheibe nur mit einem weichen Tuch ab.',
      'Decken Sie den Leuchtenkopf niemals mit Stoff ab.',
    ],
    noun('m', 'Gelenkarm', 'Gelenkarms'),
  ),
  product(
    'heben',
    ['m', 'Kettenzug', 'Kettenzugs', 'Gorilla'],
    [1540, '52 kg', 36, 11, 'KG-80', 'Tiefschwarz', '1.600 Watt'],
    [
      'zum Heben von Lasten bis zu einer halben Tonne',
      'Eine Rutschkupplung schützt vor Überlast.',
      'Die Bedienbirne hat zwei Geschwindigkeiten und einen Notschalter.',
      'Schmieren Sie die Kette alle zwei Monate mit Kettenöl.',
      'Treten Sie nie unter eine schwebende Last.',
    ],
    noun('f', 'Rutschkupplung'),
  ),
  product(
    'heben',
    ['m', 'Hubtisch', 'Hubtischs', 'Känguru'],
    [1065, '118 kg', 36, 9, 'HK-44', 'Honiggelb', 'Schweißstahl'],
    [
      'zum rückenschonenden Heben von Kisten und Teilen',
      'Ein Fußpedal hebt die Plattform auf Arbeitshöhe.',
      'Beim Absenken verhindert ein Ventil einen harten Stoß.',
      'Schmieren Sie die Scheren an den gelben Punkten ab.',
      'Halten Sie beim Senken Hände und Füße von den Scheren fern.',
    ],
    noun('n', 'Fußpedal', 'Fußpedals'),
  ),
  product(
    'heben',
    ['m', 'Wagenheber', 'Wagenhebers', 'Yak'],
    [129, '34 kg', 24, 3, 'WY-92', 'Tomatenrot', 'Chromstahl'],
    [
      'zum schnellen Anheben von Fahrzeugen',
      'Zwei Pumpkolben bringen den Teller rasch unter den Rahmen.',
      'Der flache Bau passt auch unter tiefe Fahrzeuge.',
      'Füllen Sie das Hydrauliköl nur bei abgesenktem Arm nach.',
      'Sichern Sie das Fahrzeug mit Böcken, bevor Sie darunter arbeiten.',
    ],
    noun('m', 'Pumpkolben', 'Pumpkolbens'),
  ),
  product(
    'heben',
    ['m', 'Werkstattkran', 'Werkstattkrans', 'Giraffe'],
    [745, '79 kg', 48, 13, 'WG-18', 'Sandgelb', 'Vierkantstahl'],
    [
      'zum Ausbauen von Motoren und Getrieben',
      'Der Ausleger lässt sich in vier Längen verriegeln.',
      'Zum Verstauen werden die Beine hochgeklappt.',
      'Kontrollieren Sie den Haken auf Verformung und Risse.',
      'Fahren Sie den Kran nur mit abgesenkter Last.',
    ],
    noun('m', 'Ausleger', 'Auslegers'),
  ),
  product(
    'heben',
    ['m', 'Messschieber', 'Messschiebers', 'Gecko'],
    [58, '0,3 kg', 36, 2, 'MG-05', 'Mattsilber', 'Edelstahl'],
    [
      'zum Messen von Dicken, Bohrungen und Tiefen',
      'Die große Anzeige lässt sich auch bei schwachem Licht ablesen.',
      'Der Nullpunkt wird mit einem Tastendruck gesetzt.',
      'Reiben Sie die Messflächen vor jedem Einsatz sauber ab.',
      'Messen Sie niemals an laufenden Maschinen.',
    ],
    noun('f', 'Feststellschraube'),
  ),
  product(
    'heben',
    ['f', 'Wasserwaage', 'Wasserwaage', 'Forelle'],
    [42, '0,8 kg', 60, 2, 'WF-61', 'Himmelblau', 'Leichtmetall'],
    [
      'zum Ausrichten von Maschinen und Regalen',
      'Die Röhrchen sind bruchfest eingegossen.',
      'Magnete halten das Profil an Stahlträgern fest.',
      'Legen Sie das Profil nach der Arbeit in die Schutzhülle.',
      'Lassen Sie das Profil nicht am Gerüst hängen, denn es könnte herabfallen.',
    ],
    noun('f', 'Schutzhülle'),
  ),
  product(
    'luft',
    ['m', 'Kompressor', 'Kompressors', 'Wal'],
    [920, '69 kg', 36, 7, 'KW-34', 'Marineblau', '1.900 Watt'],
    [
      'zum Versorgen von Druckluftwerkzeugen',
      'Der Kessel fasst fünfzig Liter und ist innen beschichtet.',
      'Zwei Ausgänge mit Druckminderer versorgen mehrere Arbeitsplätze.',
      'Lassen Sie jeden Abend das Kondenswasser ab.',
      'Richten Sie den Luftstrahl nie auf Menschen.',
    ],
    noun('m', 'Druckminderer', 'Druckminderers'),
  ),
  product(
    'luft',
    ['f', 'Absauganlage', 'Absauganlage', 'Elefant'],
    [2460, '135 kg', 48, 18, 'AE-87', 'Perlweiß', '4.000 Watt'],
    [
      'zum Absaugen von Holzstaub und Spänen',
      'Die Filter werden im Betrieb selbsttätig abgerüttelt.',
      'Bis zu drei Maschinen lassen sich gleichzeitig anschließen.',
      'Tauschen Sie die Filterpatronen, sobald die Anzeige rot leuchtet.',
      'Saugen Sie keine glimmenden Teile auf.',
    ],
    noun('f', 'Filterpatrone'),
  ),
  product(
    'luft',
    ['m', 'Werkstattsauger', 'Werkstattsaugers', 'Dachs'],
    [310, '15 kg', 24, 4, 'WD-53', 'Steingrau', '1.350 Watt'],
    [
      'zum Aufsaugen von Staub und Flüssigkeiten',
      'Eine Steckdose am Gehäuse schaltet den Sauger mit dem Werkzeug ein.',
      'Der Behälter fährt auf großen Rädern auch über Kabel.',
      'Spülen Sie den Behälter nach dem Saugen von Flüssigkeiten aus.',
      'Verwenden Sie für feinen Staub immer den passenden Filtersack.',
    ],
    noun('m', 'Filtersack', 'Filtersacks'),
  ),
  product(
    'luft',
    ['m', 'Heizlüfter', 'Heizlüfters', 'Salamander'],
    [168, '7,2 kg', 24, 3, 'HS-70', 'Kupfer', '3.300 Watt'],
    [
      'zum Erwärmen von Hallen und Zelten',
      'Ein Thermostat hält die gewünschte Temperatur.',
      'Das Gehäuse bleibt außen kühl.',
      'Saugen Sie das Schutzgitter zu Beginn der Heizzeit ab.',
      'Halten Sie einen Meter Abstand zu brennbaren Stoffen.',
    ],
    noun('m', 'Thermostat', 'Thermostats'),
  ),
  product(
    'luft',
    ['m', 'Stromerzeuger', 'Stromerzeugers', 'Kamel'],
    [1830, '98 kg', 36, 16, 'SK-95', 'Wüstenbraun', '4.500 Watt'],
    [
      'zum Betrieb von Maschinen ohne Netzanschluss',
      'Ein voller Tank reicht für einen ganzen Arbeitstag.',
      'Die Spannung wird elektronisch geregelt.',
      'Lassen Sie den Motor alle vier Wochen eine Viertelstunde laufen.',
      'Betreiben Sie das Gerät nur im Freien, denn die Abgase sind giftig.',
    ],
    noun('m', 'Luftfilter', 'Luftfilters'),
  ),
  product(
    'luft',
    ['m', 'Teilewäscher', 'Teilewäschers', 'Pinguin'],
    [1175, '83 kg', 36, 10, 'TP-28', 'Eisblau', '2.100 Watt'],
    [
      'zum Reinigen von öligen Maschinenteilen',
      'Das Waschmittel wird im Kreislauf gefiltert und erwärmt.',
      'Eine Bürste mit Durchfluss löst auch alte Krusten.',
      'Entnehmen Sie den Schlamm aus dem Absetzbecken rechtzeitig.',
      'Tragen Sie beim Waschen lange Handschuhe und eine Schürze.',
    ],
    noun('n', 'Absetzbecken', 'Absetzbeckens'),
  ),
];
