import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInstruction } from './parse-instruction.ts';

test.each([
  ['RUN /bin/sh -c apt-get update # buildkit', 'RUN', 'apt-get update'],
  ['RUN |2 A=b C=d e /bin/sh -c make all # buildkit', 'RUN', 'make all'],
  ['RUN /bin/bash -o pipefail -c curl x | sh # buildkit', 'RUN', 'curl x | sh'],
  ['RUN /bin/bash -euxo pipefail -c make # buildkit', 'RUN', 'make'],
  [
    'RUN /bin/sh -c apt-get update\napt-get install -y curl\n # buildkit',
    'RUN',
    'apt-get update\napt-get install -y curl',
  ],
  ['RUN /app/setup --fast # buildkit', 'RUN', '/app/setup --fast'],
  ['RUN --mount=type=cache,target=/x --network=none make', 'RUN', 'make'],
  ['RUN set -e; /bin/sh -c "make"', 'RUN', 'set -e; /bin/sh -c "make"'],
  ['/bin/sh -c apt-get update', 'RUN', 'apt-get update'],
  ['|1 VERSION=1 /bin/sh -c make $VERSION', 'RUN', 'make $VERSION'],
  ['/bin/sh -c #(nop)  USER app', 'USER', 'app'],
  ['/bin/sh -c #(nop) ADD file:ab in / ', 'ADD', 'file:ab in /'],
  ['/bin/bash -o pipefail -c #(nop)  CMD ["bash"]', 'CMD', '["bash"]'],
  ['ADD --chown=1:1 https://x.org/a /a # buildkit', 'ADD', 'https://x.org/a /a'],
  ['COPY app /app # buildkit', 'COPY', 'app /app'],
  ['copy app /app', 'COPY', 'app /app'],
  ['EXPOSE map[22/tcp:{}]', 'EXPOSE', 'map[22/tcp:{}]'],
  ['ONBUILD', 'ONBUILD', ''],
  ["# debian.sh --arch 'amd64' out/ 'bookworm'", '', "# debian.sh --arch 'amd64' out/ 'bookworm'"],
  ['bash', '', 'bash'],
  ['bazel build //:image', '', 'bazel build //:image'],
  ['', '', ''],
])('%j is %s', (createdBy, keyword, text) => {
  expect(parseInstruction(createdBy)).toEqual({ keyword, text });
});

test('a script that prints the mark of a step without files is still a script', () => {
  const script = `echo ${'x'.repeat(300)} '#(nop) USER root'`;

  expect(parseInstruction(`/bin/sh -c ${script}`)).toEqual({ keyword: 'RUN', text: script });
});

test('any text has a keyword of Dockerfiles or none', () => {
  const part = fc.constantFrom(
    'RUN ',
    '/bin/sh',
    ' -c ',
    '|1 ',
    '#(nop)',
    ' # buildkit',
    '--a=b ',
    'ADD ',
    ' ',
    '\n',
    'x',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map((parts) => parts.join('')),
      ),
      (createdBy) => {
        expect(parseInstruction(createdBy).keyword).toMatch(/^[A-Z]*$/);
      },
    ),
  );
});
