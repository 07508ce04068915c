// Written by `npm run generate`. Do not edit.
import type { ApiAction } from '../api-action.ts';
import { addAssetImageRegistryRegistryDetail } from './add-asset-image-registry-registry-detail.ts';
import { addIgnoreVul } from './add-ignore-vul.ts';
import { checkRepeatAssetImageRegistry } from './check-repeat-asset-image-registry.ts';
import { createAssetImageRegistryScanTask } from './create-asset-image-registry-scan-task.ts';
import { createAssetImageRegistryScanTaskOneKey } from './create-asset-image-registry-scan-task-one-key.ts';
import { createComponentExportJob } from './create-component-export-job.ts';
import { createImageExportJob } from './create-image-export-job.ts';
import { createVulExportJob } from './create-vul-export-job.ts';
import { createVulScanTask } from './create-vul-scan-task.ts';
import { deleteIgnoreVul } from './delete-ignore-vul.ts';
import { describeAssetImageRegistryAssetStatus } from './describe-asset-image-registry-asset-status.ts';
import { describeAssetImageRegistryDetail } from './describe-asset-image-registry-detail.ts';
import { describeAssetImageRegistryList } from './describe-asset-image-registry-list.ts';
import { describeAssetImageRegistryListExport } from './describe-asset-image-registry-list-export.ts';
import { describeAssetImageRegistryRegistryDetail } from './describe-asset-image-registry-registry-detail.ts';
import { describeAssetImageRegistryRegistryList } from './describe-asset-image-registry-registry-list.ts';
import { describeAssetImageRegistryRiskInfoList } from './describe-asset-image-registry-risk-info-list.ts';
import { describeAssetImageRegistryRiskListExport } from './describe-asset-image-registry-risk-list-export.ts';
import { describeAssetImageRegistryScanStatusOneKey } from './describe-asset-image-registry-scan-status-one-key.ts';
import { describeAssetImageRegistrySummary } from './describe-asset-image-registry-summary.ts';
import { describeAssetImageRegistryVirusList } from './describe-asset-image-registry-virus-list.ts';
import { describeAssetImageRegistryVirusListExport } from './describe-asset-image-registry-virus-list-export.ts';
import { describeAssetImageRegistryVulList } from './describe-asset-image-registry-vul-list.ts';
import { describeAssetImageRegistryVulListExport } from './describe-asset-image-registry-vul-list-export.ts';
import { describeAssetImageSimpleList } from './describe-asset-image-simple-list.ts';
import { describeAssetSummary } from './describe-asset-summary.ts';
import { describeAssetSyncLastTime } from './describe-asset-sync-last-time.ts';
import { describeContainerAssetSummary } from './describe-container-asset-summary.ts';
import { describeExportJobDownloadURL } from './describe-export-job-download-url.ts';
import { describeExportJobManageList } from './describe-export-job-manage-list.ts';
import { describeExportJobResult } from './describe-export-job-result.ts';
import { describeImageAuthorizedInfo } from './describe-image-authorized-info.ts';
import { describeImageAutoAuthorizedLogList } from './describe-image-auto-authorized-log-list.ts';
import { describeImageAutoAuthorizedTaskList } from './describe-image-auto-authorized-task-list.ts';
import { describeImageComponentList } from './describe-image-component-list.ts';
import { describeImageRegistryNamespaceList } from './describe-image-registry-namespace-list.ts';
import { describeImageRegistryTimingScanTask } from './describe-image-registry-timing-scan-task.ts';
import { describeImageSimpleList } from './describe-image-simple-list.ts';
import { describeScanIgnoreVulList } from './describe-scan-ignore-vul-list.ts';
import { describeSystemVulList } from './describe-system-vul-list.ts';
import { describeVulDetail } from './describe-vul-detail.ts';
import { describeVulIgnoreRegistryImageList } from './describe-vul-ignore-registry-image-list.ts';
import { describeVulRegistryImageList } from './describe-vul-registry-image-list.ts';
import { describeVulScanInfo } from './describe-vul-scan-info.ts';
import { describeWebVulList } from './describe-web-vul-list.ts';
import { modifyAssetImageRegistryScanStop } from './modify-asset-image-registry-scan-stop.ts';
import { modifyAssetImageRegistryScanStopOneKey } from './modify-asset-image-registry-scan-stop-one-key.ts';
import { modifyImageAuthorized } from './modify-image-authorized.ts';
import { removeAssetImageRegistryRegistryDetail } from './remove-asset-image-registry-registry-detail.ts';
import { renewImageAuthorizeState } from './renew-image-authorize-state.ts';
import { stopVulScanTask } from './stop-vul-scan-task.ts';
import { syncAssetImageRegistryAsset } from './sync-asset-image-registry-asset.ts';
import { updateAssetImageRegistryRegistryDetail } from './update-asset-image-registry-registry-detail.ts';
import { updateImageRegistryTimingScanTask } from './update-image-registry-timing-scan-task.ts';

export const actions = [
  addAssetImageRegistryRegistryDetail,
  addIgnoreVul,
  checkRepeatAssetImageRegistry,
  createAssetImageRegistryScanTask,
  createAssetImageRegistryScanTaskOneKey,
  createComponentExportJob,
  createImageExportJob,
  createVulExportJob,
  createVulScanTask,
  deleteIgnoreVul,
  describeAssetImageRegistryAssetStatus,
  describeAssetImageRegistryDetail,
  describeAssetImageRegistryList,
  describeAssetImageRegistryListExport,
  describeAssetImageRegistryRegistryDetail,
  describeAssetImageRegistryRegistryList,
  describeAssetImageRegistryRiskInfoList,
  describeAssetImageRegistryRiskListExport,
  describeAssetImageRegistryScanStatusOneKey,
  describeAssetImageRegistrySummary,
  describeAssetImageRegistryVirusList,
  describeAssetImageRegistryVirusListExport,
  describeAssetImageRegistryVulList,
  describeAssetImageRegistryVulListExport,
  describeAssetImageSimpleList,
  describeAssetSummary,
  describeAssetSyncLastTime,
  describeContainerAssetSummary,
  describeExportJobDownloadURL,
  describeExportJobManageList,
  describeExportJobResult,
  describeImageAuthorizedInfo,
  describeImageAutoAuthorizedLogList,
  describeImageAutoAuthorizedTaskList,
  describeImageComponentList,
  describeImageRegistryNamespaceList,
  describeImageRegistryTimingScanTask,
  describeImageSimpleList,
  describeScanIgnoreVulList,
  describeSystemVulList,
  describeVulDetail,
  describeVulIgnoreRegistryImageList,
  describeVulRegistryImageList,
  describeVulScanInfo,
  describeWebVulList,
  modifyAssetImageRegistryScanStop,
  modifyAssetImageRegistryScanStopOneKey,
  modifyImageAuthorized,
  removeAssetImageRegistryRegistryDetail,
  renewImageAuthorizeState,
  stopVulScanTask,
  syncAssetImageRegistryAsset,
  updateAssetImageRegistryRegistryDetail,
  updateImageRegistryTimingScanTask,
] as const satisfies readonly ApiAction[];
