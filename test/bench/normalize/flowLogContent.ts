/** Invented logs of any size for measuring, the same on every run. */

/** A small generator of repeatable numbers (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

const START = 1_772_445_600;

function peer(next: () => number): string {
  const value = next();
  return value % 50 === 0
    ? `2001:db8:${(value >>> 16).toString(16)}::${(value & 0xfff).toString(16)}`
    : `${11 + (value % 180)}.${(value >>> 8) & 255}.${(value >>> 16) & 255}.${value >>> 24}`;
}

const TARGET =
  '/subscriptions/00000000-0000-0000-0000-00000000aaaa/resourceGroups/rg-west/providers/Microsoft.Network/virtualNetworks/vnet-west';

function tuple(next: () => number, second: number, kind: 'vnet' | 'nsg'): string {
  const inbound = next() % 2 === 0;
  const own = `10.0.${next() % 4}.${next() % 250}`;
  const other = peer(next);
  const ends = inbound ? `${other},${own}` : `${own},${other}`;
  const ports = `${1024 + (next() % 60_000)},${[443, 80, 53, 22, 3389][next() % 5]}`;
  const counters = `${next() % 100},${next() % 100_000},${next() % 100},${next() % 1_000_000}`;
  const state = 'BCED'[next() % 4] as string;
  const none = state === 'B' || state === 'D';
  if (kind === 'vnet') {
    return `${START + second}${String(next() % 1000).padStart(3, '0')},${ends},${ports},6,${inbound ? 'I' : 'O'},${state},NX,${none ? '0,0,0,0' : counters}`;
  }
  return `${START + second},${ends},${ports},T,${inbound ? 'I' : 'O'},${state === 'D' ? 'D,B,,,,' : `A,${state},${none ? ',,,' : counters}`}`;
}

/** One record of a flow log with so many tuples. */
export function flowLogRecord(next: () => number, minute: number, tuples: number, kind: 'vnet' | 'nsg'): string {
  const list = Array.from({ length: tuples }, () => `"${tuple(next, minute * 60 + (next() % 60), kind)}"`).join(',');
  const time = new Date((START + minute * 60) * 1000).toISOString();
  return kind === 'vnet'
    ? `{"time":"${time}","flowLogVersion":4,"flowLogGUID":"00000000-0000-0000-0000-00000000cccc","macAddress":"6045BD112233","category":"FlowLogFlowEvent","flowLogResourceID":"/X","targetResourceID":"${TARGET}","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"/x/nsg-web","flowGroups":[{"rule":"UserRule_allow","flowTuples":[${list}]}]}]}}`
    : `{"time":"${time}","systemId":"x","macAddress":"000D3A112233","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/00000000-0000-0000-0000-00000000AAAA/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG-WEB","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":2,"flows":[{"rule":"UserRule_allow","flows":[{"mac":"000D3A112233","flowTuples":[${list}]}]}]}}`;
}

/** A whole flow-log blob with so many tuples, 100 a record. */
export function flowLog(flows: number, kind: 'vnet' | 'nsg'): string {
  const next = numbers(7);
  const records = Array.from({ length: Math.ceil(flows / 100) }, (_, i) => flowLogRecord(next, i % 60, 100, kind));
  return `{"records":[${records.join(',')}]}`;
}

/** A whole AWS file (version 5 fields) with so many lines. */
export function awsLog(lines: number): string {
  const next = numbers(8);
  const header =
    'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id flow-direction traffic-path';
  const line = (): string => {
    const ingress = next() % 2 === 0;
    const own = `10.0.${next() % 4}.${next() % 250}`;
    const other = peer(next);
    const ends = ingress ? `${other} ${own}` : `${own} ${other}`;
    const start = START + (next() % 3600);
    return `5 111122223333 eni-0123456789abcdef0 ${ends} ${1024 + (next() % 60_000)} 443 6 ${next() % 100} ${next() % 100_000} ${start} ${start + 59} ACCEPT OK vpc-0a1b2c3d subnet-0a1b2c3d i-0a1b2c3d ${[2, 3, 18, 19, 0][next() % 5]} IPv4 ${ends} eu-west-1 euw1-az2 ${ingress ? 'ingress' : 'egress'} ${ingress ? '-' : '8'}`;
  };
  return `${header}\n${Array.from({ length: lines }, line).join('\n')}\n`;
}

/** A whole file of PAN-OS traffic lines, about 700 bytes each. */
export function panOsLog(lines: number): string {
  const next = numbers(9);
  const line = (index: number): string =>
    `<14>Mar  2 10:00:45 fw1 CEF:0|Palo Alto Networks|PAN-OS|10.2.4|end|TRAFFIC|1|rt=Mar 02 2026 10:00:45 GMT deviceExternalId=000000000001 src=10.0.1.${next() % 250} dst=${peer(next)} sourceTranslatedAddress=203.0.113.4 destinationTranslatedAddress=0.0.0.0 cs1Label=Rule cs1=allow web traffic suser=EXAMPLE\\\\alice duser= app=ssl cs3Label=Virtual System cs3=vsys1 cs4Label=Source Zone cs4=trust cs5Label=Destination Zone cs5=untrust deviceInboundInterface=ethernet1/1 deviceOutboundInterface=ethernet1/2 cs6Label=LogProfile cs6=default cn1Label=SessionID cn1=${next() % 100_000} cnt=1 spt=${1024 + (next() % 60_000)} dpt=443 sourceTranslatedPort=40111 destinationTranslatedPort=443 flexString1Label=Flags flexString1=0x400053 proto=tcp act=allow flexNumber1Label=Total bytes flexNumber1=9000 in=1800 out=7200 cn2Label=Packets cn2=20 PanOSPacketsReceived=11 PanOSPacketsSent=9 start=Mar 02 2026 10:00:12 GMT cn3Label=Elapsed time in seconds cn3=30 cs2Label=URL Category cs2=any externalId=${7_130_000_000 + index} reason=tcp-fin`;
  return `${Array.from({ length: lines }, (_, index) => line(index)).join('\n')}\n`;
}
