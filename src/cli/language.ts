/** Which language the person reads, and numbers, times and sizes as that language writes them. It knows no text. */

export type Language = 'de' | 'en';

function languageOf(tag: string | undefined): Language | undefined {
  if (tag === undefined || tag === '') return undefined;
  if (/^de([_.@-]|$)/i.test(tag)) return 'de';
  // C and POSIX say "no language", which is English here; other languages read English rather than German.
  return 'en';
}

/** `--lang`, then `EXPCHAT_LANG`, `LC_ALL`, `LC_MESSAGES`, `LANG`, then the system's own locale. */
export function chooseLanguage(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  systemLocale: string,
): Language {
  const given = [flag, env['EXPCHAT_LANG'], env['LC_ALL'], env['LC_MESSAGES'], env['LANG'], systemLocale];
  for (const tag of given) {
    const language = languageOf(tag);
    if (language !== undefined) return language;
  }
  return 'en';
}

/** The value of `--lang` before the arguments are parsed, so that help and usage errors are in that language. */
export function languageFlag(argv: readonly string[]): string | undefined {
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') return undefined;
    if (argument === '--lang') return argv[i + 1];
    if (argument.startsWith('--lang=')) return argument.slice('--lang='.length);
  }
  return undefined;
}

export interface Format {
  integer(value: number): string;
  /** `digits` after the decimal mark. */
  decimal(value: number, digits: number): string;
  percent(share: number, digits?: number): string;
  /** 1.5 MB and so on, powers of 1000. */
  bytes(value: number): string;
  /** 45 s, 3:07 min, 2:15 h. */
  duration(durationMs: number): string;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function createFormat(language: Language): Format {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const decimal = (value: number, digits: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  return {
    integer: (value) => whole.format(value),
    decimal,
    percent: (share, digits = 0) => `${decimal(share * 100, digits)} %`,
    bytes(value) {
      const power = value < 1000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(value) / 3));
      return `${decimal(value / 1000 ** power, power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`;
    },
    duration(durationMs) {
      const seconds = Math.max(0, Math.round(durationMs / 1000));
      if (seconds < 60) return `${seconds} s`;
      const pair = (high: number, low: number) => `${high}:${String(low).padStart(2, '0')}`;
      if (seconds < 3600) return `${pair(Math.floor(seconds / 60), seconds % 60)} min`;
      const minutes = Math.round(seconds / 60);
      return `${pair(Math.floor(minutes / 60), minutes % 60)} h`;
    },
  };
}
