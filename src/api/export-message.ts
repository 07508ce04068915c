import type { ExportFailure } from '../model/export.ts';
import type { Export } from '../store/export-store.ts';
import type { Language, Text } from './protocol/api-error.ts';

const failureTexts: Readonly<Record<ExportFailure, Text>> = {
  'findings-unknown': {
    'en-US':
      'What this image holds is not known, so an empty file would be wrong: no scan of this kind has succeeded. Scan the image, then export again',
    'zh-CN': '该镜像尚无此类扫描的成功结果，情况未知，无法导出。请先扫描镜像，再重新导出',
  },
  'image-not-found': {
    'en-US': 'The image has left the registry. Take another Id from DescribeAssetImageRegistryList',
    'zh-CN': '镜像已不在镜像仓库中，请使用 DescribeAssetImageRegistryList 返回的其他 Id',
  },
  'too-many-rows': {
    'en-US': 'There are more rows than this format can hold. Export as csv, or narrow the Filters',
    'zh-CN': '行数超过该格式的上限，请导出为 csv 或缩小筛选范围',
  },
  'too-large': {
    'en-US': 'The file is larger than an export may be. Narrow the Filters, or choose fewer columns in ExportField',
    'zh-CN': '文件超过导出大小上限，请缩小筛选范围或在 ExportField 中减少字段',
  },
  canceled: { 'en-US': 'The export was stopped. Start it again', 'zh-CN': '导出已停止，请重新导出' },
  expired: {
    'en-US': 'The export did not finish within its hour. Start it again, with narrower Filters or fewer columns',
    'zh-CN': '导出未能在一小时内完成，请缩小筛选范围或减少字段后重新导出',
  },
  'internal-error': {
    'en-US': 'An internal error occurred. Start the export again; the log of the server tells more',
    'zh-CN': '内部错误，请重新导出，详情见服务器日志',
  },
};

const expiredText: Text = {
  'en-US': 'The file has expired: it is kept for an hour. Start the export again',
  'zh-CN': '文件已过期（保留一小时），请重新导出',
};

/** FailureMsg: why there is no file, or none any more, and what to do; '' when nothing is the matter. */
export function exportMessage(
  { status, failure, expiresAt }: Pick<Export, 'status' | 'failure' | 'expiresAt'>,
  language: Language,
  now: Date,
): string {
  if (!failure) return status === 'succeeded' && expiresAt <= now ? expiredText[language] : '';
  const text = failureTexts[failure.cause][language];
  return failure.detail ? `${text} (${failure.detail})` : text;
}
