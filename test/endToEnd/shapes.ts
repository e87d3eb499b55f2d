/** Invented log records in the exact shapes of their sources, written out by hand for the end-to-end tests. */

export interface VnetFlow {
  readonly time: string;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly direction?: 'I' | 'O';
  readonly state?: 'B' | 'C' | 'E' | 'D';
}

/** One element of a VNet flow log's `records`. */
export function vnetRecord(flows: readonly VnetFlow[]): string {
  const tuples = flows.map(
    ({ time, source, destination, sourcePort, destinationPort, direction = 'O', state = 'E' }) =>
      `${Date.parse(time)},${source},${destination},${sourcePort},${destinationPort},6,${direction},${state},NX,10,1200,8,900`,
  );
  return JSON.stringify({
    time: flows[0]?.time,
    flowLogVersion: 4,
    flowLogGUID: '00000000-0000-0000-0000-00000000cccc',
    macAddress: '6045BD112233',
    category: 'FlowLogFlowEvent',
    flowLogResourceID:
      '/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW/FLOWLOGS/FL',
    targetResourceID:
      '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet-west',
    operationName: 'FlowLogFlowEvent',
    flowRecords: {
      flows: [
        {
          aclID: '00000000-1234-abcd-ef00-c1c2c3c4c5c6',
          flowGroups: [{ rule: 'DefaultRule_AllowInternetOutBound', flowTuples: tuples }],
        },
      ],
    },
  });
}

export const VNET_BLOB =
  'flowLogResourceID=/00000000-0000-0000-0000-000000000001_NETWORKWATCHERRG/NETWORKWATCHER_WESTEUROPE_FL/y=2026/m=03/d=02/h=09/m=00/macAddress=6045BD112233/PT1H.json';

/** A PAN-OS TRAFFIC line as CEF. */
export function panOsLine({
  time,
  source,
  destination,
  destinationPort = 443,
  id = 1,
}: {
  time: string;
  source: string;
  destination: string;
  destinationPort?: number;
  id?: number;
}): string {
  return `CEF:0|Palo Alto Networks|PAN-OS|10.2.4|end|TRAFFIC|1|rt=${cefTime(time)} deviceExternalId=000000000001 start=${cefTime(time)} src=${source} dst=${destination} cs1Label=Rule cs1=allow web app=ssl cs4Label=Source Zone cs4=trust cs5Label=Destination Zone cs5=untrust cn1Label=SessionID cn1=${id} cnt=1 spt=${40000 + id} dpt=${destinationPort} proto=tcp act=allow flexNumber1Label=Total bytes flexNumber1=9000 in=1800 out=7200 cn2Label=Packets cn2=20 cn3Label=Elapsed time in seconds cn3=5 externalId=${7000000000000000000n + BigInt(id)} dvchost=pa-5220\n`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mar 02 2026 10:00:12 GMT` */
function cefTime(iso: string): string {
  const date = new Date(iso);
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, '0')} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} GMT`;
}

/** A line of an AWS VPC flow log in the default format, without a header. */
export function awsLine({
  time,
  source,
  destination,
  destinationPort = 443,
  sourcePort = 40_000,
}: {
  time: string;
  source: string;
  destination: string;
  destinationPort?: number;
  sourcePort?: number;
}): string {
  const start = Date.parse(time) / 1000;
  return `2 111122223333 eni-0123456789abcdef0 ${source} ${destination} ${sourcePort} ${destinationPort} 6 10 4200 ${start} ${start + 20} ACCEPT OK\n`;
}

/** An Address indicator as ThreatConnect's v3 API gives it. */
export function addressIndicator(id: number, ip: string, more: object = {}): object {
  return {
    id,
    type: 'Address',
    ip,
    summary: ip,
    ownerId: 1,
    ownerName: 'Example Org',
    dateAdded: '2026-03-01T00:00:00Z',
    lastModified: '2026-03-01T00:00:00Z',
    rating: 4,
    confidence: 80,
    active: true,
    privateFlag: false,
    webLink: `https://tc.example.com/#/details/indicators/${id}`,
    ...more,
  };
}
