/** With real-looking settings all around it, the local stack talks to nothing but itself. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appRoot } from '../../shared/appRoot';
import { freeBase } from './support';

let trap: Server;
let trapped = 0;
let port = 0;
const folder = mkdtempSync(join(tmpdir(), 'flowtrap-planted-'));

beforeAll(async () => {
  trap = createServer((socket) => {
    trapped++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  port = (trap.address() as { port: number }).port;
});
afterAll(() => {
  trap.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Settings of a real deployment; those with a host of their own point at the trap. */
function planted(): Record<string, string> {
  const at = `http://127.0.0.1:${port}`;
  return {
    AzureWebJobsStorage: `DefaultEndpointsProtocol=http;AccountName=realstore;AccountKey=${Buffer.from('real key').toString('base64')};BlobEndpoint=${at}/realstore;QueueEndpoint=${at}/realstore;`,
    THREATCONNECT_URL: `${at}/api`,
    THREATCONNECT_TOKEN: 'APIV2:430:real:1:dG9rZW4=',
    INGESTION_ENDPOINT: 'https://real.westeurope-1.ingest.monitor.azure.com',
    INGESTION_RULE_ID: 'dcr-0123456789abcdef0123456789abcdef',
    LOCAL_INGESTION_URL: at,
    LOCAL_QUERY_URL: at,
    LOCAL_MANAGEMENT_URL: at,
    LOG_ANALYTICS_WORKSPACE_ID: '11111111-2222-3333-4444-555555555555',
    IDENTITY_ENDPOINT: `${at}/token`,
    IDENTITY_HEADER: 'real',
    HTTP_PROXY: at,
    HTTPS_PROXY: at,
    http_proxy: at,
    https_proxy: at,
  };
}

/** Remote addresses of the TCP sockets that these processes hold, from Linux's /proc. */
function remotes(pids: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const pid of pids) {
    try {
      const inodes = new Set(
        readdirSync(`/proc/${pid}/fd`).map((fd) => /socket:\[(\d+)\]/.exec(readlink(`/proc/${pid}/fd/${fd}`))?.[1]),
      );
      for (const table of ['tcp', 'tcp6']) {
        for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1)) {
          const fields = line.trim().split(/\s+/);
          if (fields[9] !== undefined && inodes.has(fields[9])) found.push(fields[2] ?? '');
        }
      }
    } catch {
      // The process is gone.
    }
  }
  return found;
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** The process and all below it. */
function family(root: number): Set<string> {
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '');
    } catch {
      // The process is gone.
    }
  }
  const members = new Set([String(root)]);
  for (let size = 0; size !== members.size; ) {
    size = members.size;
    for (const [pid, parent] of parents) if (members.has(parent)) members.add(pid);
  }
  return members;
}

/** Little-endian hex of 127.x.x.x, 0.0.0.0 (listening), ::1, :: and IPv4-mapped loopback. */
const LOOPBACK = /^(?:[0-9A-F]{6}7F|0{8}|0{32}|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F):/;

it.skipIf(process.platform !== 'linux')(
  'finds its incidents and opens no connection to any planted or outside address',
  { timeout: 180_000 },
  async () => {
    writeFileSync(join(folder, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values: planted() }));
    const program = join(appRoot(), 'infra/local/flowtrap.js');
    const child = spawn(
      process.execPath,
      [program, 'start', '--once', '--json', '--port-base', String(await freeBase())],
      { cwd: folder, env: { ...process.env, ...planted() } },
    );
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const outside = new Set<string>();
    let seen = 0;
    const watch = setInterval(() => {
      for (const remote of remotes(family(child.pid ?? 0))) {
        seen++;
        if (!LOOPBACK.test(remote)) outside.add(remote);
      }
    }, 50);
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    clearInterval(watch);

    expect(code, errors).toBe(0);
    const result = JSON.parse(output.trim().split('\n').at(-1) ?? '') as { incidents: unknown[] };
    expect(result.incidents.length).toBeGreaterThan(5);
    expect(seen).toBeGreaterThan(0);
    expect([...outside]).toEqual([]);
    expect(trapped).toBe(0);
  },
);
