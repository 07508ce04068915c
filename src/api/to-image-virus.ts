import type { StoredMalwareFile } from '../store/malware.ts';
import type { ResponseOf } from './api-action.ts';
import { rfc3339 } from './times.ts';
import { levelDigits } from './vulnerability-filters.ts';

export type ImageVirus = NonNullable<ResponseOf<'DescribeAssetImageRegistryVirusList'>['List']>[number];

/** A malicious file of one image as ImageVirus. */
export function toImageVirus(file: StoredMalwareFile): ImageVirus {
  return {
    Path: file.path,
    RiskLevel: levelDigits[file.severity],
    Category: file.category,
    VirusName: file.name,
    Tags: [...file.tags, ...(file.removedBy ? ['removed-by-later-layer'] : [])],
    Desc: file.description,
    Solution: file.solution,
    FileType: file.fileType,
    FileName: file.path.slice(file.path.lastIndexOf('/') + 1),
    FileMd5: file.md5,
    FileSize: file.size,
    FirstScanTime: rfc3339(file.firstFoundAt),
    LatestScanTime: rfc3339(file.lastFoundAt),
  };
}
