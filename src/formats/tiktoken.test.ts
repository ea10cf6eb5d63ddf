import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpChatError, Rng } from '../base/index.ts';
import { parseRankFile, renderRankFile } from './tiktoken.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const TOKENS = [
  ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(255 - byte)),
  bytesOf('ei'),
  new Uint8Array(0),
  bytesOf('ein'),
  bytesOf(' Größe'),
];
const TEXT = renderRankFile(TOKENS);

/** The tokens, or the error's code; anything else fails the test. */
function outcome(bytes: Uint8Array): Uint8Array[] | string {
  try {
    return parseRankFile(bytes, 'probe.tiktoken');
  } catch (error) {
    assert.ok(error instanceof ExpChatError, `a typed error, not ${error}`);
    assert.match(error.message, /^probe\.tiktoken: expected /);
    return error.code;
  }
}

test('reading a rank file that was written gives the tokens back, with line ends of Windows too', () => {
  assert.deepEqual(parseRankFile(bytesOf(TEXT), 'probe'), TOKENS);
  assert.deepEqual(parseRankFile(bytesOf(TEXT.replaceAll('\n', '\r\n')), 'probe'), TOKENS);
  assert.equal(TEXT.split('\n')[256], 'ZWk= 256');
  for (const line of TEXT.split('\n').slice(0, -1)) {
    const [base64, rank] = line.split(' ');
    assert.deepEqual(Uint8Array.from(Buffer.from(base64!, 'base64')), TOKENS[Number(rank)]);
  }
});

test('a rank file that does not hold together is refused as damaged', () => {
  const lines: Record<string, string> = {
    'no rank': 'enp6',
    'no number': 'enp6 x',
    'a negative rank': 'enp6 -1',
    'a rank with a leading zero': 'enp6 0260',
    'a fraction': 'enp6 260.5',
    'a huge rank': 'enp6 99999999',
    'a rank far from the others': 'enp6 900000',
    'a rank that is taken': 'enp6 258',
    'a token that is there': 'ZWk= 260',
    'no base64': 'en!6 260',
    'base64 cut off': 'enp 260',
    'base64 with bits left over': 'ZWl= 260',
    'padding in the middle': 'ZW=k 260',
    'no bytes': ' 260',
    'two blanks': 'enp6  260',
    'an empty line': '',
    'a very long token': `${'enp6'.repeat(2000)} 260`,
  };
  for (const [why, line] of Object.entries(lines)) {
    assert.equal(outcome(bytesOf(`${TEXT}${line}\n`)), 'tokenizer.damaged', why);
  }
  assert.equal(outcome(bytesOf(TEXT.slice(TEXT.indexOf('\n') + 1))), 'tokenizer.damaged', 'a byte is missing');
  assert.equal(outcome(new Uint8Array(0)), 'tokenizer.damaged', 'nothing at all');
});

test('a mutated rank file gives sound tokens or one typed error', () => {
  const rng = new Rng(52);
  const bytes = bytesOf(TEXT);
  let accepted = 0;
  for (let round = 0; round < (process.env['EXPCHAT_RELEASE'] === '1' ? 300_000 : 4000); round++) {
    const mutated = bytes.slice(0, rng.int(4) === 0 ? rng.int(bytes.length) : bytes.length);
    for (let change = rng.int(3); change >= 0 && mutated.length > 0; change--) {
      const at = rng.int(mutated.length);
      if (rng.int(2) === 0) mutated[at]! ^= 1 << rng.int(8);
      else mutated[at] = mutated[rng.int(mutated.length)]!;
    }
    const result = outcome(mutated);
    if (typeof result === 'string') {
      assert.equal(result, 'tokenizer.damaged');
      continue;
    }
    accepted++;
    const names = result.filter((token) => token.length > 0).map((token) => token.join());
    assert.equal(new Set(names).size, names.length);
    for (let byte = 0; byte < 256; byte++) assert.ok(names.includes(String(byte)));
  }
  assert.ok(accepted > 0, 'some mutations are harmless');
});
