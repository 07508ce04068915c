import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../oci/parse-config.ts';
import { assessConfig } from './assess-config.ts';
import { configChecks } from './config-checks/index.ts';

const ordinary = { User: '1000:1000', Healthcheck: { Test: ['CMD', 'true'] } };
const created = '2024-05-01T10:20:30Z';

function assess(settings: object, ...steps: readonly string[]) {
  const history = steps.map((step) => ({ created, created_by: step }));
  const config = { config: { ...ordinary, ...settings }, history };
  return assessConfig(parseConfig(Buffer.from(JSON.stringify(config)), 'app'));
}

/** `<rule> <severity>` of what the steps of a build break. */
const ofSteps = (...steps: readonly string[]) => assess({}, ...steps).map((risk) => `${risk.rule} ${risk.severity}`);
const ofSettings = (settings: object) => assess(settings).map((risk) => `${risk.rule} ${risk.severity}`);

test('a row says what, where, how bad and what to do', () => {
  const [risk, ...others] = assess({}, 'RUN /bin/sh -c curl -fsSL https://x.org/i.sh | bash # buildkit');

  expect(others).toEqual([]);
  expect(risk).toEqual({
    rule: 'PLI-DI-0003',
    behavior: 'build',
    place: 'instruction',
    severity: 'medium',
    description:
      'What was downloaded is run at once: `curl -fsSL https://x.org/i.sh`. Save it, compare its checksum or signature, and run it then',
    instruction: '2024-05-01T10:20:30.000Z\nRUN curl -fsSL https://x.org/i.sh | bash',
  });
});

describe.each<[string, readonly string[], readonly string[]]>([
  [
    'CIS-DI-0007 low',
    ['RUN apt-get update', '/bin/sh -c apt update -q', 'RUN yum -y update', 'RUN apk update && echo install'],
    [
      'RUN apk update && apk add --no-cache x',
      'RUN apt-get update && apt-get upgrade -y',
      'RUN npm update',
      'RUN echo apt-get update',
    ],
  ],
  [
    'CIS-DI-0009 medium',
    ['ADD https://x.org/a /a', 'ADD ["https://x.org/a", "/a"]', 'ADD git@x.org:a/b.git /b'],
    ['COPY https /a', 'ADD app.tar.gz /app'],
  ],
  ['CIS-DI-0009 high', ['ADD http://x.org/a /a'], ['ADD https://x.org/http /a']],
  [
    'CIS-DI-0009 low',
    ['ADD app /app', `/bin/sh -c #(nop) ADD dir:${'a'.repeat(64)} in /srv`],
    [`/bin/sh -c #(nop) ADD file:${'a'.repeat(64)} in / `, 'ADD rootfs.tar.xz /', 'ADD rootfs.tgz / # buildkit'],
  ],
  [
    'CIS-DI-0011 high',
    [
      'RUN apt-get install -y --allow-unauthenticated x && rm -rf /var/lib/apt/lists/*',
      'RUN apt-get -o APT::Get::AllowUnauthenticated=true install x',
      'RUN apt-get --force-yes install x',
      'RUN yum install --nogpgcheck x',
      'RUN dnf --setopt=gpgcheck=0 install x',
      'RUN apk add --no-cache --allow-untrusted x.apk',
      'RUN pip3 install --trusted-host x.org x',
      'RUN npm config set strict-ssl false',
      'RUN rpm -i --nosignature x.rpm',
    ],
    [
      'RUN npm config set strict-ssl true',
      'RUN apt-get install -y x',
      'RUN echo --force-yes',
      'RUN toString --force-yes',
    ],
  ],
  [
    'DKL-DI-0001 medium',
    ['RUN sudo make', 'RUN apk add --no-cache sudo', 'RUN /usr/bin/sudo -E make'],
    ['RUN echo sudo', 'RUN apk add --no-cache sudo-docs'],
  ],
  [
    'DKL-DI-0003 low',
    ['RUN apt-get dist-upgrade -y', 'RUN zypper dup', 'RUN apt full-upgrade'],
    ['RUN apt-get upgrade -y', 'RUN echo dist-upgrade'],
  ],
  [
    'DKL-DI-0004 low',
    ['RUN apk add curl', 'RUN apk -U add curl'],
    ['RUN apk add --no-cache curl', 'RUN apk add curl && rm -rf /var/cache/apk/*', 'RUN cargo add x'],
  ],
  [
    'DKL-DI-0005 low',
    ['RUN apt-get update && apt-get install -y x', 'RUN apt-get update\napt-get install -y x\n # buildkit'],
    [
      'RUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*',
      'RUN apt-get install -y x',
      'RUN apt-get update; apt-get install x; rm -rf /var/lib/{apt,dpkg}',
    ],
  ],
  [
    'PLI-DI-0002 medium',
    [
      'RUN curl -k https://x.org',
      'RUN curl -fsSLk https://x.org',
      'RUN curl --insecure https://x.org',
      'RUN wget --no-check-certificate https://x.org',
      'RUN git config --global http.sslVerify false',
      'RUN git -c http.sslVerify=false clone https://x.org',
      `RUN bash -c 'curl -k https://x.org'`,
      'RUN export NODE_TLS_REJECT_UNAUTHORIZED=0 && npm ci',
    ],
    [
      'RUN curl -o k https://x.org',
      'RUN curl -ok https://x.org',
      'RUN curl -Hkey https://x.org',
      'RUN git config http.sslVerify true',
      "RUN echo 'curl -k x'",
      'RUN cat <<EOF > /usage\ncurl -k x\nEOF',
    ],
  ],
  [
    'PLI-DI-0003 medium',
    [
      'RUN curl https://x.org | sh',
      'RUN curl https://x.org | bash -s -- --yes',
      'RUN wget -qO- https://x.org | gunzip | python3 -',
      'RUN bash <(curl https://x.org)',
      'RUN sh -c "$(curl https://x.org)"',
      'RUN eval "$(wget -O- https://x.org)"',
      'RUN sh <<EOF\ncurl x | sh\nEOF',
    ],
    [
      'RUN curl https://x.org | tar x',
      'RUN curl https://x.org | python3 -m json.tool',
      'RUN curl https://x.org | perl -ne print',
      'RUN curl https://x.org -o x && sh x',
      'RUN V=$(curl https://x.org) && echo "$(curl y)"',
      'RUN curl https://x.org || sh fallback',
    ],
  ],
  [
    'PLI-DI-0004 low',
    [
      'RUN chmod 777 /x',
      'RUN chmod -R 0666 /x',
      'RUN chmod a+rwx /x',
      'RUN chmod o+w /x',
      'RUN chmod u+s /x',
      'RUN chmod 4755 /x',
      'RUN mkdir -m 777 /x',
      'RUN install -m0777 a b',
    ],
    [
      'RUN chmod 1777 /tmp',
      'RUN chmod 755 /x',
      'RUN chmod +x /x',
      'RUN chmod g+w /x',
      'RUN chmod a-w /x',
      'RUN mkdir 777',
    ],
  ],
  [
    'PLI-DI-0005 high',
    ['RUN setcap cap_sys_admin+ep /x', 'RUN setcap cap_net_raw,cap_setuid=ep /x', 'RUN setcap all+ep /x'],
    ['RUN setcap cap_net_bind_service=+ep /x', 'RUN getcap cap_sys_admin'],
  ],
  ['PLI-DI-0006 high', ['RUN passwd -d root', 'RUN useradd -p "" me'], ['RUN passwd -l root', 'RUN useradd -m me']],
])('%s', (expected, risky, harmless) => {
  test.each(risky)('%s', (step) => {
    expect(ofSteps('COPY a /a', step)).toContain(expected);
  });

  test.each(harmless)('not %s', (step) => {
    expect(ofSteps('COPY a /a', step).filter((found) => found === expected)).toEqual([]);
  });
});

describe('what a container starts with', () => {
  test.each<[object, readonly string[]]>([
    [{}, []],
    [{ User: '' }, ['CIS-DI-0001 low']],
    [{ User: 'root' }, ['CIS-DI-0001 medium']],
    [{ User: '0:1000' }, ['CIS-DI-0001 medium']],
    [{ User: '000' }, ['CIS-DI-0001 medium']],
    [{ User: 'rooted' }, []],
    [{ Healthcheck: null }, ['CIS-DI-0006 low']],
    [{ Healthcheck: { Test: ['NONE'] } }, ['CIS-DI-0006 low']],
    [{ Volumes: { '/var/run/docker.sock': {} } }, ['DKL-DI-0002 high']],
    [{ Volumes: { '/': {}, '//etc/': {}, '/data': {} } }, ['DKL-DI-0002 high', 'DKL-DI-0002 high']],
    [{ ExposedPorts: { '22/tcp': {}, '8080/tcp': {}, '22/udp': {} } }, ['PLI-DI-0001 medium']],
    [{ ExposedPorts: { '2370-2375': {} } }, ['PLI-DI-0001 high']],
    [{ Env: ['NODE_TLS_REJECT_UNAUTHORIZED=0', 'PYTHONHTTPSVERIFY=1'] }, ['PLI-DI-0002 high']],
    [{ Cmd: ['/usr/sbin/sshd', '-D'] }, ['PLI-DI-0007 medium']],
    [{ Entrypoint: ['sh', '-c', 'service x start && sshd -D'] }, ['PLI-DI-0007 medium']],
    [{ Cmd: ['serve', '--no-sshd'] }, []],
    [{ Env: ['PATH=/usr/bin:.'] }, ['PLI-DI-0008 medium']],
    [{ Env: ['PATH=/usr/bin:/tmp/bin'] }, ['PLI-DI-0008 medium']],
    [{ Env: ['PATH=/usr/bin:/bin', 'MANPATH=.'] }, []],
  ])('%j', (settings, expected) => {
    expect(ofSettings(settings)).toEqual(expected);
  });

  test('the step that made root the user is shown', () => {
    const [risk] = assess({ User: 'root' }, 'USER app', 'USER root');

    expect(risk?.instruction).toBe('2024-05-01T10:20:30.000Z\nUSER root');
  });
});

test('a check has at most a hundred rows and one that says how many are left', () => {
  const risks = assess({}, ...Array.from({ length: 150 }, () => 'RUN chmod 777 /x'));

  expect(risks.length).toBe(101);
  expect(risks.at(-1)?.description).toContain('50 more places');
});

test('no password of a step is shown', () => {
  const word = ['hun', 'ter', '2'].join('');

  const risks = assess({}, `RUN curl -k -u me:${word} https://me:${word}@x.org | sh`);

  expect(risks.length).toBe(2);
  expect(JSON.stringify(risks)).not.toContain(word);
});

test('ids are unique, and every check says what to do', () => {
  expect(new Set(configChecks.map(({ id }) => id)).size).toBe(configChecks.length);
  for (const { title, solution } of configChecks) expect([title, solution].join()).not.toMatch(/\.$|^,|,$/);
});

test('no history throws', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (steps, env) => {
      for (const risk of assess({ Env: env }, ...steps.map((step) => `RUN ${step}`))) {
        expect(risk.instruction.length).toBeLessThanOrEqual(1_100);
      }
    }),
  );
});

test('steps beyond a mebibyte of scripts are said to be unread, and the rest is checked', () => {
  const risks = assess({}, `RUN ${'a '.repeat(600_000)}`, 'RUN chmod 777 /x');

  expect(risks.map(({ rule }) => rule).toSorted()).toEqual(['PLI-DI-0004', 'PLI-DI-0009']);
});

test.each(['$(', '`', 'curl x|', 'apt-get update;', 'sudo env sh -c "', 'curl -k x|sh;', '://a:', '|1 ', '--a=b '])(
  'a step of %j over and over gives bounded rows',
  (piece) => {
    for (const risk of assess({}, `RUN ${piece.repeat(1_000_000 / piece.length)}`)) {
      expect(risk.instruction.length + risk.description.length).toBeLessThan(2_500);
    }
  },
);
