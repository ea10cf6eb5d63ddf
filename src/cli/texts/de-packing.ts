/** German texts about what is packed and what of it is learned. */

const sides: Readonly<Record<string, string>> = { train: 'Training', validation: 'Prüfung', test: 'Test' };
const kinds: Readonly<Record<string, string>> = { text: 'Texte', chat: 'Dialoge' };

export const packing = {
  sets: {
    'pretrain-train': 'Texte, Training',
    'pretrain-val': 'Texte, Prüfung',
    'pretrain-test': 'Texte, Test',
    'chat-train': 'Dialoge, Training',
    'chat-val': 'Dialoge, Prüfung',
    'chat-test': 'Dialoge, Test',
  } as Readonly<Record<string, string>>,
  columns: { set: 'Teil', sources: 'Quellen', documents: 'Dokumente', tokens: 'Token', learned: 'davon gelernt' },
  shareMissed: (kind: string, side: string, wanted: string, share: string) =>
    `Achtung: ${kinds[kind]}, ${sides[side]}: gewünscht sind ${wanted} der Bytes, möglich waren ${share}.`,
  tooLarge: (source: string, share: string) =>
    `Die Quelle ${source} hat ${share} der Bytes. Mit sourcePer: file wird jede ihrer Dateien eine eigene Quelle; eine einzelne Datei teilen Sie auf. Sonst nehmen Sie Quellen hinzu oder ändern den Anteil.`,
  tooLinked: (source: string, share: string, linked: string) =>
    `${linked} Quellen, darunter ${source}, teilen fast gleiche Dokumente und bleiben deshalb zusammen; sie haben ${share} der Bytes. Nehmen Sie Quellen hinzu oder ändern Sie den Anteil.`,
  shared: (held: string, other: string, share: string, documents: string, all: string) =>
    `${sides[held]} und ${sides[other]}: ${share} der Bytes stehen wörtlich auf beiden Seiten, in ${documents} von ${all} Dokumenten`,
  sampled: (oneIn: string) => `verglichen wurde jede ${oneIn}. Wortfolge`,
  longest: (words: string, held: string, other: string) => `längste Stelle: ${words} Wörter, ${held} und ${other}:`,
  excerpt: (text: string) => `„${text}…“`,
  masks: {
    roles: { begin: 'Anfang', system: 'Anweisung', user: 'Frage', assistant: 'Antwort' },
    turn: (tokens: string, learned: string) => `${tokens} Token, ${learned} gelernt`,
    sample: (tokens: string, learned: string, share: string) => `${tokens} Token, ${learned} gelernt (${share})`,
    total: (documents: string, tokens: string, learned: string, share: string) =>
      `Zusammen: ${documents} Dialoge, ${tokens} Token, ${learned} gelernt (${share})`,
    shown: (count: string) => `Gezeigt: ${count}. Mehr zeigt --limit.`,
    from: {
      packed: 'So, wie sie für das Training gepackt sind.',
      filtered: 'Noch nicht mit diesem Tokenizer gepackt; so würden sie gelernt.',
    },
    legend: 'Zwischen ▸ und ◂ steht, was gelernt wird.',
    legendColour: 'Grün ist, was gelernt wird; blass, was nicht.',
    faulty: (count: string) => `Fehlerhaft: ${count}`,
    faults: {
      'no-supervised-token': 'nichts wird gelernt',
      'no-supervised-end': 'das Ende einer Antwort wird nicht gelernt',
      'learned-outside-answers': 'außerhalb der Antworten wird gelernt',
    },
  },
};
