import { ApiError } from './api-error.ts';

/**
 * Every error the protocol and the actions answer: code and wording. Wordings with backticks are the real service's
 * own; clients parse some of them.
 */
export const errors = {
  invalidAuthorization: (why: string, zh: string) =>
    error(
      'AuthFailure.InvalidAuthorization',
      `The \`Authorization\` header is not valid: ${why}.`,
      `请求头部的 \`Authorization\` 不符合腾讯云标准：${zh}。`,
    ),
  secretIdNotFound: () =>
    error(
      'AuthFailure.SecretIdNotFound',
      'The SecretId is not found, please ensure that your SecretId is correct.',
      'SecretId不存在，请输入正确的密钥。',
    ),
  signatureExpired: (seconds: number) =>
    error(
      'AuthFailure.SignatureExpire',
      `The signature has expired: \`X-TC-Timestamp\` differs from the time of this server by ${seconds} seconds; at most 300 are allowed. Set the clock.`,
      `签名过期：\`X-TC-Timestamp\` 与服务器时间相差 ${seconds} 秒，不得超过五分钟，请检查本机时间。`,
    ),
  signatureFailure: () =>
    error(
      'AuthFailure.SignatureFailure',
      'The provided credentials could not be validated. Please check your signature is correct.',
      '请求签名验证失败，请检查您的签名计算是否正确。',
    ),
  tokenFailure: (temporary: boolean) =>
    temporary
      ? error(
          'AuthFailure.TokenFailure',
          'This key is temporary: it is valid only together with its own token (X-TC-Token, or the parameter Token).',
          '该密钥为临时密钥，须与其 Token（X-TC-Token 或参数 Token）一同使用。',
        )
      : error(
          'AuthFailure.TokenFailure',
          'This key has no token: leave X-TC-Token (or the parameter Token) out.',
          '该密钥无 Token，请勿传入 X-TC-Token（或参数 Token）。',
        ),
  unauthorizedOperation: (action: string) =>
    error(
      'UnauthorizedOperation',
      `This key may only read: it is not allowed to call \`${action}\`. Use an admin key.`,
      `该密钥为只读密钥，无权调用 \`${action}\`，请使用管理员密钥。`,
    ),
  requestTimeout: () =>
    error(
      'InvalidParameter.RequestTimeout',
      'The question took too long and was stopped (PLIMSOLL_QUERY_SECONDS). Narrow it: filter by `InstanceName` or `Namespace`, ask for exact values instead of parts of a text, sort by `ImageCreateTime`, or use a smaller `Offset`.',
      '查询时间过长，已被中止（PLIMSOLL_QUERY_SECONDS）。请缩小范围：按 `InstanceName` 或 `Namespace` 过滤，使用精确值，按 `ImageCreateTime` 排序，或减小 `Offset`。',
    ),
  unsupportedMethod: (method: string) =>
    unsupported(`method \`${shorten(method)}\``, `请求方法 \`${shorten(method)}\``),
  unsupportedContentType: (type: string) =>
    type === ''
      ? unsupported('no content type', '缺少 Content-Type')
      : unsupported(`content type \`${shorten(type)}\``, `Content-Type \`${shorten(type)}\``),
  unreadableBody: () =>
    error(
      'InvalidRequest',
      'The body of the request cannot be read: check its Content-Type and Content-Length.',
      '无法读取请求内容，请检查 Content-Type 与 Content-Length。',
    ),
  requestTooLarge: (limit: number) =>
    error(
      'RequestSizeLimitExceeded',
      `The request is larger than ${limit} bytes.`,
      `请求包大小超过 ${limit} 字节的限制。`,
    ),
  requestLimitExceeded: (count: number, limit: number) =>
    error(
      'RequestLimitExceeded',
      `Your current request times equals to \`${count}\` in a second, which exceeds the frequency limit \`${limit}\` for a second. Please reduce the frequency of calls.`,
      `您当前每秒请求 \`${count}\` 次，超过了每秒频率上限 \`${limit}\` 次，请稍后重试。`,
    ),
  noSuchVersion: (version: string) =>
    error(
      'NoSuchVersion',
      `The specified api version=\`${shorten(version)}\` does not exist in service=\`tcss\`.`,
      `服务 \`tcss\` 不存在版本 \`${shorten(version)}\`。`,
    ),
  invalidAction: (action: string, version: string) =>
    error(
      'InvalidAction',
      `The request action=\`${shorten(action)}\` is invalid or not found in service=\`tcss\` and version=\`${version}\`.`,
      `服务 \`tcss\` 版本 \`${version}\` 中不存在接口 \`${shorten(action)}\`。`,
    ),
  missingParameter: (name: string) =>
    error(
      'MissingParameter',
      `The request is missing a required parameter \`${name}\`.`,
      `请求缺少必要参数 \`${name}\`。`,
    ),
  unknownParameter: (name: string) =>
    error(
      'UnknownParameter',
      `The parameter \`${shorten(name)}\` is not recognized.`,
      `未知参数 \`${shorten(name)}\`。`,
    ),
  invalidType: (name: string, expected?: string) =>
    error(
      'InvalidParameter',
      `The value type of parameter \`${name}\` is not valid${expected ? `, input type should be \`${expected}\`` : ''}.`,
      `参数 \`${name}\` 的类型错误${expected ? `，应为 \`${expected}\`` : ''}。`,
    ),
  tooManyCharacters: (name: string, limit: number) =>
    error(
      'InvalidParameterValue.LengthLimit',
      `The parameter \`${name}\` is too long: at most ${limit} characters are allowed.`,
      `参数 \`${name}\` 过长，最多 ${limit} 个字符。`,
    ),
  tooManyEntries: (name: string, limit: number) =>
    error(
      'InvalidParameterValue.LengthLimit',
      `The parameter \`${name}\` is too long: at most ${limit} entries are allowed.`,
      `参数 \`${name}\` 过长，最多 ${limit} 项。`,
    ),
  tooManyFilterValues: (name: string, limit: number) =>
    error(
      'InvalidParameterValue.LengthLimit',
      `The filter \`${name}\` has too many values: at most ${limit} can be searched for at once. ExactMatch=true takes more.`,
      `过滤条件 \`${name}\` 的取值过多：模糊查询最多 ${limit} 个，ExactMatch=true 时可更多。`,
    ),
  notJson: () =>
    error(
      'InvalidParameter',
      'The request body is not valid JSON, as its content type application/json says.',
      '对于指定content-type=application/json协议下，请求内容不是合法的Json格式。',
    ),
  pairWithoutEquals: () =>
    error('InvalidParameter', 'Url key and value should be splited by `=`.', 'URL 参数的键与值应以 `=` 分隔。'),
  invalidEscape: (text: string) =>
    error(
      'InvalidParameter',
      `The parameter \`${shorten(text)}\` is not valid percent-encoded UTF-8.`,
      `参数 \`${shorten(text)}\` 不是合法的 URL 编码。`,
    ),
  nameGivenTwice: (name: string) =>
    error(
      'InvalidParameter',
      `The parameter \`${shorten(name)}\` is given twice, or is a value and a parent at once.`,
      `参数 \`${shorten(name)}\` 重复，或同时作为取值与父级。`,
    ),
  nameTooDeep: (name: string, limit: number) =>
    error(
      'InvalidParameter',
      `The parameter \`${shorten(name)}\` is nested more than ${limit} levels deep.`,
      `参数 \`${shorten(name)}\` 的嵌套层数超过 ${limit}。`,
    ),
  tooManyParameters: (limit: number) =>
    error('InvalidParameter', `There are more than ${limit} parameters.`, `参数个数超过 ${limit}。`),
  invalidRequest: (why: string) =>
    error(
      'InvalidRequest',
      `The multipart/form-data body is not valid: ${why}.`,
      `multipart/form-data 格式错误：${why}。`,
    ),
  invalidValue: (name: string, value: string, why: string, zh: string) =>
    error(
      'InvalidParameterValue',
      `The value \`${shorten(value)}\` of parameter \`${name}\` is not valid: ${why}.`,
      `参数 \`${name}\` 的取值 \`${shorten(value)}\` 错误：${zh}。`,
    ),
  unknownFilter: (name: string, known: readonly string[]) =>
    error(
      'InvalidParameter',
      `The filter \`${shorten(name)}\` is not known. Known filters: ${known.join(', ')}.`,
      `未知的过滤条件 \`${shorten(name)}\`，支持：${known.join('、')}。`,
    ),
  invalidFilterValue: (name: string, value: string, known: readonly string[]) =>
    error(
      'InvalidParameter',
      `The value \`${shorten(value)}\` of filter \`${name}\` is not known. Known values: ${known.join(', ')}.`,
      `过滤条件 \`${name}\` 的取值 \`${shorten(value)}\` 错误，支持：${known.join('、')}。`,
    ),
  unknownSortKey: (key: string, known: readonly string[]) =>
    error(
      'InvalidParameter',
      `The sort key \`${shorten(key)}\` is not known. Known keys: ${known.join(', ')}.`,
      `未知的排序字段 \`${shorten(key)}\`，支持：${known.join('、')}。`,
    ),
  unknownColumn: (name: string, known: readonly string[]) =>
    error(
      'InvalidParameter',
      `The column \`${shorten(name)}\` of ExportField is not known. Known columns: ${known.join(', ')}.`,
      `ExportField 中的字段 \`${shorten(name)}\` 未知，支持：${known.join('、')}。`,
    ),
  exportNotFound: (id: string) =>
    error(
      'InvalidParameter',
      `There is no export job with JobId \`${shorten(id)}\`; jobs are forgotten after a week.`,
      `导出任务 \`${shorten(id)}\` 不存在，任务记录保留一周。`,
    ),
  exportExpired: () =>
    error(
      'InvalidParameter',
      'The file of this export job has expired: it is kept for an hour. Start the export again.',
      '该导出任务的文件已过期（保留一小时），请重新导出。',
    ),
  tooManyExports: () =>
    error(
      'LimitExceeded',
      'Too many exports are under way, or their files take too much space. Wait until some have finished or expired (an hour), then start it again.',
      '正在进行的导出任务过多或导出文件占用空间过大，请等待部分任务完成或过期（一小时）后重试。',
    ),
  registryNotFound: (registry: number | string) =>
    error(
      'ResourceNotFound',
      typeof registry === 'number'
        ? `There is no registry with RegistryId \`${registry}\`.`
        : `There is no registry of the name \`${shorten(registry)}\`.`,
      `镜像仓库 \`${shorten(String(registry))}\` 不存在。`,
    ),
  imageNotFound: () =>
    error(
      'ResourceNotFound',
      'No such image: take Id from DescribeAssetImageRegistryList.',
      '镜像不存在，请使用 DescribeAssetImageRegistryList 返回的 Id。',
    ),
  taskNotFound: (id: number) =>
    error('ResourceNotFound', `There is no scan task with TaskID \`${id}\`.`, `扫描任务 \`${id}\` 不存在。`),
  authorizedNotEnough: (refused: number) =>
    error(
      'FailedOperation.AuthorizedNotEnough',
      `There is no room for ${refused} more authorised images: raise PLIMSOLL_AUTHORIZED_IMAGES of this server, or choose fewer. Nothing was changed.`,
      `授权数不足，无法再授权 ${refused} 个镜像：请调大服务端的 PLIMSOLL_AUTHORIZED_IMAGES 或减少所选镜像，本次未做任何更改。`,
    ),
  authorizationTaskNotFound: (id: number) =>
    error(
      'ResourceNotFound',
      `There is no authorisation task with TaskId \`${id}\`.`,
      `自动授权任务 \`${id}\` 不存在。`,
    ),
  vulnerabilityNotFound: (pocId: string) =>
    error(
      'ResourceNotFound',
      `There is no vulnerability with PocID \`${shorten(pocId)}\`: take it from a vulnerability list of this server.`,
      `漏洞 \`${shorten(pocId)}\` 不存在，请使用本服务漏洞列表返回的 PocID。`,
    ),
  namedImageNotFound: (image: string) =>
    error(
      'ResourceNotFound',
      `There is no image \`${shorten(image)}\`: give its image id (config digest), its manifest digest or its Id. Nothing was changed.`,
      `镜像 \`${shorten(image)}\` 不存在，请使用镜像 ID（config digest）、manifest digest 或 Id，本次未做任何更改。`,
    ),
  ignoredInEveryImage: (pocId: string) =>
    error(
      'FailedOperation',
      `The vulnerability \`${shorten(pocId)}\` is ignored in every image, so it cannot be shown again in some: delete it without ImageIDs first, then add the images where it is still to be ignored. Nothing was changed.`,
      `漏洞 \`${shorten(pocId)}\` 已对全部镜像忽略，无法仅恢复部分镜像：请先不带 ImageIDs 删除，再为仍需忽略的镜像重新添加，本次未做任何更改。`,
    ),
  nothingToScan: () =>
    error(
      'FailedOperation.ErrAlreadyScanning',
      'None of the chosen images can be scanned: they are being scanned already, or are not authorized (see ModifyImageAuthorized), or none was chosen.',
      '所选镜像均无法扫描：正在扫描中、未授权（见 ModifyImageAuthorized）或未选中任何镜像。',
    ),
  diskFull: () =>
    error(
      'ResourceInsufficient',
      'The disk that holds the data of this server is full, so nothing can be written. Make room (PLIMSOLL_DATA_DIR, or the disk of the database), then ask again.',
      '服务端数据所在磁盘已满，无法写入。请清理磁盘空间（PLIMSOLL_DATA_DIR 或数据库所在磁盘）后重试。',
    ),
  internal: (requestId: string) =>
    error(
      'InternalError',
      `An internal error occurred. The log of the server tells more under RequestId ${requestId}.`,
      `内部错误，详情见服务器日志，RequestId：${requestId}。`,
    ),
} as const;

function unsupported(what: string, zh: string): ApiError {
  return error(
    'UnsupportedProtocol',
    `The request is not supported: ${what}. Send GET, or POST with content type application/json or multipart/form-data, signed with TC3-HMAC-SHA256; or GET, or POST with application/x-www-form-urlencoded, signed with HmacSHA1 or HmacSHA256.`,
    `不支持该请求方式：${zh}。请使用 GET，或 POST 的 application/json、multipart/form-data（TC3-HMAC-SHA256 签名），或 application/x-www-form-urlencoded（HmacSHA1、HmacSHA256 签名）。`,
  );
}

function error(code: string, en: string, zh: string): ApiError {
  return new ApiError(code, { 'en-US': en, 'zh-CN': zh });
}

const MAX_SHOWN = 100;
/** A client's own text goes back to it, but neither long nor able to break out of the backticks. */
const shorten = (text: string) => text.slice(0, MAX_SHOWN).replaceAll('`', "'");
