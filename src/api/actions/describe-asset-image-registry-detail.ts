import { z } from 'zod';
import type { HistoryEntry } from '../../store/store.ts';
import { defineAction } from '../api-action.ts';
import { errors } from '../protocol/errors.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { toImageRepoInfo } from '../to-image-repo-info.ts';

/** One image by Id, or the newest row with this ImageId; the Id wins. */
export const describeAssetImageRegistryDetail = defineAction({
  name: 'DescribeAssetImageRegistryDetail',
  description: 'One registry image',
  writes: false,
  input: z.strictObject({ Id: unsigned().optional(), ImageId: text().optional() }),
  handle: async ({ Id, ImageId }, { store, language }) => {
    if (Id === undefined && !ImageId) throw errors.missingParameter('Id');
    const image = Id === undefined ? await store.images.findByImageId(ImageId ?? '') : await store.images.get(Id);
    if (!image) throw errors.imageNotFound();
    const row = toImageRepoInfo(image, language);
    return {
      Id: row.Id,
      ImageDigest: row.ImageDigest,
      ImageId: row.ImageId,
      ImageRepoAddress: row.ImageRepoAddress,
      RegistryType: row.RegistryType,
      RegistryRegion: row.RegistryRegion,
      InstanceId: row.InstanceId,
      InstanceName: row.InstanceName,
      Namespace: row.Namespace,
      ImageName: row.ImageName,
      ImageTag: row.ImageTag,
      ImageSize: row.ImageSize,
      ImageCreateTime: row.ImageCreateTime,
      OsName: row.OsName,
      IsAuthorized: row.IsAuthorized,
      ScanTime: row.ScanTime,
      ScanStatus: row.ScanStatus,
      CveStatus: row.CveStatus,
      VirusStatus: row.VirusStatus,
      RiskStatus: row.RiskStatus,
      Progress: row.Progress,
      ScanVulProgress: row.ScanVulProgress,
      ScanVirusProgress: row.ScanVirusProgress,
      ScanRiskProgress: row.ScanRiskProgress,
      ScanRemainTime: row.ScanRemainTime,
      ScanVulError: row.ScanVulError,
      ScanVirusError: row.ScanVirusError,
      ScanRiskError: row.ScanRiskError,
      Reason: row.Reason,
      Solution: row.Solution,
      VulCnt: row.VulCnt,
      VirusCnt: row.VirusCnt,
      RiskCnt: row.RiskCnt,
      SentiveInfoCnt: row.SentiveInfoCnt,
      SensitiveInfoCnt: row.SensitiveInfoCnt,
      LayerInfo: layerInfo(await store.images.history(image.artifactId)),
    };
  },
});

/** `#<time>\n\n<instruction>\n\n` for each step, oldest first. */
const layerInfo = (history: readonly HistoryEntry[]) =>
  history.map(({ createdAt, createdBy }) => `#${createdAt ?? ''}\n\n${createdBy}\n\n`).join('');
