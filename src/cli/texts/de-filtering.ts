/** German texts about which documents stay and why. */

/** Why documents are left out or lose a part; beside the reasons of the other stages. */
export const filterReasons = {
  'near-duplicate': 'fast gleich mit einem anderen Dokument',
  'evaluation-question': 'enthält eine Prüfungsfrage',
  'repeated-paragraph': 'Absatz, den viele Dokumente haben',
  'repeated-line': 'Zeile, die viele Dokumente haben (etwa ein Briefkopf)',
  'personal-data': 'personenbezogene Daten',
  'few-words': 'zu wenig Wörter',
  'many-words': 'zu viele Wörter',
  'short-words': 'zu kurze Wörter',
  'many-symbols': 'zu viele Zeichen # und …',
  'bullet-lines': 'zu viele Aufzählungszeilen',
  'ellipsis-lines': 'zu viele Zeilen mit Auslassungspunkten',
  'few-line-ends': 'zu wenig Zeilen mit Satzende',
  'many-short-lines': 'zu viele kurze Zeilen',
  'repeated-paragraphs': 'zu viele gleiche Absätze',
  'repeated-paragraph-characters': 'zu viel Text in gleichen Absätzen',
};

export const filtering = {
  pairs: 'Fast gleiche Dokumente (Ähnlichkeit, weggelassen, behalten, warum):',
  morePairs: (count: string) => `${count} weitere Paare stehen in clusters.jsonl.`,
  cuts: (cuts: string, documents: string) =>
    `Wiederholte Absätze und Zeilen entfernt: ${cuts} in ${documents} Dokumenten`,
  questions: (documents: string, questions: string, tooShort: string) =>
    `Prüfungsfragen: in ${documents} Dokumenten gefunden; gesucht wurden ${questions}, davon zu kurz: ${tooShort}`,
  personal: 'Personenbezogene Daten (Art, Umgang, Funde):',
  policies: { report: 'nur gezählt', redact: 'ersetzt', drop: 'Dokument weggelassen', ignore: 'nicht gesucht' },
  why: {
    'own-over-web': 'eigenes Dokument vor fremdem',
    longer: 'länger',
    earlier: 'älter',
    'smaller-hash': 'gleich lang; kleinere Prüfsumme',
    'smaller-id': 'gleicher Inhalt; kleinere Kennung',
  } as Readonly<Record<string, string>>,
  explain: {
    profiles: { web: 'aus dem Netz', own: 'eigenes Dokument' },
    languages: { de: 'deutsche Maße', en: 'englische Maße' },
    noMeasures: 'ohne Qualitätsmaße',
    facts: (profile: string, language: string, words: string, letters: string) =>
      `${profile}, ${language}; ${words} Wörter, ${letters} Buchstaben`,
    notJudged: (least: string) => `Kürzer als ${least} Zeichen: Die Maße gelten nicht und stehen nur zur Kenntnis.`,
    columns: { measure: 'Maß', value: 'Wert', threshold: 'Schwelle', verdict: 'Urteil' },
    passed: 'gut',
    failed: 'verletzt',
    whole: 'Ganzes Dokument',
    section: (number: string, all: string, start: string, end: string) =>
      `Abschnitt ${number} von ${all} (Zeichen ${start} bis ${end})`,
    otherSections: (count: string) => `${count} weitere Abschnitte ohne Verletzung`,
    failedShare: (share: string) =>
      `In verletzten Abschnitten: ${share} des Textes; über der Hälfte fällt das Dokument.`,
    member: 'Gruppe gleicher oder fast gleicher Dokumente:',
    kept: 'behalten',
    similarTo: (similarity: string, of: string, why: string) =>
      `Ähnlichkeit ${similarity} zu ${of}, das bleibt (${why})`,
    cut: (reason: string, documents: string, threshold: string, kept: string) =>
      `Entfernt: ${reason}, in ${documents} Dokumenten (ab ${threshold}); bleibt in ${kept}`,
    question: (file: string, number: string, text: string) => `Prüfungsfrage ${file}:${number}: ${text}`,
    outcomes: {
      kept: 'Ergebnis: behalten',
      unknown: 'Der Filter ist noch nicht gelaufen: expchat corpus filter',
    },
    dropped: (reason: string, value: string, threshold: string) =>
      `Ergebnis: weggelassen, ${reason} (Wert ${value}, Schwelle ${threshold})`,
  },
};
