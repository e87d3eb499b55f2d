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

/** `[CISE_Category ]id total segment[ date time zone sequence code LEVEL class: text, pairs]` */
const HEAD =
  /(?:^|\s)(?:CISE_\w{1,80} )?(\d{10}) (\d{1,3}) (\d{1,3})(?: (\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?) ([+-]\d{2}:\d{2}) (\d{10}))? ?/;
const CODE = /^(?:.{0,200}?\s)?(\d{4,5}) (NOTICE|INFO|WARN|WARNING|ERROR|FATAL|DEBUG)\s+([^:,]{0,100}): ([^,]{0,300})/;
const MAX_PAIRS = 200;

/** `Key=value, Key=value,` with `\,` for a comma; of a repeated key the first counts. */
function pairs(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/(?<!\\),\s*/)) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const key = part.slice(0, equals).trim();
    if (!found.has(key))
      found.set(
        key,
        part
          .slice(equals + 1)
          .replaceAll('\\,', ',')
          .trim(),
      );
    if (found.size >= MAX_PAIRS) break;
  }
  return found;
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const message = row.text('SyslogMessage');
  const head = HEAD.exec(message);
  if (head === null) return skipped('notConnection');
  const [all, , , segment, time, zone, sequence] = head;
  if (segment !== '0') return skipped('laterSegment');
  const body = message.slice(head.index + all.length);
  const coded = CODE.exec(body);
  if (coded === null) return dead('noMessageCode');
  const [, code = '', level = '', kind = '', text = ''] = coded;
  const known = ISE_CODES.get(code);
  if (known === undefined) return skipped('notConnection');
  const values = pairs(body);
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
