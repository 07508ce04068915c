// Written by `npm run generate`. Do not edit.
import type { ApiAction } from '../api-action.ts';
import { addAssetImageRegistryRegistryDetail } from './add-asset-image-registry-registry-detail.ts';
import { createAssetImageRegistryScanTask } from './create-asset-image-registry-scan-task.ts';
import { describeAssetImageRegistryAssetStatus } from './describe-asset-image-registry-asset-status.ts';
import { describeAssetImageRegistryDetail } from './describe-asset-image-registry-detail.ts';
import { describeAssetImageRegistryList } from './describe-asset-image-registry-list.ts';
import { describeAssetImageRegistryRegistryDetail } from './describe-asset-image-registry-registry-detail.ts';
import { describeAssetImageRegistryRegistryList } from './describe-asset-image-registry-registry-list.ts';
import { describeAssetImageRegistryScanStatusOneKey } from './describe-asset-image-registry-scan-status-one-key.ts';
import { describeAssetImageRegistryVulList } from './describe-asset-image-registry-vul-list.ts';
import { modifyAssetImageRegistryScanStop } from './modify-asset-image-registry-scan-stop.ts';
import { modifyImageAuthorized } from './modify-image-authorized.ts';
import { removeAssetImageRegistryRegistryDetail } from './remove-asset-image-registry-registry-detail.ts';
import { syncAssetImageRegistryAsset } from './sync-asset-image-registry-asset.ts';

export const actions = [
  addAssetImageRegistryRegistryDetail,
  createAssetImageRegistryScanTask,
  describeAssetImageRegistryAssetStatus,
  describeAssetImageRegistryDetail,
  describeAssetImageRegistryList,
  describeAssetImageRegistryRegistryDetail,
  describeAssetImageRegistryRegistryList,
  describeAssetImageRegistryScanStatusOneKey,
  describeAssetImageRegistryVulList,
  modifyAssetImageRegistryScanStop,
  modifyImageAuthorized,
  removeAssetImageRegistryRegistryDetail,
  syncAssetImageRegistryAsset,
] as const satisfies readonly ApiAction[];
