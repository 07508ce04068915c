/** How a program writes its version into itself, and nothing else does. */
export interface KnownProgram {
  /** As Bitnami files its advisories. */
  readonly name: string;
  /** What the name of the file begins with. */
  readonly starts: string;
  /** Of the file; its first group takes the place of `*` in `before`. */
  readonly path: RegExp;
  readonly before: string;
  /** From the byte before `before` on: the version is its first group. */
  readonly version: RegExp;
  /** Another file may hold it all, as libpython does: then this one tells nothing, and that is no problem. */
  readonly mayBeShared?: true;
}

const python = {
  name: 'python',
  before: '*.',
  version: /^[^0-9.](3\.[0-9]{1,3}\.[0-9]{1,3}(?:(?:a|b|rc)[0-9]{1,2})?)\0/,
};
const ruby = {
  name: 'ruby',
  before: 'ruby ',
  version: /^\0ruby ([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3})(?:[a-z][a-z0-9]*)? \(20/,
};
const php = {
  name: 'php',
  before: 'X-Powered-By: PHP/',
  version: /PHP\/([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3}(?:(?:alpha|beta|RC)[0-9]{1,2})?)/,
};

/** What official images build from source, or copy in. */
export const knownPrograms: readonly KnownProgram[] = [
  {
    // node::per_process and the user agent of undici: https://github.com/nodejs/node/blob/main/src/node_metadata.cc
    name: 'node',
    starts: 'node',
    path: /bin\/node$/,
    before: 'node.js/v',
    version: /v([0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4})(?![0-9.])/,
  },
  {
    // https://github.com/nginx/nginx/blob/master/src/core/nginx.h: what `nginx -v` prints.
    name: 'nginx',
    starts: 'nginx',
    path: /bin\/nginx$/,
    before: 'nginx version: nginx/',
    version: /x\/([0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4})(?![0-9.])/,
  },
  // PY_VERSION, for the minor version of its name: https://github.com/python/cpython/blob/main/Include/patchlevel.h
  { ...python, starts: 'libpython3.', path: /(?:^|\/)libpython(3\.[0-9]{1,3})[a-z]*\.so\.1\.0$/ },
  { ...python, starts: 'python3.', path: /bin\/python(3\.[0-9]{1,3})[a-z]*$/, mayBeShared: true },
  // What `ruby -v` prints: https://github.com/ruby/ruby/blob/master/version.c
  { ...ruby, starts: 'libruby', path: /(?:^|\/)libruby[^/]*\.so\.[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3}$/ },
  { ...ruby, starts: 'ruby', path: /bin\/ruby$/, mayBeShared: true },
  // SAPI_PHP_VERSION_HEADER: https://github.com/php/php-src/blob/master/main/SAPI.h
  { ...php, starts: 'php', path: /bin\/php(?:-fpm|-cgi)?$/ },
  { ...php, starts: 'libphp', path: /(?:^|\/)libphp[0-9]?\.so$/ },
  {
    // AP_SERVER_BASEVERSION: https://github.com/apache/httpd/blob/trunk/include/ap_release.h
    name: 'apache',
    starts: 'httpd',
    path: /bin\/httpd$/,
    before: 'Apache/',
    version: /Apache\/([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3})(?![0-9.])/,
  },
  {
    // PACKAGE_STRING of https://github.com/memcached/memcached/blob/master/configure.ac
    name: 'memcached',
    starts: 'memcached',
    path: /bin\/memcached$/,
    before: 'memcached ',
    version: /^\0memcached ([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3})\0/,
  },
  {
    // What `postgres --version` prints: https://github.com/postgres/postgres/blob/master/src/backend/main/main.c
    name: 'postgresql',
    starts: 'postgres',
    path: /bin\/postgres$/,
    before: 'postgres (PostgreSQL) ',
    version: /\) ([0-9]{1,2}\.[0-9]{1,3}(?:\.[0-9]{1,3})?)(?![0-9.])/,
  },
  {
    // What it logs as it starts: https://github.com/haproxy/haproxy/blob/master/src/haproxy.c
    name: 'haproxy',
    starts: 'haproxy',
    path: /bin\/haproxy$/,
    before: ' version ',
    version: /^\0 version ([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3})[^\0,]{0,40}, released 2/,
  },
];
