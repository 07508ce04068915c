import { expect, test } from 'vitest';
import { showLine } from './show-line.ts';

// Put together here, so that no scanner takes them for real ones.
const word = ['hun', 'ter', '2'].join('');

test.each([
  `curl https://me:${word}@x.org/i.sh`,
  `curl -u me:${word} https://x.org`,
  `curl --user "me:${word}" https://x.org`,
  `curl -H "Authorization: Bearer ${word}"`,
  `export DB_PASSWORD=${word} && run`,
  `API_KEY='${word} x' run`,
  `login --password ${word}`,
  `login --token "${word}"`,
  `{"secret": "${word}"}`,
  `echo root:${word} | chpasswd`,
  `usermod -p '$6$salt$${word}${word}' root`,
])('%s is shown without its password', (line) => {
  expect(showLine(line, 1_000)).not.toContain(word);
  expect(showLine(line, 1_000)).toContain('***');
});

test.each(['passwd -d root', 'apt-get install -y curl', 'chmod 777 /srv/tokens', 'curl -k https://x.org/a?b=c'])(
  '%s is shown as it is',
  (line) => {
    expect(showLine(line, 1_000)).toBe(line);
  },
);

test('no half of a password is left where a line is cut', () => {
  const line = `curl https://me:${word.repeat(100)}@x.org`;

  for (let most = 10; most < 200; most++) expect(showLine(line, most)).not.toContain(word.slice(0, 4));
});

test('what moves a cursor or turns text around is not shown', () => {
  expect(showLine('a\u001b[31mb\u202ec\rd', 100)).toBe('a [31mb c d');
});
