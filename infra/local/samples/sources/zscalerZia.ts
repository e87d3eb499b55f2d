/** Zscaler Internet Access: rows of CommonSecurityLog, and the firewall feed as CEF and as JSON. */
import { type Conversation, ordinary } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const RULE = 'Web out';

const milliseconds = ({ start, end }: Conversation): number => end.getTime() - start.getTime();
const clock = (time: Date): string => time.toISOString().slice(11, 19);

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    Computer: 'zscaler-nss-fw',
    DeviceVendor: 'Zscaler',
    DeviceProduct: 'NSSFWlog',
    DeviceVersion: '5.7',
    DeviceEventClassID: 'Allow',
    Activity: RULE,
    LogSeverity: '3',
    DeviceAction: 'Allow',
    Protocol: 'TCP',
    SourceIP: one.source,
    SourcePort: one.sourcePort,
    DestinationIP: one.destination,
    DestinationPort: one.port,
    SentBytes: one.bytes[0],
    ReceivedBytes: one.bytes[1],
    SourceUserName: 'alice@example.net',
    SourceUserPrivileges: 'HQ',
    FieldDeviceCustomNumber1: milliseconds(one),
    DeviceCustomNumber1Label: 'durationms',
    FieldDeviceCustomNumber2: 1,
    DeviceCustomNumber2Label: 'numsessions',
  };
}

/** As the vendor's template writes it: the header's time has no year. */
function cef(one: Conversation): string {
  const day = String(one.end.getUTCDate()).padStart(2, '0');
  return `${MONTHS[one.end.getUTCMonth()]} ${day} ${clock(one.end)} zscaler-nss-fw CEF:0|Zscaler|NSSFWlog|5.7|Allow|${RULE}|3| act=Allow suser=alice@example.net src=${one.source} spt=${one.sourcePort} dst=${one.destination} dpt=${one.port} deviceTranslatedAddress=0.0.0.0 deviceTranslatedPort=0 proto=TCP tunnelType=GRE dnat=No stateful=Yes spriv=HQ reason=${RULE} in=${one.bytes[1]} out=${one.bytes[0]} deviceDirection=1 cs1=Sales cs1Label=dept cs2=HTTPS cs2Label=nwService cs3=ssl cs3Label=nwApp cs4=No cs4Label=aggregated cs6=None cs6label=threatname cn1=${milliseconds(one)} cn1Label=durationms cn2=1 cn2Label=numsessions\n`;
}

function event(one: Conversation): object {
  const { end } = one;
  const day = String(end.getUTCDate()).padStart(2, ' ');
  return {
    datetime: `${DAYS[end.getUTCDay()]} ${MONTHS[end.getUTCMonth()]} ${day} ${clock(end)} ${end.getUTCFullYear()}`,
    user: 'alice%40example.net',
    locationname: 'HQ',
    csip: one.source,
    csport: String(one.sourcePort),
    cdip: one.destination,
    cdport: String(one.port),
    ssip: '0.0.0.0',
    proto: 'TCP',
    action: 'Allow',
    inbytes: String(one.bytes[1]),
    outbytes: String(one.bytes[0]),
    durationms: String(milliseconds(one)),
    numsessions: '1',
    aggregate: 'No',
    rulelabel: 'Web%20out',
  };
}

export const zscalerZia: SourceSample = {
  source: 'zscalerZia',
  table: 'CommonSecurityLog',
  write: (scene) => {
    const told = ordinary(scene);
    return [
      exportedRows('CommonSecurityLog', scene, told.map(row)),
      { container: 'syslog', name: 'zscaler/firewall-cef.log', content: told.map(cef).join('') },
      {
        container: 'zscaler',
        name: 'firewall.json',
        content: jsonLines(told.map((one) => ({ sourcetype: 'zscalernss-fw', event: event(one) }))),
      },
    ];
  },
};
