import type { Cause } from '../model/cause.ts';
import {
  type ConnectionReport,
  type ConnectionVerdict,
  type ProbeStage,
  probeStages,
  type StageResult,
} from '../model/connection-report.ts';
import type { RegistrySettings } from '../model/registry.ts';
import { chooseProxy } from '../proxy/choose-proxy.ts';
import { baseUrl } from './distribution/base-url.ts';
import { system as realSystem, type System } from './distribution/system.ts';
import { findBlindSpots } from './probe/find-blind-spots.ts';
import { probeAddress } from './probe/probe-address.ts';
import { probeContent } from './probe/probe-content.ts';
import { probeProxy } from './probe/probe-proxy.ts';
import { probeTls } from './probe/probe-tls.ts';
import { probeVersion } from './probe/probe-version.ts';
import { runStage, skippedStage } from './probe/run-stage.ts';
import type { NetworkPolicy, RegistryClient } from './registry-client.ts';

export interface ProbedConnection {
  readonly verdict: ConnectionVerdict;
  readonly report: ConnectionReport;
}

export interface ProbeTarget {
  readonly settings: RegistrySettings;
  readonly network: NetworkPolicy;
  /** Of these settings; stays open. */
  readonly client: RegistryClient;
  /** What the machine gives; tests replace it. */
  readonly system?: Pick<System, 'resolve' | 'now'>;
}

/**
 * Tries a registry step by step, from its name to the first bytes of an image, and tells what may stay out of sight
 * although it answers. Reads a dozen small answers at most. Never throws but for defects and cancellation.
 */
export async function probeConnection(target: ProbeTarget, signal: AbortSignal): Promise<ProbedConnection> {
  const { settings, network, client, system = realSystem } = target;
  const checkedAt = new Date(system.now());
  const finish = (stages: readonly StageResult[], seen: Parameters<typeof findBlindSpots>[1] = {}) => ({
    verdict: judge(stages),
    report: { checkedAt, stages: complete(stages), blindSpots: findBlindSpots(settings, seen, checkedAt) },
  });

  const named = await runStage('name', async () => ({ value: baseUrl(settings.url), detail: '' }));
  if (!named.value) return finish([named.result]);
  const { stages, way } = await reach(named.value, network, system, signal);
  if (way === undefined) return finish(stages);
  const tls = await probeTls(named.value, way, settings.insecure, signal);
  const connected = [...stages, tls.stage];
  if (tls.stage.status === 'failed') return finish(connected, { tls });
  const version = await probeVersion(settings, network, system, signal);
  if (version.stage.status === 'failed' && !isAnswer(version.stage))
    return finish([...connected, version.stage], { tls });

  const token = await runStage('token', async () => {
    await client.ping(signal);
    return { value: true, detail: settings.username === '' ? 'without an account' : `as ${settings.username}` };
  });
  const signedIn = [...connected, ...mend(version.stage, token.result)];
  if (!token.value) return finish(signedIn, { tls, version });
  const content = await probeContent(client, signal);
  return finish([...signedIn, ...content.stages], { tls, version, content });
}

function reach(url: URL, network: NetworkPolicy, system: Pick<System, 'resolve'>, signal: AbortSignal) {
  const proxy = chooseProxy(network.proxy)(url);
  return proxy ? probeProxy(url, proxy, network, system, signal) : probeAddress(url, network, system, signal);
}

/** Something spoke HTTP there: a type that has another address for images may still sign in. */
const isAnswer = ({ cause }: StageResult) => cause === 'not-a-registry' || cause === 'registry-error';

/** The client knows better than the plain question whether the registry answers. */
function mend(version: StageResult, token: StageResult): readonly StageResult[] {
  if (version.status === 'ok') {
    return token.cause === 'not-a-registry' ? [{ ...token, stage: '/v2/' }] : [version, token];
  }
  const { cause: _, ...answered } = version;
  if (token.status === 'ok') return [{ ...answered, status: 'ok', detail: 'at another address of this type' }, token];
  return [{ ...version, ...(token.cause ? { cause: token.cause } : {}), detail: token.detail }];
}

// What is wrong with one image says nothing about the registry; these would stop every scan.
const ofTheRegistry: readonly Cause[] = [
  'address-forbidden',
  'authentication-failed',
  'certificate-invalid',
  'connection-failed',
  'not-a-registry',
  'permission-denied',
  'proxy-refused',
  'proxy-unreachable',
];
const ofOneImage: readonly ProbeStage[] = ['tags', 'manifest', 'blob'];

function judge(stages: readonly StageResult[]): ConnectionVerdict {
  for (const { stage, status, cause, detail } of stages) {
    if (status !== 'failed' || cause === undefined) continue;
    if (ofOneImage.includes(stage) && !ofTheRegistry.includes(cause)) continue;
    return { status: 'failed', cause, message: detail };
  }
  return { status: 'connected' };
}

function complete(stages: readonly StageResult[]): readonly StageResult[] {
  return probeStages.map((name) => stages.find(({ stage }) => stage === name) ?? skippedStage(name, ''));
}
