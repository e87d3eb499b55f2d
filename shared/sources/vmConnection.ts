/**
 * VM insights: connections of monitored machines, one row a minute for each process and remote end. Table VMConnection.
 * Follows the upstream mapping ASimNetworkSessionVMConnection 0.2.1 and corrects:
 * - BytesSent are the local machine's: for an inbound connection they are DstBytes;
 * - EventCount is never 0; connections that only failed are failures;
 * - Confidence is ThreatConfidence, not a risk level.
 */
import type { ValueOf } from '../asim/enumerations';
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import { wholeNumber } from './numbers';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'VMConnection';
const SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ['', 'Informational'],
  ['0', 'Informational'],
  ['1', 'Low'],
  ['2', 'Medium'],
  ['3', 'High'],
  ['4', 'High'],
  ['5', 'High'],
]);

/** First name of a JSON array of names. */
function firstName(row: Row): string {
  const names = row.value('RemoteDnsCanonicalNames');
  const [first] = Array.isArray(names) ? (names as readonly unknown[]) : [];
  return typeof first === 'string' ? first : '';
}

function map(row: Row): SessionDraft | Refusal {
  const get = (name: string): string => row.text(name);
  const stated = get('Direction').toLowerCase();
  if (stated !== 'inbound' && stated !== 'outbound') return skipped('noDirection');
  const inbound = stated === 'inbound';
  const established = wholeNumber(get('LinksEstablished')) ?? 0;
  const failed = wholeNumber(get('LinksFailed')) ?? 0;
  const live = wholeNumber(get('LinksLive')) ?? 0;
  const terminated = wholeNumber(get('LinksTerminated')) ?? 0;
  const failure = failed > 0 && established + live + terminated === 0;
  const responses = Number(get('ResponseTimeSum'));
  const links = Math.max(established, 1);
  const [process, machine] = [get('Process') || get('ProcessName'), get('Machine')];
  const local: EndDraft = {
    IpAddr: get(inbound ? 'DestinationIp' : 'SourceIp'),
    Hostname: get('Computer'),
    AppId: get('Process'),
    AppName: get('ProcessName'),
    AppType: process === '' ? undefined : 'Process',
    DvcId: machine,
    DvcIdType: machine === '' ? undefined : 'VMConnectionId',
    Bytes: get('BytesSent'),
  };
  const remote: EndDraft = {
    IpAddr: get(inbound ? 'SourceIp' : 'DestinationIp'),
    Hostname: firstName(row),
    GeoCountry: get('RemoteCountry'),
    GeoLatitude: get('RemoteLatitude'),
    GeoLongitude: get('RemoteLongitude'),
    Bytes: get('BytesReceived'),
  };
  return {
    source: inbound ? remote : local,
    destination: inbound ? local : remote,
    EventCount: established || live || terminated || failed || 1,
    EventResult: failure ? 'Failure' : 'Success',
    EventSeverity: failure && get('Severity') === '' ? 'Low' : SEVERITIES.get(get('Severity')),
    EventOriginalSeverity: get('Severity'),
    EventReportUrl: get('ReportReferenceLink'),
    NetworkDuration: responses >= 0 && get('ResponseTimeSum') !== '' ? Math.round(responses / links) : undefined,
    DvcId: machine,
    DvcIdType: machine === '' ? undefined : 'VMConnectionId',
    DvcHostname: get('Computer'),
    DvcIpAddr: local.IpAddr,
    DstPortNumber: get('DestinationPort'),
    NetworkProtocol: get('Protocol'),
    NetworkDirection: inbound ? 'Inbound' : 'Outbound',
    NetworkSessionId: get('ConnectionId'),
    ThreatName: get('IndicatorThreatType'),
    ThreatIpAddr: get('MaliciousIp'),
    ThreatConfidence: get('Confidence'),
    ThreatOriginalConfidence: get('Confidence'),
    AdditionalFields: {
      LinksFailed: failed || undefined,
      LinksLive: live || undefined,
      LinksTerminated: terminated || undefined,
      RemoteClassification: get('RemoteClassification'),
      RemoteDnsQuestions: row.value('RemoteDnsQuestions'),
      AgentId: get('AgentId'),
    },
  };
}

export const vmConnection: RowSource = {
  id: 'vmConnection',
  vendor: 'Microsoft',
  product: 'VM insights',
  table: TABLE,
  facts: 'ASimNetworkSessionVMConnection 0.2.1',
  asim: { vendor: 'Microsoft', product: 'VMConnection', types: ['EndpointNetworkSession'] },
  filter: 'Rows with direction inbound or outbound; others are skipped (noDirection).',
  forms: [],
  sweep: true,
  gaps: ['the records have no source port', 'rows tell a minute each: a long connection repeats'],
  format: 'rows',
  rows: { tables: { [TABLE]: ['SourceIp', 'DestinationIp', 'LinksEstablished'] }, owns: () => true, map },
};
