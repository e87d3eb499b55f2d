/** Reads sample blobs with a few lines of its own, for checks that owe nothing to the product or to the writers. */
import { gunzipSync } from 'node:zlib';
import type { SampleBlob } from '../../../../infra/local/samples';

export interface Told {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  /** Last moment, milliseconds. */
  readonly time: number;
  /** Whether it is the answering half of a conversation. */
  readonly answer: boolean;
  readonly format: 'vnet' | 'nsg' | 'aws' | 'cef';
}

interface FlowLogs {
  records: {
    flowRecords?: { flows: { flowGroups: { flowTuples: string[] }[] }[] };
    properties?: { flows: { flows: { flowTuples: string[] }[] }[] };
  }[];
}

export function readBack(blob: SampleBlob): Told[] {
  const bytes = Buffer.concat([...blob.blocks]);
  const text = (blob.name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  if (blob.container === 'cef-logs') return text.trimEnd().split('\n').map(cef);
  if (blob.container === 'aws-vpc-flow-logs') return text.trimEnd().split('\n').flatMap(aws);
  const { records } = JSON.parse(text) as FlowLogs;
  return records.flatMap(({ flowRecords, properties }) => [
    ...(flowRecords?.flows ?? []).flatMap((flow) =>
      flow.flowGroups.flatMap((group) => group.flowTuples.map((tuple) => azure(tuple, 'vnet', 1))),
    ),
    ...(properties?.flows ?? []).flatMap((flow) =>
      flow.flows.flatMap((group) => group.flowTuples.map((tuple) => azure(tuple, 'nsg', 1000))),
    ),
  ]);
}

function azure(tuple: string, format: 'vnet' | 'nsg', unit: number): Told {
  const fields = tuple.split(',');
  if (fields.length !== 13) throw new Error(`${tuple} has ${fields.length} fields`);
  const [time, source = '', destination = '', , port] = fields;
  return { source, destination, port: Number(port), time: Number(time) * unit, answer: false, format };
}

function aws(line: string): Told[] {
  const f = line.split(' ');
  if (f[0] === 'version' || f[13] === 'NODATA') return [];
  const flags = f[17];
  const answer = flags === undefined || f[7] === '17' ? Number(f[5]) < 1024 && Number(f[6]) >= 32_768 : flags === '19';
  const [source = '', destination = ''] = answer ? [f[4], f[3]] : [f[3], f[4]];
  const port = Number(answer ? f[5] : f[6]);
  return [{ source, destination, port, time: Number(f[11]) * 1000, answer, format: 'aws' }];
}

function cef(line: string): Told {
  const value = (key: string): string => new RegExp(` ${key}=(\\S+)`).exec(line)?.[1] ?? '';
  const rt = /rt=(.+? GMT) /.exec(line)?.[1] ?? '';
  const time = Date.parse(rt);
  return {
    source: value('src'),
    destination: value('dst'),
    port: Number(value('dpt')),
    time,
    answer: false,
    format: 'cef',
  };
}
