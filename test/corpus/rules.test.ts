import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMessages } from '../../src/chat/index.ts';
import { isPublicAddress } from '../../src/corpus/fetch/addresses.ts';
import { globPattern } from '../../src/corpus/fetch/local-files.ts';
import { robotsAllows } from '../../src/corpus/fetch/robots.ts';
import { chatFault } from '../../src/corpus/filter/chat-fault.ts';
import { contentHash, safeSourceId } from '../../src/corpus/record/records.ts';

test('a dialogue passes the filter exactly where the dialogue format accepts it', () => {
  const turn = fc.record({
    role: fc.constantFrom('user', 'assistant', 'user', 'assistant', 'system', 'bot'),
    content: fc.constantFrom('Hallo?', 'Guten Tag.', 'Ja', ' '),
  });
  const inTurn = fc.nat(6).map((n) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 'user' : 'assistant')));
  const regular = inTurn.map((roles) => roles.map((role) => ({ role, content: 'Öl' })));
  let kept = 0;
  fc.assert(
    fc.property(fc.oneof(fc.array(turn, { maxLength: 4 }), regular), (messages) => {
      let accepted = true;
      try {
        parseMessages({ messages }, 'x', { purpose: 'training' });
      } catch {
        accepted = false;
      }
      assert.equal(chatFault(messages) === undefined, accepted);
      if (accepted) kept++;
    }),
    { seed: 4, numRuns: 2000 },
  );
  assert.ok(kept > 100);
});

test('a source id is a portable file name, and different paths get different ones', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), { maxLength: 20 }),
      (paths) => {
        const normal = new Set(paths.map((name) => name.normalize('NFC')));
        const names = new Set([...normal].map((name) => safeSourceId('q', name)));
        assert.equal(names.size, normal.size);
        for (const name of names) assert.match(name, /^[A-Za-z0-9_][A-Za-z0-9._~-]{0,130}$/);
      },
    ),
    { seed: 2, numRuns: 300 },
  );
  assert.equal(safeSourceId('gesetze', 'b/bgb/index.md'), 'gesetze~b~bgb~index.md');
  assert.notEqual(safeSourceId('a', 'b~c'), safeSourceId('a', 'b/c'));
  assert.match(safeSourceId('a', '../../etc'), /^a~\.\.~\.\.~etc-[0-9a-f]{8}$/);
});

test('the content hash folds white space and normal forms and keeps case, words and roles apart', () => {
  assert.equal(contentHash('Größe  5\n\n€ '), contentHash('Gro\u0308ße 5 €'));
  assert.notEqual(contentHash('Größe 5'), contentHash('größe 5'));
  const turn = (role: string, content: string) => ({ role, content });
  assert.notEqual(contentHash([turn('user', 'a'), turn('assistant', 'b')]), contentHash([turn('user', 'a b')]));
});

test('globs match as a shell reads them and treat every other character as itself', () => {
  const cases: [string, string, boolean][] = [
    ['*.md', 'a.md', true],
    ['*.md', 'b/a.md', false],
    ['**/*.md', 'a.md', true],
    ['**/*.md', 'x/y/a.md', true],
    ['b/**', 'b/c/d.txt', true],
    ['a?.{txt,md}', 'ab.md', true],
    ['a?.{txt,md}', 'a/.md', false],
    ['a.b+(c)[1].md', 'a.b+(c)[1].md', true],
    ['a.md', 'axmd', false],
    ['ü/*.md', 'ü/ß.md', true],
  ];
  for (const [glob, name, expected] of cases) assert.equal(globPattern(glob).test(name), expected, `${glob} ${name}`);
});

test('robots.txt is read as RFC 9309 says', () => {
  const cases: [string, string, boolean][] = [
    ['', '/a', true],
    ['User-agent: *\nDisallow: /', '/a', false],
    ['User-agent: *\nDisallow: /', '/robots.txt', true],
    ['User-agent: *\nDisallow:', '/a', true],
    ['User-agent: *\nDisallow: /a\nAllow: /a/b', '/a/b/c', true],
    ['User-agent: *\nAllow: /a\nDisallow: /a', '/a', true],
    ['User-agent: *\nDisallow: /*.pdf$', '/x/y.pdf', false],
    ['User-agent: *\nDisallow: /*.pdf$', '/x/y.pdf?z', true],
    ['User-agent: *\nDisallow: /a*b*c', '/axbxc/d', false],
    ['User-agent: other\nDisallow: /', '/a', true],
    ['User-agent: *\nDisallow: /\n\nUser-agent: ExpChat\nAllow: /', '/a', true],
    ['User-agent: expchat/1.0\nDisallow: /x', '/x', false],
    ['User-agent: a\nUser-agent: expchat\nDisallow: /x\nUser-agent: b\nDisallow: /y', '/y', true],
    ['User-agent: expchat\nDisallow: /x\nUser-agent: *\nDisallow: /\nUser-agent: expchat\nDisallow: /y', '/y', false],
    ['user-AGENT : * # alle\r\nDISALLOW : /x # nein', '/x', false],
    ['User-agent: *\nSitemap: /s\nDisallow: /x', '/x', false],
    ['User-agent: *\nDisallow: /%7euser', '/~user/', false],
    ['User-agent: *\nDisallow: /gr%C3%B6%c3%9fe', '/gr%C3%B6%C3%9Fe', false],
    ['User-agent: *\nDisallow: /größe', '/gr%C3%B6%C3%9Fe', false],
    ['User-agent: *\nDisallow: /a$b', '/a$b', false],
    ['Disallow: /', '/a', true],
    ['<html>kein robots</html>', '/a', true],
  ];
  for (const [robots, target, expected] of cases) {
    assert.equal(robotsAllows(robots, 'expchat', target), expected, `${robots} ${target}`);
  }
});

test('global unicast addresses are public and nothing else is', () => {
  for (const address of [
    '93.184.216.34',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:2800:220:1::1',
    '2a00:1450::1',
  ]) {
    assert.equal(isPublicAddress(address), true, address);
  }
  for (const address of [
    '',
    'x',
    '1.2.3',
    '1.2.3.4.5',
    '2606::1%eth0',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002::1',
  ]) {
    assert.equal(isPublicAddress(address), false, address);
  }
});
