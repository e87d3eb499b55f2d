/** The same job without a trace: everything is read and worked out, nothing is written. */
import type { FlowDependencies } from './flowReport';

/** Dependencies that accept every write and do none. */
export function withoutWrites(deps: FlowDependencies): FlowDependencies {
  return {
    ...deps,
    sink: { upload: async (batch) => ({ accepted: batch.count, refused: [] }) },
    deadLetters: { write: async () => undefined },
    queue: { send: async () => undefined },
    state: {
      get: (key) => deps.state.get(key),
      list: (prefix) => deps.state.list(prefix),
      put: async () => '"dry run"',
      delete: async () => undefined,
      lease: async () => ({ signal: new AbortController().signal, release: async () => undefined }),
    },
  };
}
