import { type Case, pick } from '../case';

export const windowsFirewall: Case = {
  source: 'windowsFirewall',
  table: 'WindowsEvent',
  change: (n) => {
    const id = pick(n, 1, 5152, 5156, 5157, 5154, 5155, 5158, 5159);
    const [outbound, v6] = [pick(n, 2, true, false), pick(n, 5, false, true)];
    const inside = { SourceAddress: v6 ? 'fd00::4' : '10.0.0.4', SourcePort: pick(n, 3, '51512', '3389') };
    const outside = { DestAddress: v6 ? '2001:db8::17' : '203.0.113.7', DestPort: pick(n, 7, '443', '40022') };
    // Inbound events name the remote end first, or last.
    const turned = {
      SourceAddress: outside.DestAddress,
      SourcePort: outside.DestPort,
      DestAddress: inside.SourceAddress,
      DestPort: inside.SourcePort,
    };
    return {
      Provider: 'Microsoft-Windows-Security-Auditing',
      Channel: 'Security',
      EventID: id,
      EventRecordId: String(n),
      Computer: pick(n, 3, 'pc1.example.net', 'srv2'),
      EventData: {
        [id === 5156 ? 'ProcessID' : 'ProcessId']: '832',
        Application: pick(n, 4, '\\device\\harddiskvolume2\\a.exe', '-'),
        Protocol: pick(n, 3, '6', '17', '47'),
        FilterRTID: String(n),
        ...(id === 5152 || id === 5156 || id === 5157
          ? {
              Direction: outbound ? '%%14593' : '%%14592',
              ...(outbound || n % 4 === 2 ? { ...inside, ...outside } : turned),
              RemoteUserID: pick(n, 3, 'S-1-0-0', 'S-1-5-21-1-2-3-1104'),
              RemoteMachineID: 'S-1-0-0',
            }
          : inside),
      },
    };
  },
};
