/** The words of the pages about runs, in both languages, and numbers as each writes them. */

const en = {
  runs: 'Training runs',
  report: 'Training report',
  status: { running: 'running', finished: 'finished', failed: 'failed', stopped: 'stopped, can be resumed' },
  phases: { pretrain: 'pretraining', chat: 'chat training' } as Readonly<Record<string, string>>,
  facts: {
    run: 'Run',
    phase: 'Phase',
    state: 'State',
    started: 'Started',
    version: 'Version',
    step: 'Step',
    steps: 'Steps',
    skipped: 'Skipped steps',
    tokens: 'Tokens seen',
    epochs: 'Times the data was seen',
    duration: 'Duration',
    left: 'Time left',
    speed: 'Tokens per second',
    energy: 'Energy, estimated',
    loss: 'Training loss',
    validation: 'Validation loss',
    bitsPerByte: 'Bits per byte',
    accuracy: 'Next token right',
    best: 'Best validation',
    parameters: 'Parameters',
    machine: 'Machine',
    memory: 'Memory',
    learningRate: 'Learning rate',
    gradientNorm: 'Gradient norm',
  },
  sections: {
    result: 'Result',
    curves: 'Curves',
    notices: 'Notices',
    settings: 'Settings',
    model: 'Model',
    training: 'Training',
    data: 'Data',
    samples: 'Samples',
    diagnosis: 'Diagnosis',
  },
  axes: { steps: 'steps', nats: 'loss (nats per token)' },
  legend: { training: 'training', validation: 'validation' },
  data: {
    source: 'Source',
    licence: 'Licence',
    documents: 'Documents',
    tokens: 'Tokens',
    more: 'more sources',
    total: 'all',
    bytes: 'bytes of text',
  },
  samples: {
    step: 'step',
    prompt: 'Prompt',
    beginning: '(beginning of a text)',
    verbatim: 'tokens word for word from',
    none: 'No samples were written.',
  },
  diagnosis: {
    sources: 'Sources of the last batch',
    tokens: 'Tokens of the training data',
    tensor: 'Tensor',
    rms: 'RMS',
    largest: 'Largest',
    broken: 'Not finite',
    goBack: 'Last good checkpoint',
  },
  assumption: (watts: string) => `assuming ${watts} W for the whole machine`,
  none: 'none',
  unknown: 'unknown',
  empty: 'There is no run yet.',
  waiting: 'Nothing has been written yet.',
  choose: 'Runs to show',
  chooseOne: 'Choose a run on the left.',
  lost: 'No answer from the program; it was probably ended.',
};

export type RunLabels = typeof en;

const de: RunLabels = {
  runs: 'Trainingsläufe',
  report: 'Bericht zum Training',
  status: { running: 'läuft', finished: 'fertig', failed: 'gescheitert', stopped: 'angehalten, fortsetzbar' },
  phases: { pretrain: 'Vortraining', chat: 'Chat-Training' },
  facts: {
    run: 'Lauf',
    phase: 'Phase',
    state: 'Stand',
    started: 'Begonnen',
    version: 'Version',
    step: 'Schritt',
    steps: 'Schritte',
    skipped: 'Übersprungene Schritte',
    tokens: 'Gesehene Token',
    epochs: 'So oft wurden die Daten gesehen',
    duration: 'Dauer',
    left: 'Restzeit',
    speed: 'Token je Sekunde',
    energy: 'Energie, geschätzt',
    loss: 'Trainingsverlust',
    validation: 'Prüfverlust',
    bitsPerByte: 'Bit je Byte',
    accuracy: 'Nächstes Token richtig',
    best: 'Bester Prüfverlust',
    parameters: 'Parameter',
    machine: 'Rechner',
    memory: 'Arbeitsspeicher',
    learningRate: 'Lernrate',
    gradientNorm: 'Gradientennorm',
  },
  sections: {
    result: 'Ergebnis',
    curves: 'Verlauf',
    notices: 'Hinweise',
    settings: 'Einstellungen',
    model: 'Modell',
    training: 'Training',
    data: 'Daten',
    samples: 'Textproben',
    diagnosis: 'Befund',
  },
  axes: { steps: 'Schritte', nats: 'Verlust (Nats je Token)' },
  legend: { training: 'Training', validation: 'Prüfung' },
  data: {
    source: 'Quelle',
    licence: 'Lizenz',
    documents: 'Dokumente',
    tokens: 'Token',
    more: 'weitere Quellen',
    total: 'alle',
    bytes: 'Byte Text',
  },
  samples: {
    step: 'Schritt',
    prompt: 'Vorgabe',
    beginning: '(Anfang eines Textes)',
    verbatim: 'Token wörtlich aus',
    none: 'Es wurden keine Textproben geschrieben.',
  },
  diagnosis: {
    sources: 'Quellen des letzten Stapels',
    tokens: 'Token der Trainingsdaten',
    tensor: 'Tensor',
    rms: 'Quadratmittel',
    largest: 'Größter Wert',
    broken: 'Nicht endlich',
    goBack: 'Letzter guter Checkpoint',
  },
  assumption: (watts) => `angenommen sind ${watts} W für den ganzen Rechner`,
  none: 'keine',
  unknown: 'unbekannt',
  empty: 'Es gibt noch keinen Lauf.',
  waiting: 'Es ist noch nichts geschrieben.',
  choose: 'Gezeigte Läufe',
  chooseOne: 'Wählen Sie links einen Lauf.',
  lost: 'Das Programm antwortet nicht; es wurde wohl beendet.',
};

export type Language = 'de' | 'en';

export function labelsOf(language: Language): RunLabels {
  return language === 'de' ? de : en;
}

/** Numbers with `digits` significant digits, whole ones from 1000 on, as the language writes them. */
export function numberIn(language: Language): (value: number, digits?: number) => string {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  return (value, digits = 4) =>
    Math.abs(value) >= 1000
      ? Math.round(value).toLocaleString(locale)
      : value.toLocaleString(locale, { maximumSignificantDigits: digits });
}

/** 45 s, 3:07 min, 2:15 h. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pair = (high: number, low: number) => `${high}:${String(low).padStart(2, '0')}`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${pair(Math.floor(whole / 60), whole % 60)} min`;
  const minutes = Math.round(whole / 60);
  return `${pair(Math.floor(minutes / 60), minutes % 60)} h`;
}
