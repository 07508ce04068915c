import { expect, test } from 'vitest';
import { watchClock } from './watch-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start = Date.parse('2026-11-26T00:00:00Z');

function openWatch() {
  const machine = { passed: 5_000, set: 0 };
  const watch = watchClock(
    () => new Date(start + machine.passed + machine.set),
    () => machine.passed,
  );
  const pass = (milliseconds: number) => {
    machine.passed += milliseconds;
    return watch.look();
  };
  const set = (milliseconds: number) => {
    machine.set += milliseconds;
  };
  const cautious = () => watch.cautious().getTime() - start - machine.passed;
  return { pass, set, cautious };
}

test('time that passes is no jump, and neither is a clock kept in step', () => {
  const { pass, set, cautious } = openWatch();
  expect(pass(HOUR)).toBe(0);
  set(500);
  expect(pass(HOUR)).toBe(0);
  expect(cautious()).toBe(500);
});

test.each([
  ['ahead', 400 * DAY, 0],
  ['back', -HOUR, -HOUR],
])('a clock that is set %s is told once; what ends by age goes by the earlier time', (_, jump, earlier) => {
  const { pass, set, cautious } = openWatch();
  set(jump);
  expect(pass(1_000)).toBe(jump);
  expect(pass(1_000)).toBe(0);
  expect(cautious()).toBe(earlier);
});

test('a clock that stays where it was set is believed after a day, and one that comes back at once', () => {
  const stays = openWatch();
  stays.set(400 * DAY);
  stays.pass(1_000);
  stays.pass(DAY - 1);
  expect(stays.cautious()).toBe(0);
  stays.pass(2);
  expect(stays.cautious()).toBe(400 * DAY);

  const returns = openWatch();
  returns.set(400 * DAY);
  returns.pass(1_000);
  returns.set(-400 * DAY);
  expect(returns.pass(1_000)).toBe(-400 * DAY);
  expect(returns.cautious()).toBe(0);
});
