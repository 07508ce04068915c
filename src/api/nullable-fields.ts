/** Fields of responses that the contract lets be null, where that says: not known. All others always have a value. */
export const nullableFields = [
  'LowLevelVulCnt',
  'MediumLevelVulCnt',
  'HighLevelVulCnt',
  'CriticalLevelVulCnt',
  'ContainerCnt',
  'ComponentCnt',
  'IsRunning',
  'HasNeedFixVul',
  'SensitiveInfoCnt',
  'RecommendedFix',
] as const;
