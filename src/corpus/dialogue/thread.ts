/**
 * Dialogues from mail threads: what others write is the user's side, what the company writes the assistant's. Mails are
 * joined by the ids in their headers. It knows addresses as hashes and domains only, and no file.
 */
import { ExpChatError, sha256OfBytes } from '../../base/index.ts';
import type { MailThread } from '../record/index.ts';
import type { Dialogue, DialogueResult, LeftOut } from './dialogue.ts';

/** A mail's own words, without quoted text and signature. */
export interface ThreadMail {
  /** Of its document. */
  readonly id: string;
  readonly text: string;
  readonly thread?: MailThread;
  /** ISO 8601; mails without one stand in the order they come in. */
  readonly sent?: string;
}

export interface ThreadDialogue extends Dialogue {
  /** Ids of the mails, in the order they were sent. */
  readonly mails: readonly string[];
}

/** Whose mails are the company's. */
export interface OwnSide {
  readonly senders: ReadonlySet<string>;
  readonly domains: readonly string[];
}

/**
 * From `firma.de` or `@firma.de` (with its subdomains) and `service@firma.de`. Throws `corpus.no-own-addresses` where the
 * list is empty or an entry is neither: without it nobody knows who asks and who answers.
 */
export function ownSide(ownAddresses: readonly string[]): OwnSide {
  const senders = new Set<string>();
  const domains: string[] = [];
  for (const entry of ownAddresses) {
    const address = entry.trim().toLowerCase();
    const [, local, domain] = /^([^@\s]*)@?((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+)$/u.exec(address) ?? [];
    const isDomain = domain !== undefined && (local === '' || !address.includes('@'));
    if (isDomain) domains.push(address.replace(/^@/, ''));
    else if (domain !== undefined) senders.add(sha256OfBytes(address).slice(0, 16));
    else throw noOwnAddresses(entry);
  }
  if (ownAddresses.length === 0) throw noOwnAddresses('none');
  return { senders, domains };
}

function noOwnAddresses(got: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.no-own-addresses',
    kind: 'usage',
    message: `mail dialogues: expected your own addresses or domains, got ${got}`,
    next: 'Set ownAddresses of the source, for example [firma.de, service@example.org].',
    fields: { got },
  });
}

function isOwn({ sender, senderDomain }: MailThread, own: OwnSide): boolean {
  if (sender !== undefined && own.senders.has(sender)) return true;
  return own.domains.some((domain) => senderDomain === domain || senderDomain?.endsWith(`.${domain}`) === true);
}

/** A longer thread gives its end. */
const MOST_MAILS = 200;

interface Node {
  readonly mail: ThreadMail;
  readonly own: boolean;
  readonly order: number;
}

/**
 * The dialogues of all threads among the mails: for each mail of the company that has no later one of it behind it, the
 * way from the thread's first question to it. Mails of one side in a row are one turn; a mail of the company before the
 * first question, as in a circular, and questions without an answer are left out and named.
 */
export function dialoguesFromThread(
  mails: readonly ThreadMail[],
  own: OwnSide,
): Omit<DialogueResult, 'dialogues'> & { readonly dialogues: readonly ThreadDialogue[] } {
  const left: LeftOut[] = [];
  const nodes = mails
    .filter((mail) => {
      const known = mail.thread?.sender !== undefined || mail.thread?.senderDomain !== undefined;
      if (!known) left.push({ reason: 'no-sender', place: mail.id, length: mail.text.length });
      return known && mail.text.trim() !== '';
    })
    .map((mail, order): Node => ({ mail, own: isOwn(mail.thread!, own), order }));
  const parents = parentsOf(nodes);
  const answeredAgain = withOwnBehind(nodes, parents);
  const used = new Set<Node>();
  const dialogues: ThreadDialogue[] = [];
  for (const node of [...nodes].sort(bySending)) {
    if (!node.own || answeredAgain.has(node)) continue;
    const way = wayTo(node, parents);
    const first = way.findIndex((one) => !one.own);
    if (first === -1) continue;
    const asked = way.slice(first);
    dialogues.push({ place: node.mail.id, messages: turnsOf(asked), mails: asked.map(({ mail }) => mail.id) });
    for (const one of asked) used.add(one);
  }
  for (const node of nodes) {
    if (used.has(node)) continue;
    const reason = node.own ? 'no-question' : 'no-answer';
    left.push({ reason, place: node.mail.id, length: node.mail.text.length });
  }
  return { dialogues, left };
}

/** The mail each answers: the one it names, else the last that it refers to and that is there. Never itself or a reply. */
function parentsOf(nodes: readonly Node[]): Map<Node, Node> {
  const byId = new Map<string, Node>();
  for (const node of nodes) {
    const id = node.mail.thread?.messageId;
    if (id !== undefined && !byId.has(id)) byId.set(id, node);
  }
  const parents = new Map<Node, Node>();
  const tops = new Map<Node, Node>(); // Shortcuts towards the first mail of each thread, as in union-find.
  const topOf = (node: Node): Node => {
    let at = node;
    for (let next = tops.get(at); next !== undefined; next = tops.get(at)) {
      const beyond = tops.get(next);
      if (beyond !== undefined) tops.set(at, beyond);
      at = next;
    }
    return at;
  };
  for (const node of nodes) {
    const { inReplyTo, references = [] } = node.mail.thread!;
    const named = [...references, ...(inReplyTo === undefined ? [] : [inReplyTo])].reverse();
    const parent = named.map((id) => byId.get(id)).find((one) => one !== undefined && one !== node);
    if (parent === undefined || topOf(parent) === node) continue; // It would answer its own answer.
    parents.set(node, parent);
    tops.set(node, parent);
  }
  return parents;
}

/** The last mails of the way from the first mail of the thread to this one. `parents` has no circle. */
function wayTo(node: Node, parents: ReadonlyMap<Node, Node>): Node[] {
  const way = [node];
  for (let at = parents.get(node); at !== undefined && way.length < MOST_MAILS; at = parents.get(at)) way.push(at);
  return way.reverse();
}

/** Mails with one of the company somewhere behind them. */
function withOwnBehind(nodes: readonly Node[], parents: ReadonlyMap<Node, Node>): Set<Node> {
  const marked = new Set<Node>();
  for (const node of nodes) {
    if (!node.own) continue;
    for (let at = parents.get(node); at !== undefined && !marked.has(at); at = parents.get(at)) marked.add(at);
  }
  return marked;
}

function bySending(a: Node, b: Node): number {
  const [first, second] = [a.mail.sent ?? '', b.mail.sent ?? ''];
  if (first !== second && first !== '' && second !== '') return first < second ? -1 : 1;
  return a.order - b.order;
}

function turnsOf(way: readonly Node[]): Dialogue['messages'] {
  const turns: { role: 'user' | 'assistant'; content: string }[] = [];
  for (const { mail, own } of way) {
    const role = own ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content += `\n\n${mail.text.trim()}`;
    else turns.push({ role, content: mail.text.trim() });
  }
  return turns;
}
