import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../base/index.ts';
import { ROBOTS_BYTES, robotsAllows } from './robots.ts';

/** A robots.txt (`|` is a line break), a path, and whether we may fetch it. Expectations from RFC 9309. */
const CASES: readonly (readonly [robots: string, target: string, allowed: boolean])[] = [
  // 2.2.1: groups and product tokens.
  ['', '/a', true],
  ['User-agent: *|Disallow: /', '/a', false],
  ['User-agent: *|Disallow:', '/a', true],
  ['user-AGENT: *|dIsAlLoW: /a', '/a', false],
  ['User-agent: ExpChat|Disallow: /a', '/a', false],
  ['User-agent: EXPCHAT/2.1|Disallow: /a', '/a', false],
  ['User-agent: expchatter|Disallow: /a', '/a', true],
  ['User-agent: expchat-bot|Disallow: /a', '/a', true],
  ['User-agent: other|Disallow: /', '/a', true],
  ['User-agent: *|Disallow: /||User-agent: expchat|Disallow: /x', '/a', true],
  ['User-agent: expchat|Disallow: /x||User-agent: *|Disallow: /', '/a', true],
  ['User-agent: expchat|Disallow: /x||User-agent: *|Disallow: /', '/x', false],
  ['User-agent: expchat|Allow: /||User-agent: *|Disallow: /', '/a', true],
  ['User-agent: expchat|User-agent: other|Disallow: /a', '/a', false],
  ['User-agent: other|User-agent: expchat|Disallow: /a', '/a', false],
  ['User-agent: other|Disallow: /b|User-agent: expchat|Disallow: /a', '/b', true],
  ['User-agent: expchat|Disallow: /a||User-agent: expchat|Disallow: /b', '/a', false],
  ['User-agent: expchat|Disallow: /a||User-agent: expchat|Disallow: /b', '/b', false],
  ['User-agent: *|Disallow: /a||User-agent: *|Disallow: /b', '/b', false],
  ['User-agent: expchat||Disallow: /a', '/a', false],
  ['Disallow: /', '/a', true],
  // 2.2.2: the longest match, allow before disallow where both are as long.
  ['User-agent: *|Disallow: /a|Allow: /a/b', '/a/b/c', true],
  ['User-agent: *|Allow: /a/b|Disallow: /a', '/a/c', false],
  ['User-agent: *|Disallow: /a/b|Allow: /a', '/a/b', false],
  ['User-agent: *|Disallow: /a|Allow: /a', '/a', true],
  ['User-agent: *|Allow: /a|Disallow: /a', '/a', true],
  ['User-agent: *|Disallow: /a', '/ab', false],
  ['User-agent: *|Disallow: /a/', '/a', true],
  ['User-agent: *|Disallow: /A', '/a', true],
  ['User-agent: *|Disallow: /a?x=1', '/a?x=12', false],
  ['User-agent: *|Disallow: /a?x=1', '/a?y=1', true],
  ['User-agent: *|Disallow: /', '/robots.txt', true],
  // 2.2.2: percent-encoding.
  ['User-agent: *|Disallow: /größe', '/gr%C3%B6%C3%9Fe', false],
  ['User-agent: *|Disallow: /gr%c3%b6%c3%9fe', '/gr%C3%B6%C3%9Fe', false],
  ['User-agent: *|Disallow: /%61b', '/ab', false],
  ['User-agent: *|Disallow: /ab', '/%61b', false],
  ['User-agent: *|Disallow: /a%2Fb', '/a/b', true],
  ['User-agent: *|Disallow: /a%2fb', '/a%2Fb', false],
  ['User-agent: *|Disallow: /a b', '/a%20b', false],
  // 2.2.3: special characters.
  ['User-agent: *|Disallow: /*.pdf$', '/a/b.pdf', false],
  ['User-agent: *|Disallow: /*.pdf$', '/a/b.pdf?x', true],
  ['User-agent: *|Disallow: /*.pdf', '/a/b.pdf?x', false],
  ['User-agent: *|Disallow: /a*b*c', '/axxbyyc', false],
  ['User-agent: *|Disallow: /a*b*c', '/axxcyyb', true],
  ['User-agent: *|Disallow: *', '/a', false],
  ['User-agent: *|Disallow: /a$', '/a', false],
  ['User-agent: *|Disallow: /a$', '/ab', true],
  ['User-agent: *|Disallow: /a$b', '/a$b', false],
  ['User-agent: *|Disallow: /a-%2A.html', '/a-*.html', false],
  ['User-agent: *|Disallow: /a-%2A.html', '/a-b.html', true],
  ['User-agent: *|Disallow: /a-%24', '/a-$', false],
  ['User-agent: *|Disallow: /a*', '/a', false],
  // 2.2, 2.3: comments, line ends, other lines, what is no robots.txt.
  ['# alles gut|User-agent: * # wir|Disallow: /a # nicht', '/a', false],
  ['\ufeffUser-agent: *|Disallow: /a', '/a', false],
  ['User-agent: *|Sitemap: https://a.example/s.xml|Disallow: /a', '/a', false],
  ['User-agent: expchat|Crawl-delay: 5|User-agent: other|Disallow: /a', '/a', false],
  ['User-agent: *|  Disallow  :  /a  ', '/a', false],
  ['User-agent *|Disallow /a', '/a', true],
  ['<html><body>Disallow: /</body></html>', '/a', true],
  ['User-agent: *|Noindex: /a|Disallow: /b', '/a', true],
];

test('more than fifty cases of robots.txt are read as RFC 9309 says, with each kind of line end', () => {
  assert.ok(CASES.length >= 50);
  for (const lineEnd of ['\n', '\r\n', '\r']) {
    for (const [robots, target, allowed] of CASES) {
      assert.equal(robotsAllows(robots.replaceAll('|', lineEnd), 'expchat', target), allowed, `${robots} ${target}`);
    }
  }
});

test('of ten thousand paths of a site none that is disallowed is let through, and many stars are no trap', () => {
  const rng = new Rng(9);
  const robots = 'User-agent: *\nDisallow: /intern/\nDisallow: /*/geheim/\nDisallow: /*.bak$\nAllow: /intern/offen/';
  const parts = ['intern', 'geheim', 'offen', 'a', 'b.bak', 'c'];
  for (let i = 0; i < 10_000; i++) {
    const target = `/${Array.from({ length: 1 + rng.int(4) }, () => parts[rng.int(parts.length)]).join('/')}${rng.int(2) ? '/' : ''}`;
    const rules: [RegExp, boolean][] = [
      [/^\/intern\//, false],
      [/^\/.*\/geheim\//, false],
      [/^\/.*\.bak$/, false],
      [/^\/intern\/offen\//, true],
    ];
    // As long as the rule's text: "/intern/" 8, "/*/geheim/" 10, "/*.bak$" 7, "/intern/offen/" 14.
    const lengths = [8, 10, 7, 14];
    const matching = rules.flatMap(([pattern, allow], n) =>
      pattern.test(target) ? [[lengths[n]!, allow] as const] : [],
    );
    const expected = matching.sort(([a], [b]) => b - a)[0]?.[1] ?? true;
    assert.equal(robotsAllows(robots, 'expchat', target), expected, target);
  }
  const slow = `User-agent: *\n${`Disallow: /${'*a'.repeat(500)}$\n`.repeat(100)}`;
  assert.equal(robotsAllows(slow, 'expchat', `/${'a'.repeat(2000)}b`), true);
  assert.equal(robotsAllows('a'.repeat(ROBOTS_BYTES), 'expchat', '/a'), true);
});
