import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { buildZip, type ZipFile } from '../../../test/support/build-zip.ts';
import { java } from './java.ts';

/** `where name version` of every package; and what was complained about. */
function analyze(content: Uint8Array, path = 'app/app.jar') {
  const { findings, problems } = analyzeText(java, path, content);
  const packages = findings.flatMap((finding) => (finding.kind === 'package' ? [finding] : []));
  const shown = packages.map(({ inside = '.', package: { name, version } }) => `${inside} ${name} ${version}`);
  return { packages: shown, problems };
}

const pom = (group: string, artifact: string, version: string): ZipFile => ({
  name: `META-INF/maven/${group}/${artifact}/pom.properties`,
  content: `#Created by Apache Maven 3.8.5\r\ngroupId=${group}\r\nartifactId=${artifact}\r\nversion=${version}\r\n`,
});
const manifest = (...lines: readonly string[]): ZipFile => ({
  name: 'META-INF/MANIFEST.MF',
  content: `${['Manifest-Version: 1.0', ...lines].join('\r\n')}\r\n\r\n`,
});
const jar = (...files: readonly ZipFile[]) => buildZip(files);

test('a jar tells by its pom.properties what it is', () => {
  const text4shell = jar(manifest(), pom('org.apache.commons', 'commons-text', '1.9'), {
    name: 'a.class',
    content: '',
  });

  expect(analyze(text4shell)).toEqual({ packages: ['. org.apache.commons:commons-text 1.9'], problems: [] });
});

test('a module has all that below a folder, behind a header of its own', () => {
  const inClasses = ({ name, content }: ZipFile) => ({ name: `classes/${name}`, content });
  const files = [manifest(), pom('org.example', 'driver', '2.0'), { name: 'module-info.class', content: '' }];
  const jmod = Buffer.concat([Buffer.from('JM\x01\x00', 'latin1'), jar(...files.map(inClasses))]);

  expect(analyze(jmod, 'opt/jmods/org.example.driver.jmod')).toEqual({
    packages: ['. org.example:driver 2.0'],
    problems: [],
  });
  expect(analyze(jmod.subarray(0, -30), 'opt/jmods/org.example.driver.jmod').problems).toHaveLength(1);
});

test('a shaded jar holds many packages', () => {
  const shaded = jar(
    pom('com.example', 'app', '1.0'),
    pom('a.b', 'c', '2.0'),
    pom('a.b', 'd', '3.0'),
    pom('a.b', 'd', '3.0'),
  );

  expect(analyze(shaded).packages).toEqual(['. com.example:app 1.0', '. a.b:c 2.0', '. a.b:d 3.0']);
});

test('archives in archives are read, stored or packed, and say where they lie', () => {
  const inner = jar(pom('a.b', 'inner', '1.0'));
  const library = jar(pom('a.b', 'library', '2.0'), { name: 'lib/inner.jar', content: inner });
  const war = jar(
    manifest('Main-Class: org.springframework.boot.loader.WarLauncher'),
    { name: 'WEB-INF/lib/library-2.0.jar', content: library, stored: true },
    { name: 'WEB-INF/lib/inner.jar', content: inner },
    { name: 'WEB-INF/lib/', content: '' },
  );

  expect(analyze(war, 'srv/app-1.0.war')).toEqual({
    packages: [
      'WEB-INF/lib/library-2.0.jar a.b:library 2.0',
      'WEB-INF/lib/library-2.0.jar!/lib/inner.jar a.b:inner 1.0',
      'WEB-INF/lib/inner.jar a.b:inner 1.0',
    ],
    problems: [],
  });
});

test('a script before the archive, as in programs that start themselves, does no harm', () => {
  const program = Buffer.concat([Buffer.from('#!/bin/bash\nexec java -jar "$0"\n'), jar(pom('a.b', 'c', '1.0'))]);

  expect(analyze(program)).toEqual({ packages: ['. a.b:c 1.0'], problems: [] });
});

describe('an archive without pom.properties', () => {
  test.for<[string, string, readonly string[], string]>([
    ['of a well-known artifact', 'lib/spring-core-5.3.17.jar', [], 'org.springframework:spring-core 5.3.17'],
    [
      'of another module of the same',
      'lib/spring-boot-actuator-2.6.1.jar',
      [],
      'org.springframework.boot:spring-boot-actuator 2.6.1',
    ],
    [
      'that moved with a major version',
      'hibernate-core-5.6.1.Final.jar',
      [],
      'org.hibernate:hibernate-core 5.6.1.Final',
    ],
    [
      'that moved with a major version, now',
      'hibernate-core-6.1.0.Final.jar',
      [],
      'org.hibernate.orm:hibernate-core 6.1.0.Final',
    ],
    [
      'with a version in its manifest only',
      'okhttp.jar',
      ['Implementation-Version: 4.9.1'],
      'com.squareup.okhttp3:okhttp 4.9.1',
    ],
    ['with a vendor', 'config-1.4.1.jar', ['Implementation-Vendor-Id: com.typesafe'], 'com.typesafe:config 1.4.1'],
    [
      'of an OSGi bundle',
      'thing-1.0.jar',
      ['Bundle-SymbolicName: org.example.thing;singleton:=true'],
      'org.example:thing 1.0',
    ],
    ['with a long line', 'thing-1.0.jar', ['Bundle-SymbolicName: org.exam', ' ple.thing'], 'org.example:thing 1.0'],
    ["in Maven's own repository", 'root/.m2/repository/org/ow2/x/1.0/x-1.0.jar', [], 'org.ow2:x 1.0'],
    ["in Maven's own repository, for one system", 'r/repository/io/n/e/4.1/e-4.1-linux.jar', [], 'io.n:e 4.1'],
    ["in Gradle's cache", 'h/.gradle/caches/modules-2/files-2.1/a.b/c/1.0/0a1b/c-1.0.jar', [], 'a.b:c 1.0'],
  ])('%s is known', ([, path, attributes, expected]) => {
    expect(analyze(jar(manifest(...attributes)), path)).toEqual({ packages: [`. ${expected}`], problems: [] });
  });

  test.for<[string, string, readonly string[]]>([
    ['only a name and a version are told', 'lib/thing-1.0.jar', []],
    ['the vendor is one of many', 'thing-1.0.jar', ['Implementation-Vendor-Id: org.apache']],
    ['the vendor is a company', 'thing-1.0.jar', ['Implementation-Vendor-Id: The Company']],
    ['the bundle has another name', 'thing-1.0.jar', ['Bundle-SymbolicName: org.example.other']],
  ])('is listed by its own name, and a problem, when %s', ([, path, attributes]) => {
    const { packages, problems } = analyze(jar(manifest(...attributes)), path);

    expect(packages).toEqual(['. thing 1.0']);
    expect(problems).toEqual([expect.stringContaining('does not tell its Maven group')]);
  });

  test.for<[string, string, readonly ZipFile[]]>([
    ['has no version', 'app.jar', [manifest()]],
    ['holds sources', 'thing-1.0-sources.jar', [manifest()]],
    [
      'is part of Java itself',
      'jrt-fs.jar',
      [manifest('Specification-Title: Java Platform API Specification', 'Implementation-Version: 17')],
    ],
    ['is a program of other archives', 'app-1.0.jar', [{ name: 'BOOT-INF/lib/x.jar', content: jar() }]],
  ])('that %s is nothing to look up', ([, path, files]) => {
    expect(analyze(jar(...files), path)).toEqual({ packages: [], problems: [] });
  });

  test('that brings others along is known beside them', () => {
    const { packages } = analyze(jar(pom('a.b', 'c', '1.0')), 'spring-web-5.3.17.jar');

    expect(packages).toEqual(['. a.b:c 1.0', '. org.springframework:spring-web 5.3.17']);
  });
});

describe('a hostile archive ends as a problem that says where:', () => {
  const bomb = { name: 'lib/bomb.jar', content: Buffer.alloc(8 * 1024 ** 2) };

  test.for<[string, Uint8Array, string]>([
    ['no archive', Buffer.from('<html>404</html>'), 'it is not a zip archive'],
    ['nothing', Buffer.alloc(0), 'it is not a zip archive'],
    ['cut off', jar(pom('a.b', 'c', '1.0')).subarray(0, -30), 'it is not a zip archive'],
    ['its beginning is missing', jar(pom('a.b', 'c', '1.0')).subarray(90), 'the directory of the archive is not where'],
    ['an encrypted file', jar({ ...pom('a.b', 'c', '1.0'), flags: 1 }), 'pom.properties is damaged, encrypted'],
    ['a file with another size', jar({ ...pom('a.b', 'c', '1.0'), claimedSize: 5 }), 'pom.properties is damaged'],
    [
      'a text beyond all bounds',
      jar({ ...pom('a.b', 'c', '1.0'), content: Buffer.alloc(2 * 1024 ** 2) }),
      'or too large',
    ],
    [
      'an archive beyond all bounds',
      jar({ ...bomb, claimedSize: 300 * 1024 ** 2 }),
      'lib/bomb.jar was not read: the archives in it have more than',
    ],
    ['an archive that lies about its size', jar({ ...bomb, claimedSize: 1_000 }), 'lib/bomb.jar is damaged'],
    ['an inner archive that is none', jar({ name: 'a.jar', content: 'x' }), 'a.jar: it is not a zip archive'],
    [
      'names without a version',
      jar({ ...pom('a.b', 'c', '1.0'), content: 'groupId=a.b\nartifactId=c\n' }),
      'without a valid name and version',
    ],
  ])('%s', ([, bytes, message]) => {
    const { packages, problems } = analyze(bytes);

    expect(packages).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(message)]);
  });

  test('archives in archives without end', () => {
    let nested = jar(pom('a.b', 'innermost', '1.0'));
    for (let depth = 0; depth < 8; depth++) nested = jar({ name: `${depth}.jar`, content: nested });

    expect(analyze(nested)).toEqual({ packages: [], problems: [expect.stringContaining('lies deeper than')] });
  });

  test('many archives that are one place in the file', () => {
    const one = jar({ name: 'a.jar', content: 'x', claimedSize: 100 * 1024 ** 2 });
    const many = jar(...Array.from({ length: 4 }, (_, at) => ({ name: `${at}.jar`, content: one, stored: true })));

    const { problems } = analyze(many);

    expect(problems.filter((message) => message.includes('have more than'))).not.toEqual([]);
  });

  test('more problems than anybody reads', () => {
    const files = Array.from({ length: 1_000 }, (_, at) => ({ name: `${at}.jar`, content: 'x' }));

    expect(analyze(jar(...files)).problems).toHaveLength(20);
  });

  test('a damaged one', () => {
    const good = jar(manifest('Bundle-SymbolicName: a.b.c'), pom('a.b', 'c', '1.0'), {
      name: 'lib/a.jar',
      content: jar(pom('a.b', 'd', '1.0')),
    });
    const damage = fc.array(fc.record({ at: fc.nat(good.byteLength - 1), byte: fc.nat(255) }), { maxLength: 6 });
    fc.assert(
      fc.property(damage, fc.nat(good.byteLength), (changes, length) => {
        const bytes = Buffer.from(good);
        for (const { at, byte } of changes) bytes[at] = byte;
        analyze(bytes);
        analyze(bytes.subarray(0, length));
      }),
      { numRuns: 300 },
    );
  });
});
