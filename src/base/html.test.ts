import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, renderHtmlPage } from './html.ts';

test('text can neither open an element, nor leave an attribute, nor hide or turn what follows', () => {
  assert.equal(escapeHtml(`<b a="1" b='2'>&`), '&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;');
  assert.equal(escapeHtml('a\u0000b\u001bc\u202ed\u2028e'), 'a\u2400b\u241bc\ufffdd\ufffde');
  assert.equal(escapeHtml('a\nb\tc\u0001', '\n\t'), 'a\nb\tc\u2401');
});

test('a page forbids itself scripts and requests, and its title is text', () => {
  const page = renderHtmlPage({ language: 'de', title: '</title><script>', style: '', body: '<p>Größe</p>' });
  assert.match(page, /content="default-src 'none'; style-src 'unsafe-inline'"/);
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /<p>Größe<\/p>/);
});
