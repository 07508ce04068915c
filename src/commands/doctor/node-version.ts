import type { Examination } from './examination.ts';

const LEAST_MAJOR = 24;

/** Whether this Node.js is new enough. */
export const nodeVersion: Examination = {
  part: 'node',
  examine: async () => {
    const { node } = process.versions;
    const isNewEnough = Number.parseInt(node, 10) >= LEAST_MAJOR;
    return [
      isNewEnough
        ? { part: 'node', condition: 'ok', detail: `Node.js ${node}` }
        : {
            part: 'node',
            condition: 'broken',
            detail: `Node.js ${node} is too old`,
            fix: `Install Node.js ${LEAST_MAJOR} or newer.`,
          },
    ];
  },
};
