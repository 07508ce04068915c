import type { RuntimeSetting } from '../config/runtime-setting.ts';
import { createDockerSource } from '../runtime/docker.ts';
import { createKubernetesSource } from '../runtime/kubernetes.ts';
import type { RuntimeSource } from '../runtime/runtime-source.ts';

export function createRuntimeSources(settings: readonly RuntimeSetting[]): readonly RuntimeSource[] {
  return settings.map((setting) =>
    setting.kind === 'docker'
      ? createDockerSource(setting.name, setting)
      : createKubernetesSource(setting.name, setting),
  );
}
