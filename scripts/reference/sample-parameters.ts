import type { WireField, WireType } from './wire-type.ts';

const digest = `sha256:${'0'.repeat(64)}`;

/** A value that an action takes, by the name of its parameter. */
const samples: Readonly<Record<string, unknown>> = {
  Name: 'staging',
  Username: 'scanner',
  Password: 'secret',
  Url: 'https://registry.example.com',
  RegistryType: 'docker',
  NetType: 'public',
  ImageSourceType: 'IMAGEALL',
  AllRegistryImages: true,
  AllImages: true,
  UpdatedRegistryImageCnt: 100,
  StartTime: '2026-11-01',
  EndTime: '2026-11-30',
  ScanPeriod: 1,
  Enable: true,
  ScanTime: '03:00',
  PocID: 'pcmgr-1',
  ImageID: digest,
  JobId: '1',
  JobID: '1',
  TaskId: 1,
  RegistryId: 1,
  ExportField: ['ImageName', 'ImageTag'],
};
/** Parameters that need not be there, but of which one has to. */
const choices: Readonly<Record<string, unknown>> = { TaskID: 1, RegistryTaskID: 1, Id: 1, All: true };

/** Parameters of a call that the action understands: what it requires, and how to choose where something has to be chosen. */
export function sampleParameters(fields: readonly WireField[]): Readonly<Record<string, unknown>> {
  const required = fields.filter((field) => field.required);
  if (required.length > 0) return Object.fromEntries(required.map((field) => [field.name, sampleOf(field)]));
  const choice = Object.keys(choices).find((name) => fields.some((field) => field.name === name));
  const field = fields.find(({ name }) => name === choice);
  if (!choice || !field) return fields.some(({ name }) => name === 'Limit') ? { Limit: 10 } : {};
  return { [choice]: field.type.kind === 'Array' ? [choices[choice]] : choices[choice] };
}

const sampleOf = ({ name, type }: WireField): unknown => samples[name] ?? sampleOfType(type);

function sampleOfType(type: WireType): unknown {
  if (type.kind === 'Object') return sampleParameters(type.fields);
  if (type.kind === 'Array') return [sampleOfType(type.item)];
  return { String: '', Integer: 0, Boolean: false }[type.kind];
}
