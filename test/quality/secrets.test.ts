import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../bench/seeded-random.ts';
import { buildImage } from '../../demo/build-image.ts';
import { type BuiltLayer, layer } from '../../demo/build-layer.ts';
import { secretFamilies } from '../../src/analyzers/secrets/rules/index.ts';
import { createSampleRandom } from '../../src/analyzers/secrets/sample-random.ts';
import type { SecretRule } from '../../src/analyzers/secrets/secret-rule.ts';
import { scanLocally } from '../../src/commands/scan-locally.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Risk } from '../../src/model/risk.ts';
import { writeLayout } from '../support/write-layout.ts';

// Random secrets of every kind, planted in whole images and looked for by a whole scan: recall and precision are 1.

const rules: readonly SecretRule[] = secretFamilies.flat();
/** In the config of an image a name and a value are enough; files are read more strictly. */
const ofFiles = rules.filter(({ where }) => where !== 'settings');
const random = createSampleRandom(seededRandom(20_261_125));
/** What a quoted value is looked for in where others are not. */
const ending = ({ id }: SecretRule) => (id.includes('quoted') ? 'js' : 'conf');

const work = mkdtempSync(join(tmpdir(), 'quality-secrets-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function secretsOf(image: {
  readonly layers: readonly BuiltLayer[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly history?: readonly { readonly created_by: string; readonly empty_layer?: boolean }[];
}): Promise<readonly Risk[]> {
  const folder = mkdtempSync(join(work, 'layout-'));
  const built = buildImage(image);
  await writeLayout(folder, built.manifest, [built]);
  const { risk } = await scanLocally(
    folder,
    { config: loadConfig({ PLIMSOLL_DATA_DIR: work }), kinds: ['risk'], onProgress: () => {} },
    new AbortController().signal,
  );
  if (!risk) throw new Error('nobody looked for risks');
  expect(risk.gaps).toEqual([]);
  return risk.risks.filter(({ behavior }) => behavior === 'secret');
}

/** Rules that should have been seen and were not. */
const missed = (wanted: readonly SecretRule[], found: readonly Risk[], at: (rule: SecretRule, risk: Risk) => boolean) =>
  wanted.filter((rule) => !found.some((risk) => risk.rule === rule.id && at(rule, risk))).map(({ id }) => id);

describe('secrets in files', () => {
  const samples = new Map(ofFiles.map((rule) => [rule, rule.sample(random)]));
  let found: readonly Risk[];
  beforeAll(async () => {
    const texts = layer();
    const binaries = layer();
    const deleted = layer();
    const removal = layer().whiteout('srv/deleted');
    for (const [rule, sample] of samples) {
      const text = `# settings of the team\n\n${sample}\n# the end\n`;
      texts.file(`srv/text/${rule.id}.${ending(rule)}`, text);
      deleted.file(`srv/deleted/${rule.id}.${ending(rule)}`, text);
      const junk = () => Buffer.concat([random.bytes(5_000), Buffer.alloc(16)]);
      binaries.file(`srv/binary/${rule.id}`, Buffer.concat([junk(), Buffer.from(`${sample}\0`, 'latin1'), junk()]));
    }
    found = await secretsOf({ layers: [texts.gzip(), binaries.gzip(), deleted.gzip(), removal.gzip()] });
  }, 120_000);

  test('every kind is found in a text, with its line', () => {
    expect(
      missed(
        ofFiles,
        found,
        ({ id }, { path, line }) => path?.startsWith(`srv/text/${id}.`) === true && line !== undefined,
      ),
    ).toEqual([]);
  });

  test('every kind is found in a file that a later layer deletes, and it says so', () => {
    expect(
      missed(
        ofFiles,
        found,
        ({ id }, { path, removedBy }) => path?.startsWith(`srv/deleted/${id}.`) === true && removedBy !== undefined,
      ),
    ).toEqual([]);
  });

  test('every kind that a program can hold is found among binary junk', () => {
    // What needs a line of its own, or quotes of a language, is no string of a program.
    const inPrograms = ofFiles.filter(({ generic, id }) => !generic && !id.includes('putty'));
    expect(missed(inPrograms, found, ({ id }, { path }) => path === `srv/binary/${id}`)).toEqual([]);
    expect(inPrograms.length).toBeGreaterThan(150);
  });

  test('nothing is told in clear', () => {
    const said = JSON.stringify(found);
    const told = [...samples].filter(([{ pattern }, sample]) => {
      const secret = new RegExp(pattern.source, pattern.flags).exec(sample)?.groups?.secret ?? '';
      return secret.length >= 16 && said.includes(JSON.stringify(secret).slice(1, -1));
    });
    expect(told.map(([{ id }]) => id)).toEqual([]);
  });
});

describe('secrets in the config', () => {
  /** One instruction is one line; what goes by a name yields to a rule that knows the token itself. */
  const planted = rules
    .filter(({ generic }) => !generic)
    .map((rule) => [rule, rule.sample(random).replaceAll("'", '"')] as const)
    .filter(([, sample]) => !sample.includes('\n'));
  const samples = planted.map(([, sample]) => sample);
  const configs = {
    environment: { config: { Env: samples.map((sample, at) => `SETTING_${at}=${sample}`) } },
    label: { config: { Labels: Object.fromEntries(samples.map((sample, at) => [`setting.${at}`, sample])) } },
    instruction: { history: samples.map((sample) => ({ created_by: `RUN echo '${sample}'`, empty_layer: true })) },
  };

  test.each(Object.entries(configs))('every kind that is one line is found as %s', async (place, image) => {
    expect(planted.length).toBeGreaterThan(150);

    const found = await secretsOf({ layers: [layer().file('etc/motd', 'hello').gzip()], ...image });

    const wanted = planted.map(([rule]) => rule);
    expect(missed(wanted, found, (_, risk) => risk.place === place)).toEqual([]);
  });
});

test('two hundred near misses and placeholders are no secrets', async () => {
  const nearMisses = ofFiles.flatMap(({ nearMisses }) => nearMisses);
  expect(nearMisses.length).toBeGreaterThan(200);
  const files = layer();
  for (const [at, text] of nearMisses.entries()) files.file(`srv/near/${at}.conf`, `# a file\n${text}\n`);

  expect(await secretsOf({ layers: [files.gzip()] })).toEqual([]);
});
