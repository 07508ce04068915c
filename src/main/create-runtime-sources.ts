import type { RuntimeSetting } from '../config/runtime-setting.ts';
import { createCriSource } from '../runtime/cri.ts';
import { createDockerSource } from '../runtime/docker.ts';
import { createKubernetesSource } from '../runtime/kubernetes.ts';
import type { RuntimeSource } from '../runtime/runtime-source.ts';

export function createRuntimeSources(settings: readonly RuntimeSetting[]): readonly RuntimeSource[] {
  return settings.map(createSource);
}

function createSource(setting: RuntimeSetting): RuntimeSource {
  switch (setting.kind) {
    case 'docker':
      return createDockerSource(setting.name, setting);
    case 'cri':
      return createCriSource(setting.name, setting.socketPath);
    case 'kubernetes':
      return createKubernetesSource(setting.name, setting);
  }
}
