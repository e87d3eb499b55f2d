/**
 * Azurite's own blob and queue servers (3.35), made directly from its modules: one process for both, no table service, no
 * telemetry client, and no command-line parsing. Azurite ships no types and no such entry point, hence the shapes here.
 */
import { join } from 'node:path';

export interface StorageServer {
  start(): Promise<void>;
  close(): Promise<void>;
  /** `http://127.0.0.1:PORT`, the port being the real one when 0 was asked for. */
  getHttpServerAddress(): string;
}

type Constructor = new (...parameters: readonly unknown[]) => unknown;

function load(path: string): Constructor {
  return (require(`azurite/dist/src/${path}`) as { default: Constructor }).default;
}

/** The parameters that Azurite's BlobConfiguration and QueueConfiguration share, in their order. */
function configuration(service: 'blob' | 'queue', folder: string, port: number): readonly unknown[] {
  const keepAliveSeconds = 5;
  return [
    '127.0.0.1',
    port,
    keepAliveSeconds,
    join(folder, `__azurite_db_${service}__.json`),
    join(folder, `__azurite_db_${service}_extent__.json`),
    [{ locationId: 'Default', locationPath: join(folder, `__${service}storage__`), maxConcurrency: 50 }],
    false, // access log
    undefined,
    false, // debug log
    undefined,
    false, // loose
    true, // skip the API version check: the SDKs are ahead of Azurite
  ];
}

/** @param port 0 lets the system choose. */
export function blobServer(folder: string, port: number): StorageServer {
  const Configuration = load('blob/BlobConfiguration');
  const Server = load('blob/BlobServer');
  return new Server(new Configuration(...configuration('blob', folder, port))) as StorageServer;
}

/** @param port 0 lets the system choose. */
export function queueServer(folder: string, port: number): StorageServer {
  const Configuration = load('queue/QueueConfiguration');
  const Server = load('queue/QueueServer');
  return new Server(new Configuration(...configuration('queue', folder, port))) as StorageServer;
}
