import { type BuiltImage, buildAttestation, buildImage, buildIndex } from './build-image.ts';
import { buildJar } from './build-jar.ts';
import { type BuiltBlob, type BuiltLayer, type LayerBuilder, layer } from './build-layer.ts';
import {
  apkInstalled,
  type DebianPackage,
  dpkgStatus,
  nodeModules,
  osRelease,
  pythonPackages,
} from './package-files.ts';
import type { ServedManifest, ServedRepository } from './serve-registry.ts';

const MiB = 1024 ** 2;

const bookworm: readonly DebianPackage[] = [
  { name: 'base-files', version: '12.4' },
  { name: 'libc6', version: '2.36-9', source: 'glibc' },
  { name: 'libc-bin', version: '2.36-9', source: 'glibc' },
  { name: 'libssl3', version: '3.0.9-1', source: 'openssl' },
  { name: 'zlib1g', version: '1:1.2.13.dfsg-1', source: 'zlib' },
];

const trixie: readonly DebianPackage[] = [
  { name: 'base-files', version: '13.8' },
  { name: 'libc6', version: '2.41-12', source: 'glibc' },
  { name: 'libssl3t64', version: '3.5.1-1', source: 'openssl' },
  { name: 'zlib1g', version: '1:1.3.dfsg+really1.3.1-1+b1', source: 'zlib (1:1.3.dfsg+really1.3.1-1)' },
];

/** What a fleet of images looks like: one base under many, and a few that are awkward. */
export function demoRepositories(): readonly ServedRepository[] {
  const debian = debianBase('12', 'Debian GNU/Linux 12 (bookworm)', bookworm);
  const patched = debianBase('13', 'Debian GNU/Linux 13 (trixie)', trixie);
  // Its updates ended in May 2025: what is found there is the least there is.
  const alpine = layer()
    .file('etc/os-release', osRelease('alpine', '3.18.0', 'Alpine Linux v3.18'))
    .file(
      'etc/apk/repositories',
      'https://apk.example.org/alpine/v3.18/main\nhttps://apk.example.org/alpine/v3.18/community\n',
    )
    .file(
      'lib/apk/db/installed',
      apkInstalled([
        { name: 'musl', version: '1.2.4-r0', origin: 'musl' },
        { name: 'busybox', version: '1.36.1-r7', origin: 'busybox' },
        { name: 'libcrypto3', version: '3.1.0-r4', origin: 'openssl' },
        { name: 'libssl3', version: '3.1.0-r4', origin: 'openssl' },
      ]),
    )
    .file('lib/libcrypto.so.3', noise(3 * MiB))
    .gzip();

  const webOld = image('2023-06-20', [
    debian,
    app(nodeModules('srv/web', { lodash: '4.17.11', minimist: '1.2.0', express: '4.18.2' })),
  ]);
  const webNew = image('2024-02-12', [
    debian,
    app(nodeModules('srv/web', { lodash: '4.17.21', minimist: '1.2.8', express: '4.19.2' })),
  ]);
  // Zstandard is what newer builders write; the image also brings Debian packages of its own.
  const api = image('2023-08-14', [
    debian,
    withFiles(layer(), pythonPackages({ Jinja2: '2.10', requests: '2.19.1', urllib3: '1.26.18' }))
      .file(
        'var/lib/dpkg/status',
        dpkgStatus([
          ...bookworm,
          { name: 'libwebp7', version: '1.2.4-0.2', source: 'libwebp' },
          { name: 'libcurl4', version: '7.88.1-10', source: 'curl' },
        ]),
      )
      .zstd(),
  ]);
  const worker = ['amd64', 'arm64'].map((architecture) =>
    buildImage({
      platform: { os: 'linux', architecture },
      created: '2023-07-01T08:00:00Z',
      layers: [alpine],
      history: history('worker'),
    }),
  );
  // Past its end of life: nobody publishes advisories for it any more, so nobody can say that it is safe.
  const billing = image('2013-11-05', [
    debianBase('7', 'Debian GNU/Linux 7 (wheezy)', [
      { name: 'libc6', version: '2.13-38', source: 'eglibc' },
      { name: 'libssl1.0.0', version: '1.0.1e-2', source: 'openssl' },
    ]),
  ]);
  const clean = buildImage({
    created: '2024-03-04T08:00:00Z',
    layers: [patched],
    config: { User: '65532', Healthcheck: { Test: ['CMD', '/health'] } },
    history: history('health'),
  });
  // What no package manager of the system knows of: a library inside the application's own jar.
  const search = image('2021-12-01', [
    patched,
    layer()
      .file('opt/search/search.jar', springBootJar({ 'log4j-core': '2.14.1', 'log4j-api': '2.14.1' }))
      .gzip(),
  ]);

  return [
    repository('ops/toolbox', { '0.9': toolbox(patched) }),
    repository('base/debian', { '12': image('2023-06-12', [debian]) }),
    repository('legacy/billing', { '2013': billing }),
    repository('shop/api', { '2.0': api }),
    repository('shop/backend/worker', { '3': [...worker, ...worker.slice(0, 1).map(buildAttestation)] }),
    repository('shop/search', { '7.1': search }),
    repository('shop/web', { '1.4': webOld, '1.5': webNew, stable: webNew }),
    repository('tools/health', { '1.0': clean }),
  ];
}

/** What nobody should push: a password in the environment, a key that was deleted too late, a file that scanners test with. */
function toolbox(base: BuiltLayer): BuiltImage {
  const password = Buffer.from(noise(12)).toString('base64url');
  const key = Buffer.from(noise(300)).toString('base64');
  // In parts, so that this file is neither a key nor malware.
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} OPENSSH PRIVATE ${'KEY'}-----`);
  const testFile = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join('');
  return buildImage({
    created: '2024-02-20T08:00:00Z',
    layers: [
      base,
      layer().file('root/.ssh/id_ed25519', `${begin}\n${key}\n${end}\n`).file('opt/uploads/eicar.com', testFile).gzip(),
      layer().whiteout('root/.ssh/id_ed25519').gzip(),
    ],
    config: { Env: [`DB_PASSWORD=${password}`], ExposedPorts: { '22/tcp': {} } },
    history: [
      ...history('base'),
      { created_by: '/bin/sh -c curl -k https://get.example.com/tools.sh | sh' },
      { created_by: '/bin/sh -c rm /root/.ssh/id_ed25519' },
      { created_by: `ENV DB_PASSWORD=${password}`, empty_layer: true },
    ],
  });
}

function debianBase(version: string, name: string, packages: readonly DebianPackage[]): BuiltLayer {
  return layer()
    .file('usr/lib/os-release', osRelease('debian', version, name))
    .symlink('etc/os-release', '../usr/lib/os-release')
    .file('etc/debian_version', `${version}.0\n`)
    .file('var/lib/dpkg/status', dpkgStatus(packages))
    .file('usr/lib/x86_64-linux-gnu/libicudata.so.72.1', noise(4 * MiB))
    .gzip();
}

/** An application with its libraries inside, as Spring Boot packs them. */
function springBootJar(log4j: Readonly<Record<string, string>>): Uint8Array {
  const libraries = Object.entries(log4j).map(([artifact, version]) => [
    `BOOT-INF/lib/${artifact}-${version}.jar`,
    buildJar({
      [`META-INF/maven/org.apache.logging.log4j/${artifact}/pom.properties`]: `version=${version}\ngroupId=org.apache.logging.log4j\nartifactId=${artifact}\n`,
    }),
  ]);
  return buildJar({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', ...Object.fromEntries(libraries) });
}

const app = (files: Readonly<Record<string, string>>): BuiltLayer =>
  withFiles(layer(), files).file('srv/app.bin', noise(MiB)).gzip();

function withFiles(builder: LayerBuilder, files: Readonly<Record<string, string>>): LayerBuilder {
  for (const [path, content] of Object.entries(files)) builder.file(path, content);
  return builder;
}

function image(day: string, layers: readonly BuiltLayer[]): BuiltImage {
  return buildImage({
    created: `${day}T08:00:00Z`,
    layers,
    history: layers.flatMap((_, i) => history(`step ${i + 1}`)),
  });
}

const history = (name: string) => [{ created_by: `COPY ${name} / # buildkit` }];

/** Bytes that do not compress, the same every time, so that sizes and digests look like those of real layers. */
function noise(bytes: number): Uint8Array {
  const result = new Uint8Array(bytes);
  let state = bytes;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    result[i] = state >>> 24;
  }
  return result;
}

/** A repository of tags; several images under one tag make an index. */
function repository(
  name: string,
  content: Readonly<Record<string, BuiltImage | readonly BuiltImage[]>>,
): ServedRepository {
  const manifests = new Map<BuiltBlob['digest'], ServedManifest>();
  const blobs = new Map<BuiltBlob['digest'], Uint8Array>();
  const putManifest = (blob: BuiltBlob) => {
    manifests.set(blob.digest, { mediaType: blob.mediaType, body: blob.bytes });
    return blob.digest;
  };
  const tags = Object.entries(content).map(([tag, images]) => {
    const list = 'manifest' in images ? [images] : images;
    for (const one of list) {
      putManifest(one.manifest);
      for (const blob of [one.config, ...one.layers]) blobs.set(blob.digest, blob.bytes);
    }
    return [tag, 'manifest' in images ? images.manifest.digest : putManifest(buildIndex(images))] as const;
  });
  return { name, tags: new Map(tags), manifests, blobs };
}
