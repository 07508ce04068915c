import { expect, test } from 'vitest';
import { createMessages } from './create-messages.ts';

test('a message says about what it is', () => {
  const messages = createMessages();

  messages.add('team/app:1.0', new Error('cut'));
  messages.add('team/app', 'gone');

  expect(messages.list()).toEqual(['team/app:1.0: cut', 'team/app: gone']);
});

test('a name with control characters is not repeated', () => {
  const messages = createMessages();

  messages.add('evil\u001b[31m', 'is no name');

  expect(messages.list()).toEqual(['is no name']);
});

test('of very many only the first are told, and how many there are', () => {
  const messages = createMessages();

  for (let index = 1; index <= 1_000; index += 1) messages.add(`app:${index}`, 'x'.repeat(10_000));

  expect(messages.list()).toHaveLength(21);
  expect(messages.list().at(-1)).toBe('and 980 more');
  expect(messages.list().join('').length).toBeLessThan(20_000);
});
