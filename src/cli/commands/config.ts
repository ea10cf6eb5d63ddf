/** `expchat config show`: the settings that hold, and where each comes from. */
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { act, declare, type Registration } from '../command.ts';
import type { Origin } from '../config.ts';

interface ConfigOptions {
  readonly origin?: boolean;
}

/** A value as it may stand in the file: lists on one line, sections within a section line by line. */
function yamlOf(value: unknown, comment: string): string {
  if (typeof value !== 'object') return ` ${stringify(value).trimEnd()}${comment}`;
  if (Array.isArray(value)) return ` ${JSON.stringify(value)}${comment}`;
  const inner = stringify(value).trimEnd().split('\n');
  return [comment, ...inner.map((line) => `    ${line}`)].join('\n');
}

export function registerConfig(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const group = declare(parent, registration, 'config', 'config');
  const show = declare(group, registration, 'show', 'config show').option('--origin', texts.options.origin);
  act<ConfigOptions>(show, registration, async (session, options) => {
    const { settings: all, origins, file } = await session.openProject('optional');
    const settings = { ...all, corpus: { ...all.corpus, proxy: withoutCredentials(all.corpus.proxy) } };
    const words = session.texts.config;
    const name = ({ from, where }: Origin) => `${words.origins[from]}${where === '' ? '' : `, ${where}`}`;
    const lines: string[] = [];
    for (const [section, keys] of Object.entries(settings)) {
      lines.push(`${section}:`);
      for (const [key, value] of Object.entries(keys)) {
        const comment = options.origin ? `  # ${name(origins.get(`${section}.${key}`)!)}` : '';
        lines.push(`  ${key}:${yamlOf(value, comment)}`);
      }
    }
    const shown = options.origin ? { file, settings, origins: Object.fromEntries(origins) } : { file, settings };
    session.result(shown, lines);
    return 0;
  });
}

/** A proxy's user name and password are for the proxy, not for a screen. */
const withoutCredentials = (url: string): string => url.replace(/\/\/[^/?#]*@/, '//…@');
