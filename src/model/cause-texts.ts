import type { Cause } from './cause.ts';

/** A text in both languages of the API. */
export interface LocalText {
  readonly en: string;
  readonly zh: string;
}

/** What people read about a cause: what is the matter, and what to do about it. */
export interface CauseText {
  readonly reason: LocalText;
  readonly solution: LocalText;
}

const cause = (reason: string, reasonZh: string, solution: string, solutionZh: string): CauseText => ({
  reason: { en: reason, zh: reasonZh },
  solution: { en: solution, zh: solutionZh },
});

/** One entry per cause; the connection's is the wording of the TCSS documentation. */
export const causeTexts: Readonly<Record<Cause, CauseText>> = {
  'address-forbidden': cause(
    'The registry is, or leads to, an address that must not be contacted',
    '镜像仓库地址（或其跳转地址）不允许访问',
    'Use the address of the registry itself. For one in a private network set PLIMSOLL_ALLOW_PRIVATE_REGISTRIES=on; link-local and cloud metadata addresses are never contacted.',
    '请使用镜像仓库自身的地址；位于内网的仓库请设置 PLIMSOLL_ALLOW_PRIVATE_REGISTRIES=on；链路本地地址与云元数据地址始终禁止访问。',
  ),
  'advisories-missing': cause(
    'No advisories are available, so vulnerabilities are unknown',
    '没有可用的漏洞库，漏洞情况未知',
    'Run "plimsoll advisories update" (or "import" where there is no network), then scan again.',
    '请执行 plimsoll advisories update（离线环境使用 import）后重新扫描。',
  ),
  'advisories-stale': cause(
    'The advisories are out of date, so newer vulnerabilities are missing',
    '漏洞库已过期，可能缺少新漏洞',
    'Run "plimsoll advisories update", or import a newer copy, then scan again.',
    '请更新或重新导入漏洞库后重新扫描。',
  ),
  'authentication-failed': cause(
    'The registry refused the user name or password',
    '镜像仓库拒绝了用户名或密码',
    'Check the user name and password (or token), and give the registry the right ones: "plimsoll registry update <name> -u <account>" (UpdateAssetImageRegistryRegistryDetail) keeps its images.',
    '请检查镜像仓库的用户名和密码（或令牌），并用 plimsoll registry update <名称> -u <用户名>（UpdateAssetImageRegistryRegistryDetail）更新，镜像会保留。',
  ),
  'blob-corrupt': cause(
    'The registry delivered content that does not match its digest',
    '镜像仓库返回的内容与摘要不一致',
    'Push the image again, and check the storage of the registry and any cache or proxy in front of it.',
    '请重新推送镜像，并检查镜像仓库存储及其前置的缓存或代理。',
  ),
  canceled: cause(
    'The scan was stopped',
    '扫描已停止',
    'Start the scan again when you want its result.',
    '如需结果请重新扫描。',
  ),
  'catalog-empty': cause(
    'The registry lists no repositories any more, although it did before, so nothing was removed',
    '镜像仓库不再列出任何仓库（此前有），因此未删除任何镜像',
    'Check that its storage is mounted and that the account may list the catalog, then synchronise again. If it has truly been emptied, remove the registry here and add it again.',
    '请检查镜像仓库存储是否正常挂载、账号是否有权列出目录，然后重新同步；若仓库确已清空，请在此删除该镜像仓库后重新添加。',
  ),
  'certificate-invalid': cause(
    'The TLS certificate of the registry cannot be verified',
    '镜像仓库的 TLS 证书校验失败',
    'Install a certificate that this server trusts, or add the registry with Insecure = 1 if you accept the risk.',
    '请为镜像仓库配置受信任的证书，或在接受风险的前提下将 Insecure 设为 1。',
  ),
  'connection-failed': cause(
    'Connection failure',
    '连接失败',
    'The scanning node could not reach the registry; reconfigure the connection method in registry management and retry.',
    '扫描节点无法连接镜像仓库，请在仓库管理中重新配置连接方式后重试。',
  ),
  'disk-full': cause(
    'The disk of the scanner is full',
    '扫描器的磁盘已满',
    'Make room on the disk of the data folder (PLIMSOLL_DATA_DIR), of the temporary folder (TMPDIR) and of the database; what waits goes on by itself, what has failed is to be scanned again.',
    '请清理数据目录（PLIMSOLL_DATA_DIR）、临时目录（TMPDIR）及数据库所在磁盘；等待中的任务会自动继续，已失败的请重新扫描。',
  ),
  'distribution-end-of-life': cause(
    'This release of the operating system gets no security updates any more, so newer vulnerabilities are missing',
    '该操作系统版本已停止维护，可能缺少新漏洞',
    'Rebuild the image on a release that is supported; nobody publishes fixes for this one, nor all that would need them.',
    '请基于仍受支持的版本重新构建镜像；该版本不再发布修复，也不再完整披露漏洞。',
  ),
  'distribution-not-covered': cause(
    'There are no advisories for this release of the operating system, so its vulnerabilities are unknown',
    '漏洞库不包含该操作系统版本，漏洞情况未知',
    'The release may have reached its end of life: rebuild the image on a supported release. If it is supported, update the advisories.',
    '该版本可能已停止维护，请基于受支持的版本重新构建镜像；若仍受支持，请更新漏洞库。',
  ),
  'distribution-unknown': cause(
    'The operating system of the image was not recognised, so vulnerabilities of its packages are unknown',
    '无法识别镜像的操作系统，漏洞情况未知',
    'Build on a distribution that is supported, or keep /etc/os-release and the package database in the image.',
    '请使用受支持的发行版，或在镜像中保留 /etc/os-release 与软件包数据库。',
  ),
  'ecosystem-not-covered': cause(
    'Advisories are missing for some kinds of packages in the image, so the count is a lower bound',
    '部分类型的软件包缺少漏洞数据，统计结果为下限',
    'Update or import the advisories of these ecosystems, then scan again.',
    '请更新或导入对应生态的漏洞库后重新扫描。',
  ),
  'engine-failed': cause(
    'The malware engine failed, so malware is unknown',
    '病毒引擎出错，恶意文件情况未知',
    'Run "plimsoll doctor" to see what the engine says, mend it, then scan the malware kind again.',
    '请运行 plimsoll doctor 查看引擎报告的错误，修复后重新执行病毒扫描。',
  ),
  'engine-limit': cause(
    'Files are larger than the malware engine takes, so malware in them is unknown',
    '文件超过病毒引擎的大小限制，其中是否含有恶意文件未知',
    'Raise StreamMaxLength, MaxScanSize and MaxFileSize in clamd.conf, restart clamd, then scan the malware kind again.',
    '请在 clamd.conf 中调大 StreamMaxLength、MaxScanSize 与 MaxFileSize，重启 clamd 后重新执行病毒扫描。',
  ),
  'engine-timeout': cause(
    'The malware engine did not answer in time, so malware is unknown',
    '病毒引擎响应超时，恶意文件情况未知',
    'Check the load of the malware engine (clamd: MaxThreads, memory), then scan the malware kind again.',
    '请检查病毒引擎的负载（clamd 的 MaxThreads 与内存），然后重新执行病毒扫描。',
  ),
  'engine-unreachable': cause(
    'Connection failure: the malware engine cannot be reached, so malware is unknown',
    '连接失败：无法连接病毒引擎，恶意文件情况未知',
    'Check that clamd runs and that PLIMSOLL_CLAMD names its address, then scan the malware kind again.',
    '请确认 clamd 正在运行且 PLIMSOLL_CLAMD 指向其地址，然后重新执行病毒扫描。',
  ),
  'file-unreadable': cause(
    'Some files could not be read, so what is in them is unknown',
    '部分文件无法读取，其内容未知',
    'Look at the detail for the files. A sparse file is read once the image is built without it, or without its holes.',
    '请查看详情中的文件；稀疏文件需在构建镜像时移除或以普通文件写入后才能扫描。',
  ),
  'image-not-found': cause(
    'The image, or a part of it, is no longer in the registry',
    '镜像或其部分内容已不在镜像仓库中',
    'Synchronise the registry; push the image again if it should be there.',
    '请同步镜像仓库；若镜像应当存在，请重新推送。',
  ),
  'internal-error': cause(
    'An internal error occurred',
    '内部错误',
    'Scan again; if it happens again, look into the log of the server and report it.',
    '请重试；若仍失败，请查看服务器日志并反馈。',
  ),
  'layer-corrupt': cause(
    'A layer of the image cannot be unpacked',
    '镜像层无法解压',
    'Build and push the image again; the layer is not a valid archive.',
    '请重新构建并推送镜像，该层不是有效的归档文件。',
  ),
  'limit-exceeded': cause(
    'The image, or an answer of the registry, exceeds a limit that protects the scanner',
    '镜像或镜像仓库的响应超出扫描器的安全限制',
    'Look at the detail for the limit and the setting that raises it; make the image smaller, raise the limit, or treat the image as hostile.',
    '请查看详情中的限制项及对应的设置；缩小镜像、调大限制，或将其视为恶意镜像。',
  ),
  'manifest-unsupported': cause(
    'The image has a manifest format that is not supported',
    '不支持该镜像的清单格式',
    'Push the image again with a current tool: OCI and Docker schema 2 manifests are supported.',
    '请使用新版工具重新推送，支持 OCI 与 Docker schema 2 清单。',
  ),
  'not-a-registry': cause(
    'The address does not answer as a container registry',
    '该地址不是容器镜像仓库',
    'Check the URL: it must be the base address of the registry, not of its web pages.',
    '请检查地址，应为镜像仓库的接口地址而非网页地址。',
  ),
  'permission-denied': cause(
    'The account is not allowed to list or read this',
    '账号没有列出或读取的权限',
    'Give the account the right to list the catalog and to pull, or use another account.',
    '请授予账号列出目录与拉取的权限，或更换账号。',
  ),
  'proxy-refused': cause(
    'The HTTP proxy refuses to pass requests on to the registry',
    'HTTP 代理拒绝转发到镜像仓库的请求',
    'Look at the detail for the proxy and its answer. 407: give user and password in HTTPS_PROXY (http://user:password@proxy:3128). 403: have the proxy allow CONNECT to the registry, or name the registry in NO_PROXY where it is reached directly. The server and every worker need the same settings.',
    '请查看详情中的代理及其响应。407：请在 HTTPS_PROXY 中填写用户名和密码（http://user:password@proxy:3128）；403：请在代理上放行到镜像仓库的 CONNECT，或在可直连时将镜像仓库加入 NO_PROXY。服务器与所有工作节点需使用相同设置。',
  ),
  'proxy-unreachable': cause(
    'The HTTP proxy between the scanner and the registry cannot be reached',
    '无法连接扫描器与镜像仓库之间的 HTTP 代理',
    'Look at the detail for the proxy. Check HTTPS_PROXY and HTTP_PROXY of the server and every worker and that the proxy runs; name what is reached directly in NO_PROXY.',
    '请查看详情中的代理，检查服务器与所有工作节点的 HTTPS_PROXY 和 HTTP_PROXY，并确认代理正在运行；可直连的地址请加入 NO_PROXY。',
  ),
  'rate-limited': cause(
    'The registry refuses more requests for now',
    '镜像仓库暂时拒绝更多请求',
    'Retry later, lower SpeedLimit, or use an account with a higher limit.',
    '请稍后重试、调低 SpeedLimit，或使用限额更高的账号。',
  ),
  'budget-spent': cause(
    'The budget of the registry is spent, so its jobs wait until the next window opens',
    '该镜像仓库的请求或流量预算已用完，其任务将等待下一个时间窗口',
    'Wait, raise it with `plimsoll registry budget`, or use an account with a higher limit.',
    '请等待、使用 `plimsoll registry budget` 调高预算，或使用限额更高的账号。',
  ),
  'registry-error': cause(
    'The registry answered with an error',
    '镜像仓库返回错误',
    'Look at the detail and into the log of the registry, then retry.',
    '请查看详情与镜像仓库日志后重试。',
  ),
  'registry-slow': cause(
    'The registry sent a layer more slowly than is waited for',
    '镜像仓库传输镜像层的速度低于最低速率',
    'Look at the network and the load of the registry, or lower PLIMSOLL_MIN_BLOB_RATE; then retry.',
    '请检查网络与镜像仓库负载，或调低 PLIMSOLL_MIN_BLOB_RATE 后重试。',
  ),
  'rules-invalid': cause(
    'Rules of the rules folder could not be used, so what they look for is unknown',
    '规则目录中的部分规则无法使用，其检测内容未知',
    'Run "plimsoll doctor" to see which rule file is wrong and where, mend it, then scan again.',
    '请运行 plimsoll doctor 查看出错的规则文件及位置，修复后重新扫描。',
  ),
  'scan-timeout': cause(
    'The scan did not finish in the time given',
    '扫描超时',
    'Start it again with a larger Timeout, or for fewer images.',
    '请增大 Timeout 或减少镜像数量后重试。',
  ),
  'package-unreadable': cause(
    'Some files that describe packages could not be read, so the count is a lower bound',
    '部分软件包描述文件无法读取，统计结果为下限',
    'Look at the detail for the files; rebuild the image if they are broken.',
    '请查看详情中的文件，若已损坏请重新构建镜像。',
  ),
  'version-undecided': cause(
    'Some versions could not be compared, so the count is a lower bound',
    '部分版本无法比较，统计结果为下限',
    'Look at the detail for the packages and check them by hand.',
    '请查看详情中的软件包并人工确认。',
  ),
};
