// The compiled file, and the scratch file beside it that holds what is only needed while compiling.

/** Raised with every change of the tables or of what goes into them: older files are then compiled anew. */
export const FORMAT = 4;

/**
 * What `openAdvisories` reads. A package has one row with all that matching needs (`entries`, see package-entries.ts); what
 * people read about an advisory is looked up when it affects something. `fingerprint` is what two compilations are compared by.
 */
export const tables = `
CREATE TABLE meta (format INTEGER NOT NULL, snapshot TEXT NOT NULL);
CREATE TABLE namespace (row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE advisory (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  feed INTEGER NOT NULL, -- the last that gave it
  vulnerability_id TEXT NOT NULL,
  named TEXT, -- JSON: the CVEs it names, when these are several
  sum BLOB NOT NULL, -- 8 bytes of hash of what it says; before the long texts, which then need not be read with it
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  aliases TEXT NOT NULL, -- JSON
  "references" TEXT NOT NULL, -- JSON
  published TEXT,
  modified TEXT
);
CREATE TABLE vulnerability (
  id TEXT PRIMARY KEY,
  exploited INTEGER NOT NULL,
  exploit_public INTEGER NOT NULL,
  severity INTEGER, -- of the worst CVSS vector that any database gives it
  cvss_score REAL,
  cvss_vector TEXT,
  epss_probability REAL,
  epss_percentile REAL
) WITHOUT ROWID;
CREATE TABLE package (namespace INTEGER NOT NULL, name TEXT NOT NULL, entries TEXT NOT NULL, sum BLOB NOT NULL);
CREATE TABLE name_filter (bits BLOB NOT NULL); -- of the packages, see name-filter.ts
CREATE VIEW fingerprint AS SELECT namespace, name AS package, sum FROM package;
`;

/**
 * `staged`: what becomes `entries`. `alias`: other names of advisories with at most one CVE. `vector`: the worst CVSS vector
 * of each CVE. `evidence`: advisories that refer to an exploit.
 */
export const scratchTables = `
CREATE TABLE scratch.staged (
  namespace INTEGER NOT NULL, package TEXT NOT NULL, advisory INTEGER NOT NULL, severity INTEGER NOT NULL,
  origin INTEGER NOT NULL, entry TEXT NOT NULL
);
CREATE TABLE scratch.alias (advisory INTEGER NOT NULL, alias TEXT NOT NULL);
CREATE TABLE scratch.evidence (advisory INTEGER NOT NULL);
CREATE TABLE scratch.exploited (vulnerability_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE scratch.epss (
  vulnerability_id TEXT PRIMARY KEY, probability REAL NOT NULL, percentile REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE scratch.vector (
  vulnerability_id TEXT PRIMARY KEY, score REAL NOT NULL, vector TEXT NOT NULL, severity INTEGER NOT NULL
) WITHOUT ROWID;
`;

const HOPS = 3; // PYSEC → GHSA → CVE takes two

/** Names of one vulnerability in several databases lead to its CVE, one step at a time, where they lead to one CVE only. */
const followAliases = `
UPDATE advisory SET vulnerability_id = found.vulnerability_id
FROM (
  SELECT advisory, MIN(vulnerability_id) AS vulnerability_id FROM (
    SELECT alias.advisory AS advisory, other.vulnerability_id AS vulnerability_id
    FROM scratch.alias AS alias JOIN main.advisory AS other ON other.id = alias.alias
    UNION ALL
    SELECT mine.row, other.vulnerability_id
    FROM scratch.alias AS alias JOIN main.advisory AS mine ON mine.id = alias.alias
    JOIN main.advisory AS other ON other.row = alias.advisory
  ) WHERE vulnerability_id LIKE 'CVE-%' GROUP BY advisory HAVING COUNT(DISTINCT vulnerability_id) = 1
) AS found
WHERE found.advisory = advisory.row AND advisory.named IS NULL AND advisory.vulnerability_id NOT LIKE 'CVE-%';`;

/** What can only be said once everything is loaded, in order. */
export const secondPass: readonly { readonly what: string; readonly sql: string }[] = [
  ...Array.from({ length: HOPS }, () => ({
    what: 'count copies of one advisory in several databases as one, also where only another one knows the CVE',
    sql: followAliases,
  })),
  {
    what: 'count copies that nobody knows a CVE of as one',
    sql: `
UPDATE advisory SET vulnerability_id = found.vulnerability_id
FROM (
  SELECT alias.advisory, MIN(other.vulnerability_id) AS vulnerability_id
  FROM scratch.alias AS alias JOIN main.advisory AS other ON other.id = alias.alias
  GROUP BY alias.advisory HAVING COUNT(DISTINCT other.vulnerability_id) = 1
) AS found
WHERE found.advisory = advisory.row AND advisory.named IS NULL AND advisory.vulnerability_id NOT LIKE 'CVE-%'
  AND found.vulnerability_id < advisory.vulnerability_id;`,
  },
  {
    what: 'gather what all feeds say of a vulnerability',
    sql: `
CREATE TABLE scratch.mentioned (id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO scratch.mentioned SELECT vulnerability_id FROM main.advisory;
INSERT OR IGNORE INTO scratch.mentioned SELECT value FROM main.advisory, json_each(named) WHERE named IS NOT NULL;
CREATE TABLE scratch.public (id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO scratch.public
SELECT vulnerability_id FROM scratch.evidence JOIN main.advisory ON advisory.row = evidence.advisory WHERE named IS NULL;
INSERT INTO vulnerability
SELECT mentioned.id, exploited.vulnerability_id IS NOT NULL, public.id IS NOT NULL,
       vector.severity, vector.score, vector.vector, epss.probability, epss.percentile
FROM scratch.mentioned AS mentioned
LEFT JOIN scratch.exploited AS exploited ON exploited.vulnerability_id = mentioned.id
LEFT JOIN scratch.public AS public ON public.id = mentioned.id
LEFT JOIN scratch.vector AS vector ON vector.vulnerability_id = mentioned.id
LEFT JOIN scratch.epss AS epss ON epss.vulnerability_id = mentioned.id
WHERE exploited.vulnerability_id IS NOT NULL OR public.id IS NOT NULL OR vector.score IS NOT NULL
   OR epss.probability IS NOT NULL;`,
  },
];

/** Once the packages are laid out. */
export const lastPass = 'CREATE UNIQUE INDEX package_name ON package (namespace, name, sum);';
