// The compiled file, and the scratch file beside it that holds what is only needed while compiling.

/** Raised with every change of the tables or of what goes into them: older files are then compiled anew. */
export const FORMAT = 2;

/** What `openAdvisories` reads. `ranges`, `versions`, `aliases` and `references` are JSON. */
export const tables = `
CREATE TABLE meta (format INTEGER NOT NULL, snapshot TEXT NOT NULL);
CREATE TABLE namespace (row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE advisory (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  feed INTEGER NOT NULL, -- the last that gave it
  vulnerability_id TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  aliases TEXT NOT NULL,
  "references" TEXT NOT NULL,
  published TEXT,
  modified TEXT,
  exploited INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE affected (
  namespace INTEGER NOT NULL,
  package TEXT NOT NULL,
  advisory INTEGER NOT NULL,
  ranges TEXT NOT NULL,
  versions TEXT NOT NULL,
  severity INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  cvss_score REAL,
  cvss_vector TEXT
);
`;

/**
 * `staged`: `affected` before it is sorted. `named`: the CVEs of each advisory. `alias`: other names of those without
 * any. `vector`: the worst CVSS vector of each vulnerability.
 */
export const scratchTables = `
CREATE TABLE scratch.staged (
  namespace INTEGER NOT NULL, package TEXT NOT NULL, advisory INTEGER NOT NULL, ranges TEXT NOT NULL,
  versions TEXT NOT NULL, severity INTEGER NOT NULL, origin INTEGER NOT NULL, cvss_score REAL, cvss_vector TEXT
);
CREATE TABLE scratch.named (advisory INTEGER NOT NULL, vulnerability_id TEXT NOT NULL);
CREATE TABLE scratch.alias (advisory INTEGER NOT NULL, alias TEXT NOT NULL);
CREATE TABLE scratch.exploited (vulnerability_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE scratch.vector (
  vulnerability_id TEXT PRIMARY KEY, score REAL NOT NULL, vector TEXT NOT NULL, severity INTEGER NOT NULL
) WITHOUT ROWID;
`;

/** What can only be said once everything is loaded, in order. Origins: 0 none, 1 words, 2 CVSS, 3 distribution. */
export const secondPass: readonly { readonly what: string; readonly sql: string }[] = [
  {
    what: 'index what was loaded',
    sql: `
CREATE INDEX advisory_vulnerability ON advisory (vulnerability_id);
CREATE INDEX scratch.staged_advisory ON staged (advisory);
CREATE INDEX scratch.named_advisory ON named (advisory);`,
  },
  {
    what: 'count copies of one advisory in several databases as one, also where only the other one knows the CVE',
    sql: `
UPDATE advisory SET vulnerability_id = found.vulnerability_id
FROM (
  SELECT alias.advisory, MIN(other.vulnerability_id) AS vulnerability_id
  FROM scratch.alias AS alias JOIN main.advisory AS other ON other.id = alias.alias
  GROUP BY alias.advisory HAVING COUNT(DISTINCT other.vulnerability_id) = 1
) AS found
WHERE found.advisory = advisory.row AND found.vulnerability_id < advisory.vulnerability_id;`,
  },
  {
    what: 'mark what is known to be exploited',
    sql: `
UPDATE advisory SET exploited = 1
WHERE vulnerability_id IN (SELECT vulnerability_id FROM scratch.exploited)
   OR row IN (SELECT advisory FROM scratch.named JOIN scratch.exploited USING (vulnerability_id));`,
  },
  {
    what: "let a distribution's rating of a vulnerability hold for all its advisories about it (DEBIAN-CVE, DSA)",
    sql: `
UPDATE scratch.staged AS mine SET severity = rated.severity, origin = 3
FROM (
  SELECT namespace, package, vulnerability_id, MAX(severity) AS severity
  FROM scratch.staged JOIN main.advisory ON advisory.row = staged.advisory
  WHERE origin = 3 GROUP BY namespace, package, vulnerability_id
) AS rated, main.advisory AS advisory
WHERE mine.origin < 3 AND advisory.row = mine.advisory AND rated.namespace = mine.namespace
  AND rated.package = mine.package AND rated.vulnerability_id = advisory.vulnerability_id;`,
  },
  {
    what: 'rate by the CVSS vector that another database gives the same vulnerability',
    sql: `
UPDATE scratch.staged AS mine SET
  cvss_score = vector.score,
  cvss_vector = vector.vector,
  severity = CASE mine.origin WHEN 0 THEN vector.severity ELSE mine.severity END,
  origin = CASE mine.origin WHEN 0 THEN 2 ELSE mine.origin END
FROM main.advisory AS advisory, scratch.vector AS vector
WHERE mine.cvss_vector IS NULL AND advisory.row = mine.advisory AND vector.vulnerability_id = advisory.vulnerability_id;`,
  },
  {
    what: 'drop updates (DSA, DLA) for a package whose every CVE has an advisory of its own there: nothing counts twice',
    sql: `
DELETE FROM scratch.staged AS mine
WHERE advisory IN (SELECT advisory FROM scratch.named GROUP BY advisory HAVING COUNT(*) > 1)
  AND NOT EXISTS (
    SELECT 1 FROM scratch.named AS named
    WHERE named.advisory = mine.advisory AND NOT EXISTS (
      SELECT 1 FROM main.advisory AS other JOIN scratch.staged AS theirs ON theirs.advisory = other.row
      WHERE other.vulnerability_id = named.vulnerability_id
        AND theirs.namespace = mine.namespace AND theirs.package = mine.package
    )
  );
DELETE FROM advisory WHERE row NOT IN (SELECT advisory FROM scratch.staged);`,
  },
  {
    what: 'lay out by package, so that a look-up reads neighbours',
    sql: `
INSERT INTO affected SELECT * FROM scratch.staged ORDER BY namespace, package, advisory;
CREATE INDEX affected_package ON affected (namespace, package);
DROP INDEX advisory_vulnerability;`,
  },
];
