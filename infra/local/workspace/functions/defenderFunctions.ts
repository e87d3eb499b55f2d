/**
 * Defender's enrichment functions. What they know lies in Microsoft's cloud: here their columns are there, and empty, so that queries
 * which use them run.
 */
import type { StoredFunction } from '../../../../shared/kql/storedFunctions';

/** Name → parameters and body. */
const FUNCTIONS: Readonly<Record<string, readonly [parameters: string, body: string]>> = {
  FileProfile: [
    "T:(*), x:string='SHA1', y:int=100",
    `T
| extend SHA1 = tostring(column_ifexists('SHA1', '')), SHA256 = tostring(column_ifexists('SHA256', '')),
    MD5 = tostring(column_ifexists('MD5', '')), FileSize = tolong(column_ifexists('FileSize', long(null)))
| extend GlobalPrevalence = long(null), GlobalFirstSeen = datetime(null), GlobalLastSeen = datetime(null),
    Signer = '', Issuer = '', SignerHash = '', IsCertificateValid = bool(null), IsRootSignerMicrosoft = bool(null),
    SignatureState = '', IsExecutable = bool(null), ThreatName = '', Publisher = '', SoftwareName = '',
    ProfileAvailability = 'Missing'`,
  ],
  DeviceFromIP: [
    "T:(*), ip:string='', x:datetime=datetime(null)",
    "T | project IP = tostring(column_ifexists('IP', '')), DeviceId = '' | where false",
  ],
  SeenBy: ["T:(*), x:string='DeviceId'", 'T | extend SeenBy = dynamic(null)'],
  AssignedIPAddresses: [
    'x:string, y:datetime=datetime(null)',
    `datatable(Timestamp:datetime, IPAddress:string, IPType:string, NetworkAdapterType:string, ConnectedNetworks:dynamic)[]`,
  ],
};

export function defenderFunctions(): readonly StoredFunction[] {
  return Object.entries(FUNCTIONS).map(([name, [parameters, body]]) => ({
    name,
    parameters: `(${parameters})`,
    description: 'An enrichment of Microsoft Defender, empty here.',
    body,
  }));
}

const COLUMN_ARGUMENT = /\b(invoke\s+(?:FileProfile|DeviceFromIP|SeenBy)\s*\()(\s*[A-Za-z_]\w*\s*(?:,[^()]*)?)\)/g;

/**
 * Defender takes a column's bare name where the language wants a text (`invoke FileProfile(SHA1, 1000)`). Such arguments, on which
 * nothing depends here, become blanks; every other character stays at its place.
 */
export function withoutColumnArguments(kql: string): string {
  return kql.replaceAll(COLUMN_ARGUMENT, (_, head: string, given: string) => `${head}${' '.repeat(given.length)})`);
}
