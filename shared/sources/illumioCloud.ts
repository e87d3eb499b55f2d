/** Flows of clouds, which Illumio's newer connector writes to IllumioFlowEventsV2_CL: sums of bytes with their ends and the decision. */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import type { Row } from './row';

function action(status: string): ValueOf<'dvcAction'> | undefined {
  if (/^(allow|accept|permit|potentially)/i.test(status)) return 'Allow';
  return /^(block|den[iy]|reject|drop)/i.test(status) ? 'Deny' : undefined;
}

export function cloudFlow(row: Row): SessionDraft {
  const get = (column: string): string => row.text(column);
  return {
    EventEndTime: parseLogTime(get('EndTime')),
    DvcAction: action(get('Status')),
    DvcOriginalAction: get('Status'),
    SrcIpAddr: get('SrcIP') || get('Src'),
    SrcHostname: get('SrcName'),
    DstIpAddr: get('DstIP') || get('Dst'),
    DstHostname: get('DstName'),
    DstPortNumber: get('DstPort'),
    NetworkProtocol: get('Protocol'),
    NetworkBytes: get('Bytes'),
    AdditionalFields: {
      SourceType: get('SrcType'),
      SourceCloud: get('SrcCloud'),
      SourceLabels: row.value('SrcLabels'),
      DestinationType: get('DstType'),
      DestinationCloud: get('DstCloud'),
      DestinationLabels: row.value('DstLabels'),
    },
  };
}
