import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpChatError } from '../base/index.ts';
import { parseMessages } from './messages.ts';

const system = { role: 'system', content: 'Antworten Sie kurz.' };
const user = { role: 'user', content: 'Wie lange gilt die Garantie?' };
const assistant = { role: 'assistant', content: 'Zwei Jahre.' };

/** The error for `value`, which must be refused with this code and name the sample. */
function refusal(value: unknown, code: string, purpose: 'training' | 'prompt' = 'training'): ExpChatError {
  try {
    parseMessages(value, 'probe-17', { purpose });
  } catch (error) {
    assert.ok(error instanceof ExpChatError);
    assert.equal(error.code, code);
    assert.match(error.message, /^sample probe-17: expected /);
    assert.equal(error.fields['sampleId'], 'probe-17');
    return error;
  }
  return assert.fail(`accepted ${JSON.stringify(value)}`);
}

test('a dialogue with an optional system message first and then turns in order is accepted as it is', () => {
  for (const messages of [
    [user, assistant],
    [system, user, assistant],
    [user, assistant, user, assistant],
    [user, assistant, user],
  ]) {
    assert.deepEqual(parseMessages({ messages, licence: 'CC0' }, 'a'), messages);
  }
  assert.deepEqual(parseMessages({ messages: [system, user] }, 'a', { purpose: 'prompt' }), [system, user]);
});

test('an order of roles that no dialogue has is refused and the message named', () => {
  assert.match(
    refusal({ messages: [assistant, user] }, 'chat.bad-messages').message,
    /role user in message 1, got assistant/,
  );
  assert.match(
    refusal({ messages: [user, user, assistant] }, 'chat.bad-messages').message,
    /role assistant in message 2/,
  );
  assert.match(refusal({ messages: [user, system, assistant] }, 'chat.bad-messages').message, /message 2, got system/);
  assert.match(
    refusal({ messages: [system, system, user, assistant] }, 'chat.bad-messages').message,
    /message 2, got system/,
  );
  assert.match(refusal({ messages: [system, assistant] }, 'chat.bad-messages').message, /message 2, got assistant/);
});

test('a sample without an assistant turn is refused for training, one without a last user turn as a prompt', () => {
  refusal({ messages: [user] }, 'chat.no-supervised-token');
  refusal({ messages: [system, user] }, 'chat.no-supervised-token');
  refusal({ messages: [user, assistant] }, 'chat.bad-messages', 'prompt');
  refusal({ messages: [system] }, 'chat.bad-messages', 'prompt');
});

test('a value of another shape is refused and what was found is shown', () => {
  for (const value of [null, undefined, 7, 'x', [], {}, { messages: null }, { messages: {} }, { messages: [] }]) {
    refusal(value, 'chat.bad-messages');
  }
  for (const message of [null, 'x', [], {}, { role: 'user' }, { content: 'x' }, { role: 'user', content: ['x'] }]) {
    refusal({ messages: [message, assistant] }, 'chat.bad-messages');
  }
  for (const content of ['', '   ', '\n'])
    refusal({ messages: [{ role: 'user', content }, assistant] }, 'chat.bad-messages');
  for (const role of ['tool', 'User', 'toString', '__proto__', 7, null]) {
    assert.match(
      refusal({ messages: [{ role, content: 'x' }] }, 'chat.bad-messages').message,
      /system, user, assistant/,
    );
  }
});

test('any JSON value gives messages or one of the two errors', () => {
  const message = fc.record({
    role: fc.constantFrom('system', 'user', 'assistant', 'x'),
    content: fc.oneof(fc.string(), fc.integer()),
  });
  const value = fc.oneof(fc.jsonValue(), fc.record({ messages: fc.oneof(fc.jsonValue(), fc.array(message)) }));
  fc.assert(
    fc.property(value, (json) => {
      try {
        assert.ok(parseMessages(json, 'f').some(({ role }) => role === 'assistant'));
      } catch (error) {
        assert.ok(error instanceof ExpChatError && /^chat\.(bad-messages|no-supervised-token)$/.test(error.code));
      }
    }),
    { seed: 31, numRuns: 2000 },
  );
});
