import { deflateSync } from 'node:zlib';
import { type LayerBuilder, layer } from '../../../demo/build-layer.ts';
import { nodeModules, pythonPackages } from '../../../demo/package-files.ts';
import { buildElf } from '../../support/build-elf.ts';
import { goModules, inlineBuildInfo } from '../../support/build-go-program.ts';
import { buildZip, type ZipFile } from '../../support/build-zip.ts';
import type { LabelledImage } from '../labelled-image.ts';

/** Installed packages of every language, each with neighbours that an advisory must not touch. */
export const installedLanguages: LabelledImage = {
  name: 'installed packages of every language',
  build: async () => ({
    layers: [npmAndPython().gzip(), programs().gzip(), rubyPhpAndDotnet().gzip(), java().gzip()],
    labels: {
      'npm @babel/traverse 7.23.0': 'CVE-2023-45133',
      'npm json5 2.2.3': '',
      'npm lodash 4.17.11': 'CVE-2019-10744 CVE-2021-23337',
      'npm minimist 0.0.8': 'CVE-2020-7598 CVE-2021-44906',
      'pypi PyYAML 5.4': '',
      'pypi jinja2 2.10': 'CVE-2019-10906 CVE-2020-28493',
      'pypi requests 2.19.1': 'CVE-2018-18074 CVE-2023-32681',
      'golang github.com/dgrijalva/jwt-go v3.2.0+incompatible': 'CVE-2020-26160',
      'golang github.com/gin-gonic/gin v1.7.7': 'CVE-2023-29401',
      'golang golang.org/x/net v0.0.0-20210410081132-afb366fc7cd1': 'CVE-2021-31525 CVE-2021-33194 CVE-2021-44716',
      'golang golang.org/x/text v0.3.8': '',
      'golang stdlib 1.16.3': 'CVE-2021-31525 CVE-2021-44716',
      'cargo smallvec 1.6.0': 'CVE-2021-25900',
      'cargo time 0.1.43': 'CVE-2020-26235',
      'cargo regex 1.5.5': '',
      'cargo tool 0.1.0': '',
      'gem rack 2.2.3': 'CVE-2022-30122 CVE-2022-30123',
      'gem jmespath 1.6.1': '',
      'composer twig/twig v3.4.2': 'CVE-2022-39261 CVE-2024-45411',
      'composer guzzlehttp/psr7 2.4.5': '',
      'maven com.google.guava:guava 31.1-jre': 'CVE-2020-8908 CVE-2023-2976',
      'maven org.apache.commons:commons-text 1.9': 'CVE-2022-42889',
      'maven org.apache.logging.log4j:log4j-core 2.14.1': 'CVE-2021-44228 CVE-2021-44832 CVE-2021-45046',
      'maven org.apache.logging.log4j:log4j-core 2.17.1': '',
      'maven org.example:shop 1.0': '',
      'nuget Newtonsoft.Json 12.0.3': 'CVE-2024-21907',
      'nuget System.Text.Encodings.Web 4.7.2': '',
    },
    coverage: 'known',
    gaps: [],
  }),
};

function npmAndPython(): LayerBuilder {
  const files = layer();
  const npm = { '@babel/traverse': '7.23.0', json5: '2.2.3', lodash: '4.17.11', minimist: '0.0.8' };
  const python = { PyYAML: '5.4', jinja2: '2.10', requests: '2.19.1' };
  for (const [path, text] of Object.entries({ ...nodeModules('srv/web', npm), ...pythonPackages(python) }))
    files.file(path, text);
  return files;
}

function programs(): LayerBuilder {
  const go = inlineBuildInfo(
    'go1.16.3',
    goModules(
      'path\texample.org/server',
      'dep\tgithub.com/dgrijalva/jwt-go\tv3.2.0+incompatible\th1:7qlOGliEKZXTDg6OTjfoBKDXWrumCAMpl/TFQ4/5kLM=',
      'dep\tgithub.com/gin-gonic/gin\tv1.7.7\th1:3DoBmSbJbZAWqXJC3SLjAPfutPJJRN1U5pALB7EeTTs=',
      'dep\tgolang.org/x/net\tv0.0.0-20210410081132-afb366fc7cd1\th1:4qWs8cYYH6PoEFy4dfhDFgoMGkwAcETd+MmPdCPMzUc=',
      'dep\tgolang.org/x/text\tv0.3.8\th1:nAL+RVCQ9uMn3vJZbV+MRnydTJFPf8qqY42YiA6MrqY=',
    ),
  );
  const rust = {
    packages: [
      { name: 'tool', version: '0.1.0', source: 'local', root: true, dependencies: [1, 2, 3] },
      { name: 'smallvec', version: '1.6.0', source: 'crates.io' },
      { name: 'time', version: '0.1.43', source: 'crates.io' },
      { name: 'regex', version: '1.5.5', source: 'crates.io' },
    ],
  };
  return layer()
    .file('usr/local/bin/server', buildElf({ '.go.buildinfo': go }), { mode: 0o755 })
    .file('usr/local/bin/tool', buildElf({ '.dep-v0': deflateSync(JSON.stringify(rust)) }), { mode: 0o755 });
}

function rubyPhpAndDotnet(): LayerBuilder {
  const gemspec = (name: string, version: string) =>
    `# -*- encoding: utf-8 -*-\n# stub: ${name} ${version} ruby lib\n\nGem::Specification.new do |s|\n  s.name = "${name}"\nend\n`;
  const php = {
    packages: [
      { name: 'twig/twig', version: 'v3.4.2', version_normalized: '3.4.2.0', type: 'library' },
      { name: 'guzzlehttp/psr7', version: '2.4.5', version_normalized: '2.4.5.0', type: 'library' },
    ],
    dev: false,
    'dev-package-names': [],
  };
  const target = '.NETCoreApp,Version=v6.0';
  const dotnet = {
    runtimeTarget: { name: target },
    targets: {
      [target]: {
        'app/1.0.0': { runtime: { 'app.dll': {} } },
        'Newtonsoft.Json/12.0.3': { runtime: { 'lib/netstandard2.0/Newtonsoft.Json.dll': {} } },
        'System.Text.Encodings.Web/4.7.2': { runtime: { 'lib/netstandard2.1/System.Text.Encodings.Web.dll': {} } },
      },
    },
    libraries: {
      'app/1.0.0': { type: 'project' },
      'Newtonsoft.Json/12.0.3': { type: 'package' },
      'System.Text.Encodings.Web/4.7.2': { type: 'package' },
    },
  };
  return layer()
    .file('usr/local/bundle/specifications/rack-2.2.3.gemspec', gemspec('rack', '2.2.3'))
    .file('usr/local/bundle/specifications/jmespath-1.6.1.gemspec', gemspec('jmespath', '1.6.1'))
    .file('var/www/vendor/composer/installed.json', JSON.stringify(php))
    .file('app/app.deps.json', JSON.stringify(dotnet));
}

/** A web application with its libraries inside, one of which holds another, and a library beside it. */
function java(): LayerBuilder {
  const jar = (group: string, artifact: string, version: string, ...files: readonly ZipFile[]) =>
    buildZip([
      {
        name: `META-INF/maven/${group}/${artifact}/pom.properties`,
        content: `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
      },
      ...files,
    ]);
  const guava = jar('com.google.guava', 'guava', '31.1-jre');
  const log4j = jar('org.apache.logging.log4j', 'log4j-core', '2.14.1');
  const text = jar('org.apache.commons', 'commons-text', '1.9', { name: 'lib/guava-31.1-jre.jar', content: guava });
  const shop = jar(
    'org.example',
    'shop',
    '1.0',
    { name: 'WEB-INF/lib/log4j-core-2.14.1.jar', content: log4j },
    { name: 'WEB-INF/lib/commons-text-1.9.jar', content: text },
  );
  return layer()
    .file('opt/shop/shop.war', shop)
    .file('opt/tool/log4j-core-2.17.1.jar', jar('org.apache.logging.log4j', 'log4j-core', '2.17.1'));
}
