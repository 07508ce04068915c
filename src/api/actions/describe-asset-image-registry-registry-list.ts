import { z } from 'zod';
import type { SyncStatus } from '../../model/registry.ts';
import type { RegistryQuery } from '../../store/store.ts';
import { defineAction } from '../api-action.ts';
import { connectMessage } from '../connect-message.ts';
import { connectionDetail } from '../connection-state.ts';
import { Filters, toConditions } from '../filters.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { registryFilters } from '../registry-filters.ts';
import { causeText, scanErrorCodes } from '../scan-error-codes.ts';
import { dateTime } from '../times.ts';

const Input = z.strictObject({
  Limit: unsigned().optional(),
  Offset: unsigned().optional(),
  Filters: Filters.optional(),
  By: text().optional(),
  Order: text().optional(),
});

const sortKeys: Readonly<Record<string, RegistryQuery['sort']['key']>> = {
  InsertTime: 'createdAt',
  Name: 'name',
  LatestSyncTime: 'syncedAt',
  RegistryId: 'id',
};

/** '' before the first sync: the vocabulary has no word for it. */
const syncStatusNames: Readonly<Record<SyncStatus, string>> = {
  never: '',
  queued: 'doing',
  running: 'doing',
  succeeded: 'success',
  failed: 'failed',
};

export const describeAssetImageRegistryRegistryList = defineAction({
  name: 'DescribeAssetImageRegistryRegistryList',
  description: 'List registries',
  writes: false,
  filters: registryFilters,
  sortKeys,
  input: Input,
  handle: async (input, { store, language }) => {
    const { rows, total } = await store.registries.list({
      conditions: toConditions(input.Filters, registryFilters),
      sort: { key: toSortKey(input.By, sortKeys, 'createdAt'), direction: toDirection(input.Order) },
      ...toPage(input),
    });
    const closed = await store.budgets.closed();
    return {
      TotalCount: total,
      List: rows.map((registry) => {
        const detail = connectionDetail(registry, closed, language);
        const failed = registry.syncStatus === 'failed' ? registry.syncCause : undefined;
        return {
          RegistryId: registry.id,
          Name: registry.name,
          RegistryType: registry.type,
          Url: registry.url,
          NetType: registry.netType,
          RegistryRegion: registry.region,
          RegistryVersion: registry.version,
          ConnectMsg: connectMessage(detail.FailReason, registry.connectionReport, language),
          ConnDetectType: 'backend',
          ConnDetectHostCount: 1,
          ConnDetectDetail: [detail],
          InstanceID: registry.instanceId,
          LatestSyncTime: dateTime(registry.syncedAt),
          SyncStatus: syncStatusNames[registry.syncStatus],
          SyncFailReason: causeText(failed, 'reason', language),
          SyncSolution: causeText(failed, 'solution', language),
          SyncMessage:
            failed === undefined ? registry.syncMessage : `${scanErrorCodes[failed]}: ${registry.syncMessage}`,
          SyncMode: registry.syncMode,
        };
      }),
    };
  },
});
