import { sql } from 'kysely';
import { riskBehaviors } from '../model/risk.ts';
import { severities } from '../model/severity.ts';

/**
 * SQL for `fix_recommended` of a row of images: latest or running, and with something to do about it, which is a vulnerability
 * that must be fixed, malware, or a secret of high severity (API.md c2). Unknown while none is found and the need of a fix is
 * unknown. `latest`, `needsFix` and `running`: the values they are being set to, when they are.
 */
export function recommended(latest: 0 | 1 | 'kept', needsFix = sql`images.needs_fix`, running = sql`images.running`) {
  const isLatest = latest === 'kept' ? sql`images.latest` : sql.lit(latest);
  return sql<number | null>`case
    when (${needsFix} = 1 or images.malware_files > 0 or ${highSecret})
      and (${isLatest} = 1 or ${running} = 1) then 1
    when ${needsFix} is null then null else 0 end`;
}

const highSecret = sql`exists (select 1 from risks where risks.artifact_id = images.artifact_id
  and risks.behavior = ${sql.lit(riskBehaviors.secret.code)} and risks.severity >= ${sql.lit(severities.indexOf('high'))})`;
