/** What packages bring along to be read by people: manuals, translations, change logs. */
const FOLDERS = [
  'usr/share/doc/',
  'usr/share/man/',
  'usr/share/info/',
  'usr/share/locale/',
  'usr/share/i18n/',
  'usr/share/zoneinfo/',
  'usr/share/common-licenses/',
  'usr/local/share/man/',
  'usr/local/share/doc/',
];
/** Folders of installed packages; an application's own files do not lie there. */
const PACKAGES = /(?:^|\/)(?:node_modules|site-packages|dist-packages|gems\/[^/]{1,128}|pkg\/mod|vendor\/bundle)\//;
const PYTHON_TESTS =
  /(?:^|\/)lib\/python[\d.]{1,8}\/(?:test|idlelib\/idle_test|lib2to3\/tests|unittest\/test|distutils\/tests|ctypes\/test)\//;
const PERL_PACKAGES = /^usr\/(?:local\/)?(?:share|lib(?:\/[^/]{1,64})?)\/perl[^/]{0,12}\//;
const TESTS =
  /\/(?:tests?|__tests__|testing|spec|fixtures?|examples?|samples?|testdata|docs?|demo|benchmarks?|__mocks__|t)\//;
const TEXTS =
  /\.(?:md|markdown|mdx|rst|pod|adoc|html?|pyi|d\.[mc]?ts|map)$|\.egg-info\/PKG-INFO$|\.dist-info\/METADATA$|(?:^|\/)(?:CHANGE(?:S|LOG)|README|HISTORY|NEWS)[^/]{0,32}$/i;

/**
 * Files that hold examples and no secrets of the image: documentation of the system, and tests and documentation inside
 * installed packages. Never a whole /usr or /opt: applications lie there, too.
 */
export function isDocumentation(path: string): boolean {
  if (FOLDERS.some((folder) => path.startsWith(folder)) || PYTHON_TESTS.test(path)) return true;
  const inPackage = PACKAGES.exec(path) ?? PERL_PACKAGES.exec(path);
  if (!inPackage) return false;
  const inside = path.slice(inPackage.index + inPackage[0].length - 1);
  return TESTS.test(inside) || TEXTS.test(inside);
}
