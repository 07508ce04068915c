import { expect, test } from 'vitest';
import { redact } from './redact.ts';

test('secrets are masked, wherever they are', () => {
  const parameters = { Name: 'a', Password: 'p', WebhookToken: { deep: 'q' }, List: [{ secretKey: 'r', Id: 1 }] };

  expect(redact(parameters)).toBe(
    '{"Name":"a","Password":"********","WebhookToken":"********","List":[{"secretKey":"********","Id":1}]}',
  );
});

test('long parameters are cut', () => {
  const text = redact({ Values: ['x'.repeat(100_000)] });

  expect(text).toHaveLength(10_001);
  expect(text.endsWith('…')).toBe(true);
});
