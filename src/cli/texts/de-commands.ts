/** German texts of help: what each command does, its options and examples. */

export interface CommandText {
  /** One line in the list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly string[];
}

const command = (summary: string, description: string, ...examples: string[]): CommandText => ({
  summary,
  description,
  examples,
});

export const commands = {
  start: command(
    'Die ganze Kette mit den Startdaten, dann das Menü',
    'Erzeugt die Startdaten, trainiert ein kleines Modell und zeigt Antworten. Ein abgebrochener Lauf wird fortgesetzt, ein fertiges Modell wieder verwendet.',
    'expchat start',
    'expchat start --directory ./probe --no-menu',
  ),
  init: command(
    'Schreibt eine kommentierte expchat.yaml',
    'Schreibt eine kommentierte expchat.yaml für eigene Daten in den Ordner.',
    'expchat init',
    'expchat init mein-projekt --documents ./handbuecher',
  ),
  corpus: command(
    'Aus Dokumenten wird ein Korpus',
    'Holt Dokumente, bereitet sie auf, filtert sie und packt sie als Token.',
    'expchat corpus run',
  ),
  'corpus fetch': command(
    'Holt die Dokumente aller Quellen',
    'Holt die Dokumente aller Quellen aus Ordnern, Dateien, Archiven, Tabellen, Mail und dem Netz nach data/raw. corpus.lock.json hält von jeder Quelle den SHA-256 fest; was sich geändert hat, ist ein Fehler, bis --update es annimmt.',
    'expchat corpus fetch',
    'expchat corpus fetch --update',
    'expchat corpus fetch --offline',
  ),
  'corpus presets': command(
    'Zeigt die fertigen Quellen',
    'Zeigt die fertigen Quellen mit Größe und Lizenz. In expchat.yaml genügt dann: preset mit dem Namen.',
    'expchat corpus presets',
    'expchat corpus presets --json',
  ),
  'corpus prepare': command(
    'Macht aus den Dokumenten sauberen Text',
    'Liest Text, Markdown und HTML und schreibt einheitlichen Text nach data/prepared. Umlaute bleiben erhalten.',
    'expchat corpus prepare',
  ),
  'corpus filter': command(
    'Lässt ungeeignete und doppelte Dokumente weg',
    'Lässt ungeeignete und doppelte Dokumente weg und zählt jedes mit seinem Grund.',
    'expchat corpus filter',
    'expchat corpus filter --set corpus.language=any',
  ),
  'corpus pack': command(
    'Packt den Text als Token für das Training',
    'Teilt die Quellen in Training und Prüfung und packt den Text als Token nach data/packed. Der Tokenizer muss trainiert sein.',
    'expchat corpus pack',
  ),
  'corpus run': command(
    'Alle Schritte des Korpus nacheinander',
    'Holen, aufbereiten, filtern, packen. Der Tokenizer wird vor dem Packen trainiert, wo er fehlt oder veraltet ist.',
    'expchat corpus run',
    'expchat corpus run --json',
  ),
  tokenizer: command(
    'Trainiert und zeigt den Tokenizer',
    'Trainiert den Tokenizer und zeigt, wie er Text zerlegt.',
    'expchat tokenizer train',
  ),
  'tokenizer train': command(
    'Trainiert den Tokenizer auf dem Korpus oder auf Textdateien',
    'Trainiert einen Byte-Level-BPE-Tokenizer auf dem gefilterten Korpus des Projekts oder auf Textdateien und Ordnern (.txt, .md, .jsonl). Strg+C hält an; derselbe Befehl zählt nicht noch einmal.',
    'expchat tokenizer train',
    'expchat tokenizer train --vocab 16384',
    'expchat tokenizer train ./texte --vocabulary-size 16384 -o ./tokenizer',
  ),
  'tokenizer report': command(
    'Misst den Tokenizer an zurückgehaltenem Text',
    'Misst Byte je Token und Token je Wort, auch neben anderen Tokenizern, und nennt nie gebrauchte, längste und auswendig gelernte Token. Ohne Angaben wird an den Dokumenten gemessen, die das Projekt zurückhält.',
    'expchat tokenizer report',
    'expchat tokenizer report ./texte --hold-out 10 -t ./tokenizer --peer gpt2=./gpt2 --html bericht.html',
  ),
  'tokenizer encode': command(
    'Zerlegt Text in Token',
    'Zerlegt Text in Token-Nummern. Ohne Text wird von der Standardeingabe gelesen.',
    'expchat tokenizer encode "Guten Tag"',
    'cat brief.txt | expchat tokenizer encode --json',
  ),
  'tokenizer decode': command(
    'Setzt Token wieder zu Text zusammen',
    'Setzt Token-Nummern wieder zu Text zusammen.',
    'expchat tokenizer decode 318 42 7',
    'expchat tokenizer encode "Größe" | expchat tokenizer decode',
  ),
  'tokenizer show': command(
    'Zeigt Größe, Sondertoken und Beispiele',
    'Zeigt Größe, Sondertoken und die zuletzt gelernten Token.',
    'expchat tokenizer show',
    'expchat tokenizer show --id 300',
  ),
  train: command(
    'Trainiert das Modell in zwei Phasen',
    'Vortraining auf Text, dann Chat-Training auf Dialogen. Strg+C beendet den laufenden Schritt, sichert und endet mit 75; --resume setzt fort.',
    'expchat train',
    'expchat train --phase pretrain --steps 5000 --run versuch-1',
    'expchat train --run versuch-1 --resume',
  ),
  chat: command(
    'Ein Gespräch mit dem Modell',
    'Ein Gespräch mit dem Modell. Im Gespräch zeigt /help die Befehle. Aus einer Pipe: eine Frage je Zeile.',
    'expchat chat',
    'expchat chat -m versuch-1 --temp 0.6',
    'echo "Wann haben Sie geöffnet?" | expchat chat -m versuch-1',
  ),
  generate: command(
    'Setzt einen Text fort',
    'Setzt einen Text fort oder beantwortet mit --chat eine Frage.',
    'expchat generate "Sehr geehrte Damen und Herren,"',
    'expchat generate --chat --greedy "Was kostet der Versand?"',
  ),
  grid: command(
    'Feste Fragen mit 28 Einstellungen',
    'Beantwortet feste Fragen gierig und mit 27 Einstellungen, als Tabelle, CSV und HTML.',
    'expchat grid -m versuch-1 --csv raster.csv --html raster.html',
    'expchat grid -p "Was ist eine Rechnung?" -n 40',
  ),
  eval: command(
    'Wertet das Modell mit Fragen aus',
    'Stellt zurückgehaltene Fragen und zählt die genau richtigen Antworten. Unter --threshold endet der Befehl mit 3.',
    'expchat eval -m versuch-1',
    'expchat eval --questions fragen.jsonl --threshold 0.9',
  ),
  model: command(
    'Zeigt und kopiert Modelle',
    'Zeigt Modelle, ihren Rechengraphen und kopiert sie.',
    'expchat model list',
  ),
  'model list': command('Listet die Modelle des Projekts', 'Listet die Modelle des Projekts.', 'expchat model list'),
  'model show': command(
    'Zeigt Aufbau und Herkunft eines Modells',
    'Zeigt Aufbau und Herkunft eines Modells.',
    'expchat model show -m versuch-1',
  ),
  'model graph': command(
    'Zeigt den Rechengraphen als Text',
    'Zeigt den Rechengraphen eines Trainings- oder Antwortschritts als Text.',
    'expchat model graph -m versuch-1 --which train',
  ),
  'model export': command(
    'Prüft ein Modell und kopiert es',
    'Prüft ein Modell und kopiert es ohne den Zustand des Trainings in einen Ordner, den auch andere Werkzeuge lesen.',
    'expchat model export ./modell-fertig -m versuch-1',
  ),
  bench: command(
    'Misst die Geschwindigkeit',
    'Misst die Geschwindigkeit. Die letzte Zeile ist ein JSON-Objekt.',
    'expchat bench train',
  ),
  'bench train': command(
    'Misst einen Trainingsschritt',
    'Misst einen Trainingsschritt mit Zufallsdaten.',
    'expchat bench train --layers 6 --width 384 --heads 6 --mlp 1024 --context 256 --batch 8 --vocab 8192 --steps 12',
  ),
  'bench infer': command(
    'Misst die Geschwindigkeit der Antworten',
    'Misst, wie schnell ein Modell antwortet.',
    'expchat bench infer -m versuch-1 --tokens 200',
  ),
  'bench tokenizer': command(
    'Misst den Tokenizer',
    'Misst Zerlegen, Zusammensetzen und Training auf einem Ordner mit Text, neben tiktoken und gpt-tokenizer, wo sie installiert sind.',
    'expchat bench tokenizer --text ./texte --ranks ./cl100k_base.tiktoken',
  ),
  doctor: command(
    'Prüft diesen Rechner',
    'Prüft Node, Rechenwerk, Ordner, Arbeitsspeicher und Prozessorkerne.',
    'expchat doctor',
    'expchat doctor --json',
  ),
  config: command('Zeigt die Einstellungen', 'Zeigt die Einstellungen, die gelten.', 'expchat config show --origin'),
  'config show': command(
    'Zeigt alle Einstellungen, die gelten',
    'Zeigt alle Einstellungen, die gelten, mit --origin auch, woher jede kommt.',
    'expchat config show --origin',
    'EXPCHAT_MODEL_WIDTH=512 expchat config show --json',
  ),
};

export const options = {
  version: 'Zeigt die Version',
  help: 'Zeigt diese Hilfe',
  helpCommand: 'Zeigt die Hilfe zu einem Befehl',
  lang: 'Sprache der Texte',
  json: 'Ergebnis als JSON auf der Standardausgabe',
  quiet: 'Kein Fortschritt, nur Ergebnis und Fehler',
  verbose: 'Bei Fehlern auch die Einzelheiten',
  noInput: 'Stellt keine Fragen',
  yes: 'Beantwortet Rückfragen mit Ja',
  color: 'Farben auf dem Terminal',
  config: 'Einstellungsdatei statt expchat.yaml',
  set: 'Setzt eine Einstellung, zum Beispiel pretrain.steps=500 (mehrfach möglich)',
  home: 'Ordner für die persönlichen Einstellungen',
  model: 'Modellordner oder Name eines Laufs (sonst das neueste Modell)',
  documents: 'Ordner oder Datei mit Ihren Dokumenten',
  force: 'Ersetzt, was schon da ist',
  starterDirectory: 'Ordner des Startprojekts (sonst ./expchat-starter)',
  noMenu: 'Endet ohne das Menü',
  tokenizerDirectory: 'Ordner mit tokenizer.json',
  vocab: 'Zahl der Token',
  minFrequency: 'So oft muss ein Paar mindestens vorkommen (sonst 2)',
  maxTokenBytes: 'Höchste Länge eines Tokens in Byte (sonst 64)',
  maxDocumentCharacters: 'Von jedem Dokument zählen nur so viele Zeichen',
  maxTotalCharacters: 'Insgesamt zählen nur so viele Zeichen, in der Reihenfolge der Dateien',
  holdOut: 'Jede so vielte Datei wird zurückgehalten, zum Beispiel 10',
  output: 'Ordner für den Tokenizer',
  heldOut: 'Nur jede so vielte Datei: was das Training mit derselben Zahl zurückhielt',
  peer: 'Ein anderer Tokenizer zum Vergleich (mehrfach möglich)',
  special: 'Der Text eines Sondertokens steht für das Sondertoken',
  tokenId: 'Zeigt nur dieses Token',
  tokenCount: 'Zahl der gezeigten Token',
  phase: 'Welche Phase',
  update: 'Nimmt, was die Quellen jetzt enthalten, und hält es in corpus.lock.json neu fest',
  offline: 'Öffnet keine Verbindung; verwendet nur geprüfte Kopien',
  run: 'Name des Laufs unter runs/',
  resume: 'Setzt den Lauf fort',
  fresh: 'Beginnt den Lauf neu und ersetzt den alten',
  steps: 'Zahl der Schritte',
  batch: 'Sequenzen je Schritt',
  context: 'Token je Sequenz',
  learningRate: 'Höchste Lernrate',
  seed: 'Startwert des Zufalls',
  maxTokens: 'Höchste Zahl der Token einer Antwort',
  temp: 'Temperatur; 0 wählt immer das wahrscheinlichste Token (sonst 0.8)',
  topK: 'Nur die k wahrscheinlichsten Token; 0 ist aus (sonst 50)',
  topP: 'Nur Token bis zu dieser Wahrscheinlichkeitssumme; 1 ist aus (sonst 0.95)',
  stop: 'Endet vor diesem Text (mehrfach möglich)',
  greedy: 'Wählt immer das wahrscheinlichste Token',
  system: 'Anweisung an das Modell vor dem Gespräch',
  asChat: 'Behandelt den Text als Frage',
  prompt: 'Eigene Frage statt der festen (mehrfach möglich)',
  csv: 'Schreibt das Ergebnis als CSV',
  html: 'Schreibt das Ergebnis als HTML',
  questions: 'JSONL mit question und answer statt der eigenen Fragen des Projekts',
  threshold: 'Anteil richtiger Antworten, der mindestens erreicht werden muss, 0 bis 1',
  which: 'Welcher Rechengraph',
  layers: 'Schichten',
  width: 'Breite des Modells',
  heads: 'Köpfe der Aufmerksamkeit',
  kvHeads: 'Köpfe für Schlüssel und Werte (sonst so viele wie --heads)',
  mlp: 'Breite des MLP',
  threads: 'Rechenfäden (sonst alle Kerne)',
  promptTokens: 'Token der Eingabe',
  benchText: 'Ordner oder Datei mit Text',
  ranks: 'Rangdatei von cl100k (.tiktoken)',
  rounds: 'Runden, aus denen der Median genommen wird',
  sampleMb: 'So viele MB Text je Runde',
  noTraining: 'Misst das Training nicht',
  tokens: 'Token der Antwort',
  origin: 'Zeigt, woher jede Einstellung kommt',
};

export const help = {
  description:
    'ExpChat: aus eigenen Dokumenten ein eigenes Sprachmodell, auf dem eigenen Rechner. Ohne Befehl öffnet sich das Menü.',
  examples: 'Beispiele:',
  titles: {
    'Usage:': 'Aufruf:',
    'Arguments:': 'Angaben:',
    'Options:': 'Optionen:',
    'Global Options:': 'Optionen für alle Befehle:',
    'Commands:': 'Befehle:',
  } as Record<string, string>,
  defaultIs: '(sonst: ',
  choicesAre: '(möglich: ',
  defaultAfterChoices: ', sonst: ',
  exitCodes: `Endecodes:
  0 in Ordnung   1 Fehler   2 Aufruf oder Einstellung falsch   3 Auswertung unter der Schwelle
  4 nicht gefunden   5 abgelehnt   6 Netz fehlt   7 Speicher oder Platz fehlt
  75 angehalten, lässt sich fortsetzen   130 Strg+C   143 beendet`,
  environment: `Umgebung:
  EXPCHAT_LANG, EXPCHAT_CONFIG, EXPCHAT_MODEL, EXPCHAT_HOME, NO_COLOR; jede Einstellung auch als
  EXPCHAT_<ABSCHNITT>_<NAME>, zum Beispiel EXPCHAT_PRETRAIN_LEARNING_RATE=0.001`,
};
