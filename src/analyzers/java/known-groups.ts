/**
 * Groups on Maven Central of artifacts that are built without Maven, so that their archives do not tell; by the whole name,
 * or by its beginning where the last character is a hyphen.
 */
const groups: readonly (readonly [group: string, artifacts: string])[] = [
  ['org.springframework.boot', 'spring-boot spring-boot-'],
  ['org.springframework.security', 'spring-security-'],
  ['org.springframework.session', 'spring-session-'],
  ['org.springframework.kafka', 'spring-kafka'],
  ['org.springframework.amqp', 'spring-amqp spring-rabbit'],
  ['org.springframework.batch', 'spring-batch-'],
  ['org.springframework.integration', 'spring-integration-'],
  ['org.springframework.ws', 'spring-ws-'],
  ['org.springframework.retry', 'spring-retry'],
  [
    'org.springframework',
    'spring-aop spring-aspects spring-beans spring-context spring-context-indexer spring-context-support spring-core ' +
      'spring-expression spring-instrument spring-jcl spring-jdbc spring-jms spring-messaging spring-orm spring-oxm ' +
      'spring-r2dbc spring-test spring-tx spring-web spring-webflux spring-webmvc spring-websocket',
  ],
  ['io.projectreactor', 'reactor-core reactor-test'],
  ['io.projectreactor.netty', 'reactor-netty reactor-netty-'],
  ['io.micrometer', 'micrometer-'],
  ['io.grpc', 'grpc-'],
  ['io.opentelemetry', 'opentelemetry-api opentelemetry-context opentelemetry-sdk opentelemetry-sdk-'],
  ['org.jetbrains.kotlin', 'kotlin-reflect kotlin-stdlib kotlin-stdlib-'],
  ['org.jetbrains.kotlinx', 'kotlinx-coroutines-'],
  ['com.squareup.okhttp3', 'okhttp logging-interceptor'],
  ['com.squareup.okio', 'okio okio-jvm'],
  ['com.squareup.retrofit2', 'retrofit'],
  ['org.apache.kafka', 'kafka-clients kafka-streams kafka_2.12 kafka_2.13 connect-api connect-json connect-runtime'],
  ['org.apache.lucene', 'lucene-'],
  ['org.apache.solr', 'solr-core solr-solrj'],
  ['org.apache.tomcat', 'tomcat-catalina tomcat-coyote tomcat-util tomcat-jasper tomcat-websocket tomcat-juli'],
  ['org.apache.tomcat.embed', 'tomcat-embed-'],
  [
    'org.bouncycastle',
    'bcprov-jdk14 bcprov-jdk15on bcprov-jdk15to18 bcprov-jdk18on bcpkix-jdk15on bcpkix-jdk18on bcutil-jdk18on',
  ],
  ['org.elasticsearch', 'elasticsearch'],
  ['org.elasticsearch.client', 'elasticsearch-rest-client elasticsearch-rest-high-level-client'],
  ['org.hibernate.validator', 'hibernate-validator'],
  ['com.h2database', 'h2'],
  ['com.mysql', 'mysql-connector-j'],
  ['mysql', 'mysql-connector-java'],
  ['com.zaxxer', 'HikariCP'],
  ['com.github.ben-manes.caffeine', 'caffeine'],
  ['com.graphql-java', 'graphql-java'],
  ['xerces', 'xercesImpl'],
  ['xalan', 'xalan'],
  ['org.apache.ant', 'ant ant-launcher'],
  ['org.apache.velocity', 'velocity velocity-engine-core velocity-tools'],
  ['org.ow2.asm', 'asm asm-analysis asm-commons asm-tree asm-util'],
  ['net.java.dev.jna', 'jna jna-platform'],
  ['com.google.protobuf', 'protobuf-java protobuf-java-util'],
  ['com.google.code.findbugs', 'jsr305'],
  ['com.jayway.jsonpath', 'json-path'],
  ['org.hamcrest', 'hamcrest hamcrest-core hamcrest-library'],
  ['org.junit.jupiter', 'junit-jupiter junit-jupiter-'],
  ['org.junit.platform', 'junit-platform-'],
  ['org.objenesis', 'objenesis'],
  ['org.postgresql', 'postgresql'],
  ['org.jdom', 'jdom2'],
  ['org.tukaani', 'xz'],
  ['org.reactivestreams', 'reactive-streams'],
  ['org.checkerframework', 'checker-qual'],
  ['org.apiguardian', 'apiguardian-api'],
  ['info.picocli', 'picocli'],
];

/** Old ones whose group is named as they are. */
const namedAsGroup = new Set(
  (
    'aopalliance commons-beanutils commons-chain commons-cli commons-codec commons-collections commons-configuration ' +
    'commons-dbcp commons-digester commons-discovery commons-el commons-fileupload commons-httpclient commons-io ' +
    'commons-lang commons-logging commons-net commons-pool commons-validator javax.inject junit oro xml-apis'
  ).split(' '),
);

const exact = new Map(groups.flatMap(([group, artifacts]) => artifacts.split(' ').map((name) => [name, group])));
const beginnings = [...exact].filter(([name]) => name.endsWith('-'));

/** The group of a well-known artifact; some moved to another one with a new major version. */
export function knownGroupOf(artifact: string, version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  if (namedAsGroup.has(artifact)) return artifact;
  if (artifact === 'dom4j') return major >= 2 ? 'org.dom4j' : 'dom4j';
  if (artifact === 'hibernate-core') return major >= 6 ? 'org.hibernate.orm' : 'org.hibernate';
  if (artifact === 'groovy' || artifact === 'groovy-all')
    return major >= 4 ? 'org.apache.groovy' : 'org.codehaus.groovy';
  return exact.get(artifact) ?? beginnings.find(([beginning]) => artifact.startsWith(beginning))?.[1];
}
