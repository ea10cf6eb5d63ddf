/** German texts about training runs: the plan before, the view while it runs, the list after. */

export const runs = {
  dashboard: { curve: 'Verlust nach Schritten, • Prüfung', sample: 'Neueste Textprobe' },
  none: 'In diesem Projekt gibt es noch keinen Lauf.',
  columns: {
    run: 'Lauf',
    state: 'Stand',
    steps: 'Schritte',
    loss: 'Verlust',
    validation: 'Prüfverlust',
    best: 'bester',
    duration: 'Dauer',
  },
  states: { running: 'läuft', finished: 'fertig', failed: 'gescheitert', stopped: 'angehalten' },
  state: (state: string) => `Stand: ${state}`,
  written: (file: string) => `Geschrieben: ${file}`,
  serving: (address: string) => `Die Läufe stehen auf dieser Seite, nur auf diesem Rechner: ${address}`,
  endHint: 'Strg+C beendet die Anzeige.',
};

export const plan = {
  model: (parameters: string, matrices: string, memory: string, machine: string) =>
    `Modell: ${parameters} Parameter, davon ${matrices} in Matrizen; Arbeitsspeicher etwa ${memory} von ${machine}`,
  data: (size: string, tokens: string) => `Daten: ${size} Text, ${tokens} Token`,
  suffices: (matrices: string, parameters: string) =>
    `; das genügt für etwa ${matrices} Parameter in Matrizen oder ${parameters} im Ganzen`,
  run: (steps: string, tokens: string, epochs: string, flops: string) =>
    `Lauf: ${steps} Schritte, ${tokens} Token (die Daten ${epochs}-mal), ${flops} Rechenoperationen`,
  speed: (rate: string, time: string) => `Auf diesem Rechner: ${rate} Token/s, etwa ${time}`,
  energy: (amount: string, watts: string) => `Energie: etwa ${amount}, angenommen sind ${watts} W (machine.watts)`,
  done: (steps: string) => `Schon gemacht: ${steps} Schritte`,
  memoryShort: 'Achtung: Der freie Arbeitsspeicher reicht dafür nicht.',
  memoryFits: (keys: string, size: string) => `Das würde passen: ${keys} (etwa ${size})`,
  dial: {
    byTime: (minutes: string, depth: string) => `Modell für ${minutes} min Vortraining: Tiefe ${depth}`,
    byDepth: (depth: string) => `Modell: Tiefe ${depth}`,
    columns: ['Tiefe', 'Breite', 'Parameter', 'ms je Schritt', 'Token', 'je Parameter', 'Urteil'],
    verdicts: {
      chosen: 'gewählt',
      fits: 'passt',
      'too-slow': 'zu langsam für diese Zeit',
      'too-little-data': 'zu wenig Daten dafür',
      'too-much-memory': 'zu wenig Arbeitsspeicher',
    },
    rule: (ratio: string) =>
      `Gewählt wird die größte Tiefe, die in der Zeit ${ratio} Token je Parameter der Matrizen sieht und für die Daten und Arbeitsspeicher reichen. ~: gerechnet, nicht gemessen.`,
    byHand: (keys: string) => `Von Hand gesetzt und so gelassen: ${keys}`,
  },
  verdicts: {
    enough: 'Die Daten genügen für dieses Modell.',
    repeated: 'Die Daten werden mehr als viermal gesehen: Mehr Texte helfen dann mehr als mehr Schritte.',
    'too-little':
      'Für ein Modell dieser Größe sind es zu wenig Daten: Es wird sie auswendig lernen. Nehmen Sie mehr Texte oder ein kleineres Modell.',
    'too-short': 'Der Lauf sieht wenig Text für ein Modell dieser Größe: Mehr Schritte helfen noch.',
  },
};

export const trainPhase = {
  stoppedEarly: (step: string) => `vorzeitig beendet, bester Stand bei Schritt ${step}`,
  skipped: (count: string) => `${count} Schritte übersprungen`,
  page: (file: string) => `Bericht: ${file}`,
};
