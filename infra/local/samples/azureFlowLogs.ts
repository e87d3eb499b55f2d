/** Azure's flow logs: virtual network flow logs v4 and NSG flow logs v2, a block blob per NIC and hour. */
import type { Flow, Hour, SampleBlob, Written } from './flow';

/** A NIC that is logged. */
export interface Nic {
  /** 12 hexadecimal digits, upper case. */
  readonly mac: string;
  /** Its own addresses; empty: a forwarding appliance, which sees other hosts' conversations. */
  readonly addresses: readonly string[];
}

interface Layout {
  container: string;
  path(hour: Hour, mac: string): string;
  /** The tuples that tell of one flow, with the time of each. */
  tuples(flow: Flow, direction: 'I' | 'O'): { time: number; text: string }[];
  /** One element of `records`. */
  record(time: number, mac: string, groups: ReadonlyMap<string, readonly string[]>): string;
}

const SUBSCRIPTION = '00000000-0000-0000-0000-00000000aaaa';
const CONTINUES_EVERY = 300_000;

const VNET: Layout = {
  container: 'insights-logs-flowlogflowevent',
  path: ({ year, month, day, hour }, mac) =>
    `flowLogResourceID=/${SUBSCRIPTION.toUpperCase()}_NETWORKWATCHERRG/NETWORKWATCHER_WESTEUROPE_FL-WEST/y=${year}/m=${month}/d=${day}/h=${hour}/m=00/macAddress=${mac}/PT1H.json`,
  tuples(flow, direction) {
    const ends = endpoints(flow, String(flow.protocol), direction);
    if (!flow.allowed) return [{ time: flow.start, text: `${flow.start},${ends},D,NX,0,0,0,0` }];
    return states(flow).map(({ state, time, counters }) => ({
      time,
      text: `${time},${ends},${state},NX,${(counters ?? [0, 0, 0, 0]).join(',')}`,
    }));
  },
  record: (time, mac, groups) =>
    JSON.stringify({
      time: `${new Date(time).toISOString().slice(0, 23)}4567Z`,
      flowLogVersion: 4,
      flowLogGUID: '00000000-0000-0000-0000-00000000cccc',
      macAddress: mac,
      category: 'FlowLogFlowEvent',
      flowLogResourceID: `/SUBSCRIPTIONS/${SUBSCRIPTION.toUpperCase()}/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_WESTEUROPE/FLOWLOGS/FL-WEST`,
      targetResourceID: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-samples/providers/Microsoft.Network/virtualNetworks/vnet-west`,
      operationName: 'FlowLogFlowEvent',
      flowRecords: {
        flows: [
          {
            aclID: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-samples/providers/Microsoft.Network/networkSecurityGroups/nsg-west`,
            flowGroups: [...groups].map(([rule, flowTuples]) => ({ rule, flowTuples })),
          },
        ],
      },
    }),
};

const NSG: Layout = {
  container: 'insights-logs-networksecuritygroupflowevent',
  path: ({ year, month, day, hour }, mac) =>
    `resourceId=/SUBSCRIPTIONS/${SUBSCRIPTION.toUpperCase()}/RESOURCEGROUPS/RG-SAMPLES/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG-NORTH/y=${year}/m=${month}/d=${day}/h=${hour}/m=00/macAddress=${mac}/PT1H.json`,
  tuples(flow, direction) {
    const ends = endpoints(flow, flow.protocol === 6 ? 'T' : 'U', direction);
    if (!flow.allowed) return [{ time: flow.start, text: `${flow.start / 1000},${ends},D,B,,,,` }];
    return states(flow).map(({ state, time, counters }) => ({
      time,
      text: `${time / 1000},${ends},A,${state},${counters?.join(',') ?? ',,,'}`,
    }));
  },
  record: (time, mac, groups) =>
    JSON.stringify({
      time: `${new Date(time).toISOString().slice(0, 23)}4567Z`,
      systemId: '00000000-0000-0000-0000-00000000bbbb',
      macAddress: mac,
      category: 'NetworkSecurityGroupFlowEvent',
      resourceId: `/SUBSCRIPTIONS/${SUBSCRIPTION.toUpperCase()}/RESOURCEGROUPS/RG-SAMPLES/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG-NORTH`,
      operationName: 'NetworkSecurityGroupFlowEvents',
      properties: {
        Version: 2,
        flows: [...groups].map(([rule, flowTuples]) => ({ rule, flows: [{ mac, flowTuples }] })),
      },
    }),
};

/** Virtual network flow logs, version 4. Each flow belongs to the NIC that has one of its ends, else to the appliance. */
export function writeVnetFlowLogs(flows: readonly Flow[], nics: readonly Nic[], hour: Hour): Written {
  return write(VNET, flows, nics, hour);
}

/** NSG flow logs, version 2. */
export function writeNsgFlowLogs(flows: readonly Flow[], nics: readonly Nic[], hour: Hour): Written {
  return write(NSG, flows, nics, hour);
}

function write(layout: Layout, flows: readonly Flow[], nics: readonly Nic[], hour: Hour): Written {
  const records = new Map<Flow, number>();
  const byNic = new Map<Nic, { time: number; text: string; rule: string }[]>();
  for (const flow of flows) {
    const nic =
      nics.find(({ addresses }) => addresses.includes(flow.destination) || addresses.includes(flow.source)) ??
      nics.find(({ addresses }) => addresses.length === 0);
    if (nic === undefined) throw new Error(`No NIC of the samples sees ${flow.source} and ${flow.destination}.`);
    const direction = nic.addresses.includes(flow.source) || leaves(flow, nic) ? 'O' : 'I';
    const tuples = layout.tuples(flow, direction).map((tuple) => ({ ...tuple, rule: ruleOf(flow, direction) }));
    records.set(flow, tuples.length);
    byNic.set(nic, [...(byNic.get(nic) ?? []), ...tuples]);
  }
  const blobs = [...byNic].map(([nic, tuples]): SampleBlob => {
    const texts = minutes(tuples).map(({ time, groups }) => layout.record(time, nic.mac, groups));
    const elements = texts.map((text, index) => Buffer.from(index === 0 ? text : `,${text}`));
    return {
      container: layout.container,
      name: layout.path(hour, nic.mac),
      kind: 'block',
      blocks: [Buffer.from('{"records":['), ...elements, Buffer.from(']}')],
      contentType: 'application/octet-stream',
    };
  });
  return { blobs, records, empty: 0 };
}

/** An appliance's NIC on the inner side: what an inner host sends outside leaves through it. */
function leaves(flow: Flow, nic: Nic): boolean {
  return nic.addresses.length === 0 && isInner(flow.source) && !isInner(flow.destination);
}

/** Addresses of the sample networks. */
export function isInner(address: string): boolean {
  return address.startsWith('10.') || address.startsWith('fd00:');
}

function ruleOf(flow: Flow, direction: 'I' | 'O'): string {
  if (direction === 'O') return flow.allowed ? 'DefaultRule_AllowInternetOutBound' : 'UserRule_deny-outbound';
  return flow.allowed ? `UserRule_allow-${flow.destinationPort}` : 'DefaultRule_DenyAllInBound';
}

function endpoints(flow: Flow, protocol: string, direction: string): string {
  const { source, destination, sourcePort, destinationPort } = flow;
  return `${source},${destination},${sourcePort},${destinationPort},${protocol},${direction}`;
}

/** Begin, a continuation every five minutes, end. Counters are what was added since the tuple before. */
function states(flow: Flow): { state: 'B' | 'C' | 'E'; time: number; counters?: readonly number[] }[] {
  const total = [flow.packetsSent, flow.bytesSent, flow.packetsReceived, flow.bytesReceived];
  const times: number[] = [];
  for (let time = flow.start + CONTINUES_EVERY; time < flow.end; time += CONTINUES_EVERY) times.push(time);
  const share = total.map((count) => Math.floor(count / (times.length + 1)));
  const rest = total.map((count, index) => count - (share[index] ?? 0) * times.length);
  return [
    { state: 'B', time: flow.start },
    ...times.map((time) => ({ state: 'C' as const, time, counters: share })),
    { state: 'E', time: flow.end, counters: rest },
  ];
}

/** Tuples as the minutes' records hold them: grouped by rule, each record written at the end of its minute. */
function minutes(
  tuples: readonly { time: number; text: string; rule: string }[],
): { time: number; groups: Map<string, string[]> }[] {
  const byMinute = new Map<number, Map<string, string[]>>();
  for (const { time, text, rule } of [...tuples].sort((a, b) => a.time - b.time)) {
    const minute = Math.floor(time / 60_000) * 60_000 + 60_000;
    const groups = byMinute.get(minute) ?? new Map<string, string[]>();
    groups.set(rule, [...(groups.get(rule) ?? []), text]);
    byMinute.set(minute, groups);
  }
  return [...byMinute].map(([time, groups]) => ({ time, groups }));
}
