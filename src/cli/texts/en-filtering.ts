/** English texts about which documents stay and why. */
import type { filtering as german, filterReasons as germanReasons } from './de-filtering.ts';

export const filterReasons: typeof germanReasons = {
  'near-duplicate': 'almost the same as another document',
  'evaluation-question': 'holds a question of an evaluation',
  'repeated-paragraph': 'paragraph that many documents have',
  'repeated-line': 'line that many documents have (such as a letterhead)',
  'personal-data': 'personal data',
  'few-words': 'too few words',
  'many-words': 'too many words',
  'short-words': 'words too short',
  'many-symbols': 'too many signs # and …',
  'bullet-lines': 'too many bullet lines',
  'ellipsis-lines': 'too many lines ending in an ellipsis',
  'few-line-ends': 'too few lines that end a sentence',
  'many-short-lines': 'too many short lines',
  'repeated-paragraphs': 'too many equal paragraphs',
  'repeated-paragraph-characters': 'too much text in equal paragraphs',
};

export const filtering: typeof german = {
  pairs: 'Documents almost the same (similarity, left out, kept, why):',
  morePairs: (count) => `${count} more pairs are in clusters.jsonl.`,
  cuts: (cuts, documents) => `Repeated paragraphs and lines removed: ${cuts} in ${documents} documents`,
  questions: (documents, questions, tooShort) =>
    `Evaluation questions: found in ${documents} documents; looked for ${questions}, of which too short: ${tooShort}`,
  personal: 'Personal data (kind, treatment, found):',
  policies: { report: 'only counted', redact: 'replaced', drop: 'document left out', ignore: 'not looked for' },
  why: {
    'own-over-web': 'own document before a fetched one',
    longer: 'longer',
    earlier: 'earlier',
    'smaller-hash': 'equal length; smaller hash',
    'smaller-id': 'equal content; smaller id',
  },
  explain: {
    profiles: { web: 'from the web', own: 'own document' },
    languages: { de: 'German measures', en: 'English measures' },
    noMeasures: 'without quality measures',
    facts: (profile, language, words, letters) => `${profile}, ${language}; ${words} words, ${letters} letters`,
    notJudged: (least) => `Shorter than ${least} characters: the measures do not count and are shown for information.`,
    columns: { measure: 'measure', value: 'value', threshold: 'threshold', verdict: 'verdict' },
    passed: 'passed',
    failed: 'failed',
    whole: 'Whole document',
    section: (number, all, start, end) => `Section ${number} of ${all} (characters ${start} to ${end})`,
    otherSections: (count) => `${count} more sections where nothing failed`,
    failedShare: (share) => `In failed sections: ${share} of the text; above a half the document falls.`,
    member: 'Group of documents that are the same or almost the same:',
    kept: 'kept',
    similarTo: (similarity, of, why) => `similarity ${similarity} to ${of}, which stays (${why})`,
    cut: (reason, documents, threshold, kept) =>
      `Removed: ${reason}, in ${documents} documents (from ${threshold} on); stays in ${kept}`,
    question: (file, number, text) => `Evaluation question ${file}:${number}: ${text}`,
    outcomes: { kept: 'Outcome: kept', unknown: 'The filter has not run yet: expchat corpus filter' },
    dropped: (reason, value, threshold) => `Outcome: left out, ${reason} (value ${value}, threshold ${threshold})`,
  },
};
