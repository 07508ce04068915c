import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type ApiAction, defineAction, type ResponseOf } from '../../src/api/api-action.ts';
import { Filters } from '../../src/api/filters.ts';
import { boolean, integer, list, text, unsigned } from '../../src/api/protocol/fields.ts';

// `tsc --noEmit` is what runs these: each `@ts-expect-error` fails the build when its line compiles after all.

const description = '';
const writes = false;

describe('responses', () => {
  test('a forgotten field does not compile', () => {
    const response = { HealthCheckErr: '', NameRepeatErr: '' };

    // @ts-expect-error RegistryId is missing
    const complete: ResponseOf<'AddAssetImageRegistryRegistryDetail'> = response;
    defineAction({
      name: 'AddAssetImageRegistryRegistryDetail',
      description,
      writes,
      input: z.looseObject({}) as never,
      // @ts-expect-error RegistryId is missing
      handle: async () => response,
    });
    expectTypeOf(complete).toEqualTypeOf<ResponseOf<'AddAssetImageRegistryRegistryDetail'>>();
  });

  test('a misspelt field does not compile', () => {
    const response = { HealthCheckErr: '', NameRepeatErr: '', RegistryID: 1 };

    // @ts-expect-error it is RegistryId here
    const complete: ResponseOf<'AddAssetImageRegistryRegistryDetail'> = response;
    expectTypeOf(complete).toEqualTypeOf<ResponseOf<'AddAssetImageRegistryRegistryDetail'>>();
  });

  test('a field of the wrong type does not compile', () => {
    // @ts-expect-error CvssScore is a string
    const row: Pick<VulnerabilityRow, 'CvssScore'> = { CvssScore: 9.8 };
    expectTypeOf(row.CvssScore).toBeString();
  });

  test('a field of a nested row is required like any other', () => {
    // @ts-expect-error LayerCmd is missing
    const layers: VulnerabilityRow['LayerInfos'] = [{ LayerId: '' }];
    expectTypeOf(layers).toEqualTypeOf<VulnerabilityRow['LayerInfos']>();
  });

  test('null compiles for an unknown count where the contract allows it, and nowhere else', () => {
    expectTypeOf<ImageRow['CriticalLevelVulCnt']>().toEqualTypeOf<number | null>();
    expectTypeOf<ImageRow['IsRunning']>().toEqualTypeOf<boolean | null>();
    expectTypeOf<ImageRow['VulCnt']>().toEqualTypeOf<number>();
    expectTypeOf<ImageRow['ImageTag']>().toEqualTypeOf<string>();
  });

  test('RequestId is the envelope’s, not an action’s', () => {
    expectTypeOf<keyof ResponseOf<'SyncAssetImageRegistryAsset'>>().toEqualTypeOf<never>();
  });
});

type ImageRow = ResponseOf<'DescribeAssetImageRegistryList'>['List'][number];
type VulnerabilityRow = ResponseOf<'DescribeAssetImageRegistryVulList'>['List'][number];

describe('requests', () => {
  const sync = { name: 'SyncAssetImageRegistryAsset', description, writes, handle: async () => ({}) } as const;
  const stop = { name: 'ModifyAssetImageRegistryScanStop', description, writes, handle: async () => ({}) } as const;
  const stopInput = {
    All: boolean().optional(),
    Id: list(integer()).optional(),
    Filters: Filters.optional(),
    ExcludeImageList: list(integer()).optional(),
    OnlyScanLatest: boolean().optional(),
    TaskID: unsigned().optional(),
  };

  test('a schema that knows every parameter compiles', () => {
    const action = defineAction({
      ...sync,
      input: z.strictObject({ All: boolean().optional(), RegistryIds: list(integer()).optional() }),
    });
    expectTypeOf(action).toEqualTypeOf<ApiAction<'SyncAssetImageRegistryAsset'>>();
  });

  test('a parameter left out of the schema does not compile', () => {
    defineAction({
      ...sync,
      // @ts-expect-error RegistryIds is missing
      input: z.strictObject({ All: boolean().optional() }),
    });
  });

  test('a misspelt parameter does not compile', () => {
    defineAction({
      ...sync,
      // @ts-expect-error it is RegistryIds
      input: z.strictObject({ All: boolean().optional(), RegistryIDs: list(integer()).optional() }),
    });
  });

  test('a parameter left out of a nested schema does not compile', () => {
    const Partly = z.strictObject({ InstanceName: text(), Namespace: text() });

    defineAction({
      ...stop,
      // @ts-expect-error Images.ImageName and others are missing
      input: z.strictObject({ ...stopInput, Images: list(Partly).optional() }),
    });
  });

  test('an action that the SDK does not know does not compile', () => {
    defineAction({
      // @ts-expect-error no such action
      name: 'DescribeEverything',
      description,
      writes,
      input: z.strictObject({}) as never,
      handle: async () => ({}) as never,
    });
  });
});
