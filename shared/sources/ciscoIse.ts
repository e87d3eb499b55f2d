/**
 * Cisco ISE: connections that it made, lost or dropped, by message code (ciscoIseCodes.ts). Table Syslog.
 * Follows the upstream mapping ASimNetworkSessionCiscoISE 1.1.0 and corrects:
 * - closings (61026, 34160, 90078) end a session;
 * - a MAC or IP address in Calling-Station-ID is no host name;
 * - no version of the product is made up.
 */
import { canonicalMac } from '../asim/names';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { ISE_CODES } from './ciscoIseCodes';
import type { Row } from './row';
import { dead, type MappingContext, type Refusal, type RowSource, skipped } from './source';

/** `[CISE_Category id total segment ]date time zone sequence code LEVEL class: text, pairs`; agents cut more or less of the beginning. */
const CODED =
  /(?:(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?) ([+-]\d{2}:\d{2}) )?(?<!\d)(\d{10}) (\d{4,5}) (NOTICE|INFO|WARN|WARNING|ERROR|FATAL|DEBUG)\s+([^:,]{0,100}): ([^,]{0,300})/;
/** `id total segment`, where the message is in several. */
const SEGMENT = /(?:^|\s)\d{10} \d{1,3} (\d{1,3})(?:\s|$)/;
/** Messages begin within so many characters. */
const MAX_HEAD = 600;
const MAX_PAIRS = 200;

/** `Key=value, Key=value,` with `\,` for a comma; of a repeated key the first counts. Some commas are missing before a key. */
function pairs(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/(?<!\\),\s*/)) {
    const parts = /^([^=]{1,80})=(.*)$/s.exec(part);
    if (parts === null) continue;
    const [, key = '', value = ''] = parts;
    const glued = /^([^=]{0,200}) ([A-Z][\w-]{2,40})=(.*)$/s.exec(value);
    add(key, glued?.[1] ?? value);
    if (glued !== null) add(glued[2] ?? '', glued[3] ?? '');
    if (found.size >= MAX_PAIRS) break;
  }
  return found;

  function add(key: string, value: string): void {
    const name = key.trim();
    if (!found.has(name)) found.set(name, value.replaceAll('\\,', ',').trim());
  }
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const message = row.text('SyslogMessage');
  const head = message.slice(0, MAX_HEAD);
  const coded = CODED.exec(head);
  if (coded === null) {
    const segment = SEGMENT.exec(head)?.[1];
    if (segment === undefined) return skipped('notConnection');
    return segment === '0' ? dead('noMessageCode') : skipped('laterSegment');
  }
  const [all, time, zone, sequence, code = '', level = '', kind = '', text = ''] = coded;
  const known = ISE_CODES.get(code);
  if (known === undefined) return skipped('notConnection');
  const values = pairs(message.slice(coded.index + all.length));
  const get = (...keys: readonly string[]): string => {
    for (const key of keys) {
      const value = values.get(key);
      if (value !== undefined && value !== '' && value !== '-') return value;
    }
    return '';
  };
  const caller = get('Calling-Station-ID');
  const callerAddress = context.addresses.look(caller)?.text;
  const callerMac = canonicalMac(caller);
  const source = get('Device IP Address', 'Remote-Address') || (callerAddress ?? '');
  const destination = get('DestinationIPAddress');
  if (source === '' || destination === '') return skipped('noPeer');
  const computer = row.text('Computer') || row.text('HostName');
  const reported = row.text('HostIP') === 'Unknown IP' ? '' : row.text('HostIP');
  return {
    EventEndTime:
      time === undefined ? parseLogTime(row.text('EventTime')) : parseLogTime(`${time} ${zone ?? '+00:00'}`),
    EventSubType: known.subType,
    EventResult: known.result,
    EventResultDetails: known.result === 'Failure' ? 'Terminated' : undefined,
    EventOriginalType: code,
    EventOriginalSubType: kind,
    EventOriginalSeverity: level,
    EventOriginalUid: sequence === undefined || computer === '' ? '' : `${computer}-${sequence}`,
    EventOriginalResultDetails: get('FailureReason') || known.meaning,
    EventMessage: text,
    DvcAction: known.action,
    DvcHostname: get('NetworkDeviceName') || computer,
    DvcIpAddr: reported || (context.addresses.look(computer)?.text ?? ''),
    SrcIpAddr: source,
    SrcPortNumber: get('Device Port'),
    SrcMacAddr: callerMac,
    SrcHostname: callerMac === undefined && callerAddress === undefined ? caller : '',
    DstIpAddr: destination,
    DstPortNumber: get('DestinationPort'),
    DstMacAddr: canonicalMac(get('Called-Station-ID')),
    DstUsername: get('UserName', 'User-Name', 'User'),
    NetworkApplicationProtocol: get('Protocol').toUpperCase(),
    AdditionalFields: {
      ConfigVersionId: get('ConfigVersionId'),
      CalledStationId: get('Called-Station-ID'),
      IseHostname: computer,
      AcsSessionId: get('AcsSessionID'),
    },
  };
}

export const ciscoIse: RowSource = {
  id: 'ciscoIse',
  vendor: 'Cisco',
  product: 'ISE',
  table: 'Syslog',
  facts: 'ASimNetworkSessionCiscoISE 1.1.0',
  asim: { vendor: 'Cisco', product: 'ISE', types: ['NetworkSession'] },
  filter:
    'The messages of 41 connection codes; others are skipped (notConnection), as are later segments of a long message (laterSegment) and messages that name one end or none (noPeer).',
  forms: ['syslog'],
  sweep: true,
  gaps: [
    'what stands only in later segments of a long message is missing',
    'no protocol below the application, no byte counts',
  ],
  format: 'rows',
  rows: {
    tables: { Syslog: ['SyslogMessage', 'ProcessName'] },
    owns: (row) => /\b(CISE|CSCO)/.test(row.text('ProcessName')) || /(^|\s)CISE_\w/.test(row.text('SyslogMessage')),
    map,
  },
};
