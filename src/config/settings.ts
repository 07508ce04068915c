import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  allowance,
  byteSize,
  listenAddress,
  logLevel,
  masterKey,
  onOrOff,
  path,
  proxyUrl,
  runtimeSources,
  secretId,
  secretKey,
  text,
  timeSpanOrOff,
  url,
  type ValueSchema,
  wholeNumber,
} from './setting-values.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting: how it is spelt, what it means, and how its text becomes a value. */
export interface Setting<T> {
  readonly name: string;
  /** Another spelling of the variable, which weighs more. */
  readonly alias?: string;
  /** Text that stands for an absent or empty variable. */
  readonly fallback: string | ((env: Environment) => string);
  /** How the fallback reads in the documentation, where it depends on the machine. */
  readonly fallbackText?: string;
  readonly meaning: string;
  /** Never printed. */
  readonly secret: boolean;
  readonly schema: ValueSchema<T>;
}

/** A setting without a fallback: its value may be undefined. */
export interface OptionalSetting<T> extends Omit<Setting<T>, 'fallback'> {
  readonly fallback?: undefined;
}

const http = ['http:', 'https:'];
const OSV_BUCKET = 'https://osv-vulnerabilities.storage.googleapis.com';
const KEV_CATALOGUE = 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json';

/**
 * Every setting there is, in the order they are shown. `loadConfig`, `plimsoll config` and docs/guides/settings.md
 * all come from this table.
 */
export const settings = {
  listen: {
    name: 'PLIMSOLL_LISTEN',
    fallback: '127.0.0.1:9460',
    meaning: 'Address the API listens on, host:port. Port 0 takes any free port.',
    secret: false,
    schema: listenAddress,
  },
  metricsListen: {
    name: 'PLIMSOLL_METRICS_LISTEN',
    fallbackText: 'nowhere; a server answers them where it listens',
    meaning: 'Where a worker answers /healthz, /readyz and /metrics, host:port.',
    secret: false,
    schema: listenAddress,
  },
  publicUrl: {
    name: 'PLIMSOLL_PUBLIC_URL',
    fallbackText: 'the Host of each request',
    meaning: 'How clients reach this server, for download links in answers, such as https://plimsoll.example.com.',
    secret: false,
    schema: url(http, 'https://plimsoll.example.com'),
  },
  endpoint: {
    name: 'PLIMSOLL_ENDPOINT',
    fallback: 'http://127.0.0.1:9460',
    meaning: 'Server that the commands talk to.',
    secret: false,
    schema: url(http, 'http://127.0.0.1:9460'),
  },
  dataDir: {
    name: 'PLIMSOLL_DATA_DIR',
    fallback: defaultDataDir,
    fallbackText: '$XDG_DATA_HOME/plimsoll, or ~/.local/share/plimsoll',
    meaning: 'Folder for the database, the compiled advisories and the generated keys.',
    secret: false,
    schema: path,
  },
  databaseUrl: {
    name: 'PLIMSOLL_DATABASE_URL',
    fallbackText: 'a SQLite file in the data folder',
    meaning: 'PostgreSQL 15 or newer to keep everything in: postgres://user:password@host/database.',
    secret: true, // may hold a password
    schema: url(['postgres:', 'postgresql:'], 'postgres://plimsoll:secret@db.internal/plimsoll'),
  },
  secretId: {
    name: 'PLIMSOLL_SECRET_ID',
    fallbackText: 'generated at first start',
    meaning: 'Id of the first admin key; the commands sign with it too.',
    secret: false,
    schema: secretId,
  },
  secretKey: {
    name: 'PLIMSOLL_SECRET_KEY',
    fallbackText: 'generated at first start, kept in the data folder',
    meaning: 'Secret of the first admin key.',
    secret: true,
    schema: secretKey,
  },
  token: {
    name: 'PLIMSOLL_TOKEN',
    fallbackText: 'none',
    meaning: 'Token of a temporary key, for the commands that call a server with one.',
    secret: true,
    schema: secretKey,
  },
  masterKey: {
    name: 'PLIMSOLL_MASTER_KEY',
    fallbackText: 'generated at first start, kept in the data folder',
    meaning: 'Encrypts registry passwords and API secrets at rest: 32 bytes, base64 or hex.',
    secret: true,
    schema: masterKey,
  },
  masterKeyFile: {
    name: 'PLIMSOLL_MASTER_KEY_FILE',
    meaning: 'File that holds the master key, instead of PLIMSOLL_MASTER_KEY.',
    secret: false,
    schema: path,
  },
  newMasterKey: {
    name: 'PLIMSOLL_NEW_MASTER_KEY',
    fallback: 'off',
    meaning: 'Takes the place of a lost master key: registry passwords and API keys must then be entered again.',
    secret: false,
    schema: onOrOff,
  },
  advisoriesUrl: {
    name: 'PLIMSOLL_ADVISORIES_URL',
    fallback: OSV_BUCKET,
    meaning: "Advisories in the layout of OSV.dev's bucket (<Ecosystem>/all.zip): http(s):// or file://.",
    secret: false,
    schema: url([...http, 'file:'], 'file:///srv/osv'),
  },
  kevUrl: {
    name: 'PLIMSOLL_KEV_URL',
    fallback: KEV_CATALOGUE,
    meaning: "CISA's catalogue of known exploited vulnerabilities: http(s):// or file://.",
    secret: false,
    schema: url([...http, 'file:'], 'file:///srv/kev/known_exploited_vulnerabilities.json'),
  },
  epssUrl: {
    name: 'PLIMSOLL_EPSS_URL',
    fallback: '',
    fallbackText: 'none',
    meaning: "FIRST's EPSS scores (epss_scores-current.csv.gz): http(s):// or file://.",
    secret: false,
    schema: z.union([z.literal(''), url([...http, 'file:'], 'file:///srv/epss/epss_scores-current.csv.gz')]),
  },
  vexFolder: {
    name: 'PLIMSOLL_VEX',
    fallbackText: 'vex in the data folder',
    meaning:
      'Folder of OpenVEX and CycloneDX files (*.json) whose statements leave findings out of the counts; the reason is kept.',
    secret: false,
    schema: path,
  },
  advisoriesMaxAgeDays: {
    name: 'PLIMSOLL_ADVISORIES_MAX_AGE_DAYS',
    fallback: '7',
    meaning: 'Older advisories make counts partial (cause advisories-stale).',
    secret: false,
    schema: wholeNumber(1, 3650),
  },
  advisoriesKeep: {
    name: 'PLIMSOLL_ADVISORIES_KEEP',
    fallback: '3',
    meaning:
      'How many compiled advisories stay on the disk, the ones in use among them: for --as-of, and so that new ones need only be matched with what they change.',
    secret: false,
    schema: wholeNumber(1, 100),
  },
  changeDays: {
    name: 'PLIMSOLL_CHANGE_DAYS',
    fallback: '90',
    meaning: 'How many days are remembered in which image a vulnerability appeared or went.',
    secret: false,
    schema: wholeNumber(1, 3650),
  },
  workers: {
    name: 'PLIMSOLL_WORKERS',
    fallback: () => String(Math.max(1, availableParallelism() - 1)), // one core stays with the API
    fallbackText: 'CPU cores less one',
    meaning: 'Threads that unpack and analyse layers.',
    secret: false,
    schema: wholeNumber(1, 256),
  },
  maxLayerBytes: {
    name: 'PLIMSOLL_MAX_LAYER_BYTES',
    fallback: '16GiB',
    meaning: 'How much of a layer is read, as the registry has it.',
    secret: false,
    schema: byteSize(1024),
  },
  maxUnpackedBytes: {
    name: 'PLIMSOLL_MAX_UNPACKED_BYTES',
    fallback: '64GiB',
    meaning: 'How much of a layer is read, unpacked.',
    secret: false,
    schema: byteSize(1024),
  },
  maxEntries: {
    name: 'PLIMSOLL_MAX_ENTRIES',
    fallback: '4000000',
    meaning: 'How many files, folders and links of a layer are read.',
    secret: false,
    schema: wholeNumber(1, 1_000_000_000),
  },
  maxRatio: {
    name: 'PLIMSOLL_MAX_RATIO',
    fallback: '1000',
    meaning: 'How many bytes one compressed byte of a layer may unpack to, beyond the first 16 MiB.',
    secret: false,
    schema: wholeNumber(2, 1_000_000),
  },
  maxPathBytes: {
    name: 'PLIMSOLL_MAX_PATH_BYTES',
    fallback: '4096',
    meaning: 'Longest path in a layer; the entries of longer ones are left out, with a word about it.',
    secret: false,
    schema: byteSize(64),
  },
  maxFileBytes: {
    name: 'PLIMSOLL_MAX_FILE_BYTES',
    fallback: '256MiB',
    meaning: 'Largest file of a layer that is read into memory; an analyzer may take less.',
    secret: false,
    schema: byteSize(1024),
  },
  maxNesting: {
    name: 'PLIMSOLL_MAX_NESTING',
    fallback: '5',
    meaning: 'How deep archives in archives are read, the outermost being one.',
    secret: false,
    schema: wholeNumber(1, 20),
  },
  maxImageBytes: {
    name: 'PLIMSOLL_MAX_IMAGE_BYTES',
    fallback: '64GiB',
    meaning: 'How much of all layers of an image is read, as the registry has them.',
    secret: false,
    schema: byteSize(1024),
  },
  maxImageUnpackedBytes: {
    name: 'PLIMSOLL_MAX_IMAGE_UNPACKED_BYTES',
    fallback: '256GiB',
    meaning: 'How much of all layers of an image is read, unpacked.',
    secret: false,
    schema: byteSize(1024),
  },
  maxImageEntries: {
    name: 'PLIMSOLL_MAX_IMAGE_ENTRIES',
    fallback: '16000000',
    meaning: 'How many files, folders and links of all layers of an image are read.',
    secret: false,
    schema: wholeNumber(1, 1_000_000_000),
  },
  scanTimeoutSeconds: {
    name: 'PLIMSOLL_SCAN_TIMEOUT_SECONDS',
    fallback: '3600',
    meaning: 'How long the layers of one image may be read; what was read until then is kept.',
    secret: false,
    schema: wholeNumber(1, 604_800),
  },
  threadMemoryMb: {
    name: 'PLIMSOLL_THREAD_MEMORY_MB',
    fallback: '1024',
    meaning: 'How many MiB of JavaScript memory a thread of PLIMSOLL_WORKERS may take.',
    secret: false,
    schema: wholeNumber(64, 65_536),
  },
  maxTemporaryBytes: {
    name: 'PLIMSOLL_MAX_TEMPORARY_BYTES',
    fallback: '64GiB',
    meaning: 'How much disk the unpacked form of a compressed archive may take that plimsoll scan reads.',
    secret: false,
    schema: byteSize(1024),
  },
  jobs: {
    name: 'PLIMSOLL_JOBS',
    fallback: '4',
    meaning: 'Syncs and image scans under way at once. 0: a server that only answers, beside workers.',
    secret: false,
    schema: wholeNumber(0, 256),
  },
  syncEveryMs: {
    name: 'PLIMSOLL_SYNC_EVERY',
    fallback: '1d',
    meaning:
      'How often each registry is listed by itself: 15m, 6h, 1d; by the day, between 00:00 and 03:00 UTC. off: only when somebody asks.',
    secret: false,
    schema: timeSpanOrOff(5 * 60_000, 30 * 86_400_000),
  },
  querySeconds: {
    name: 'PLIMSOLL_QUERY_SECONDS',
    fallback: '30',
    meaning: 'A question to the database that takes longer is answered by RequestTimeout, which says how to narrow it.',
    secret: false,
    schema: wholeNumber(1, 3_600),
  },
  leaseSeconds: {
    name: 'PLIMSOLL_LEASE_SECONDS',
    fallback: '60',
    meaning: 'A job whose worker has been silent for so long is given to another.',
    secret: false,
    schema: wholeNumber(5, 3600),
  },
  drainSeconds: {
    name: 'PLIMSOLL_DRAIN_SECONDS',
    fallback: '0',
    meaning:
      'So long a server that is told to stop goes on answering, while `/readyz` says 503: time for load balancers to notice.',
    secret: false,
    schema: wholeNumber(0, 600),
  },
  allowPrivateRegistries: {
    name: 'PLIMSOLL_ALLOW_PRIVATE_REGISTRIES',
    fallback: 'on',
    meaning: 'Registries may lie on loopback and private addresses; link-local and metadata addresses never.',
    secret: false,
    schema: onOrOff,
  },
  httpsProxy: {
    name: 'HTTPS_PROXY',
    alias: 'https_proxy',
    fallbackText: 'none: asked directly',
    meaning:
      'Proxy for https:// registries and feeds, http://user:password@host:port; also `https_proxy`, which weighs more: docs/guides/proxy.md.',
    secret: true, // may hold a password
    schema: proxyUrl,
  },
  httpProxy: {
    name: 'HTTP_PROXY',
    alias: 'http_proxy',
    fallbackText: 'none: asked directly',
    meaning: 'The same for http:// registries and feeds; also `http_proxy`.',
    secret: true,
    schema: proxyUrl,
  },
  noProxy: {
    name: 'NO_PROXY',
    alias: 'no_proxy',
    fallbackText: 'only loopback is asked directly',
    meaning:
      'What is asked without the proxy, comma separated: hosts with their subdomains, addresses, CIDR ranges, each with :port where only that is meant, or *; also `no_proxy`.',
    secret: false,
    schema: text,
  },
  trustPolicy: {
    name: 'PLIMSOLL_TRUST_POLICY',
    fallbackText: 'none: only marks made by hand are known',
    meaning: 'File that says by which keys images must be signed to be trusted: docs/guides/trust.md.',
    secret: false,
    schema: path,
  },
  registryRequests: {
    name: 'PLIMSOLL_REGISTRY_REQUESTS',
    fallbackText: 'no limit of ours',
    meaning:
      'How many requests may be made to each registry in how long a time, by all servers and workers together, such as 5000/6h. `plimsoll registry budget` sets it for one.',
    secret: false,
    schema: allowance('requests'),
  },
  registryBytes: {
    name: 'PLIMSOLL_REGISTRY_BYTES',
    fallbackText: 'no limit of ours',
    meaning: 'The same for bytes, such as 200GiB/1d.',
    secret: false,
    schema: allowance('bytes'),
  },
  registryConcurrency: {
    name: 'PLIMSOLL_REGISTRY_CONCURRENCY',
    fallback: '6',
    meaning: 'Requests to one registry under way at once, per process.',
    secret: false,
    schema: wholeNumber(1, 256),
  },
  minBlobRate: {
    name: 'PLIMSOLL_MIN_BLOB_RATE',
    fallback: '1KiB',
    meaning:
      'A layer of which a registry sends fewer bytes a second, over a minute, is given up (cause registry-slow); 0 = never.',
    secret: false,
    schema: byteSize(0),
  },
  layerReportDays: {
    name: 'PLIMSOLL_LAYER_REPORT_DAYS',
    fallback: '30',
    meaning:
      'How many days a layer report stays that no listed image needs any more, or that a newer one has replaced.',
    secret: false,
    schema: wholeNumber(1, 3650),
  },
  authorizedImageLimit: {
    name: 'PLIMSOLL_AUTHORIZED_IMAGES',
    fallback: '0',
    meaning: 'How many images may be authorised for scanning in all; 0 means no limit.',
    secret: false,
    schema: wholeNumber(0, 1_000_000_000),
  },
  auditDays: {
    name: 'PLIMSOLL_AUDIT_DAYS',
    fallback: '365',
    meaning: 'How many days the audit log remembers who changed what.',
    secret: false,
    schema: wholeNumber(1, 36_500),
  },
  rateLimit: {
    name: 'PLIMSOLL_RATE_LIMIT',
    fallback: '20',
    meaning: 'API calls per action, key and second; 0 = no limit.',
    secret: false,
    schema: wholeNumber(0, 1_000_000),
  },
  secretAllow: {
    name: 'PLIMSOLL_SECRET_ALLOW',
    fallbackText: 'none',
    meaning: 'JSON file of what is no secret here, by path, rule or fingerprint; docs/guides/secrets.md shows how.',
    secret: false,
    schema: path,
  },
  clamd: {
    name: 'PLIMSOLL_CLAMD',
    meaning: 'ClamAV daemon that looks at every file, too: tcp://host:port or unix:/path.',
    secret: false,
    schema: url(['tcp:', 'unix:'], 'tcp://127.0.0.1:3310'),
  },
  clamdTimeoutSeconds: {
    name: 'PLIMSOLL_CLAMD_TIMEOUT_SECONDS',
    fallback: '130',
    meaning: 'How long clamd may neither take nor answer anything; its own limit on a file is 120 seconds.',
    secret: false,
    schema: wholeNumber(1, 3600),
  },
  yaraRules: {
    name: 'PLIMSOLL_YARA_RULES',
    meaning: 'Folder of YARA rules (*.yar, *.yara) that malware is looked for with, beside our own.',
    secret: false,
    schema: path,
  },
  runtime: {
    name: 'PLIMSOLL_RUNTIME',
    fallback: '',
    fallbackText: 'none: which images run is unknown unless somebody reports it',
    meaning:
      'Where containers run, comma separated: docker:unix:/path, docker:tcp://host:port, cri:unix:/path, kubernetes:in-cluster, kubernetes:/kubeconfig#context; docs/guides/what-runs.md.',
    secret: false,
    schema: runtimeSources,
  },
  logLevel: {
    name: 'PLIMSOLL_LOG_LEVEL',
    fallback: 'info',
    meaning: 'debug, info, warn, error or silent.',
    secret: false,
    schema: logLevel,
  },
} as const satisfies Readonly<Record<string, Setting<unknown> | OptionalSetting<unknown>>>;

export type SettingKey = keyof typeof settings;

/** The XDG base directory specification's place for data, so that every command finds the same folder. */
function defaultDataDir(env: Environment): string {
  if (env.XDG_DATA_HOME) return join(env.XDG_DATA_HOME, 'plimsoll');
  if (env.HOME) return join(env.HOME, '.local', 'share', 'plimsoll');
  return resolve('.plimsoll');
}
