import { describe, expect, it } from 'vitest';
import type { Address } from '../../../shared/asim/addresses';
import { answerEvidence, refineDirection } from '../../../shared/asim/direction';

const IN: Address = { text: '10.0.0.1', version: 'IPv4', inside: true };
const OUT: Address = { text: '192.0.2.1', version: 'IPv4', inside: false };

describe('direction', () => {
  it.each([
    ['Inbound', IN, IN, 'Local'],
    ['Outbound', IN, IN, 'Local'],
    ['Inbound', OUT, IN, 'Inbound'],
    ['Outbound', IN, OUT, 'Outbound'],
    ['Inbound', IN, OUT, 'Outbound'],
    ['Outbound', OUT, IN, 'Inbound'],
    ['Inbound', OUT, OUT, 'Inbound'],
    ['Outbound', OUT, OUT, 'Outbound'],
    [undefined, OUT, OUT, 'External'],
    [undefined, OUT, IN, 'Inbound'],
  ] as const)('stated %s, %o to %o, is %s', (stated, source, destination, expected) => {
    expect(refineDirection(stated, source, destination)).toBe(expected);
  });

  const record = { protocol: 6, flags: undefined, accepted: true, sourcePort: 443, destinationPort: 51512 };
  it.each([
    [{}, 'ports'],
    [{ flags: 0 }, 'ports'],
    [{ flags: 1 }, 'ports'],
    [{ flags: 18 }, 'tcpFlags'],
    [{ flags: 19, sourcePort: 51512, destinationPort: 443 }, 'tcpFlags'],
    [{ flags: 18, accepted: false }, 'tcpFlags'],
    [{ flags: 2 }, undefined],
    [{ flags: 3 }, undefined],
    [{ accepted: false }, undefined],
    [{ sourcePort: 1024 }, undefined],
    [{ sourcePort: 1023 }, 'ports'],
    [{ sourcePort: 0 }, undefined],
    [{ destinationPort: 32_767 }, undefined],
    [{ destinationPort: 32_768 }, 'ports'],
    [{ protocol: 17, sourcePort: 53 }, 'ports'],
    [{ protocol: 1 }, undefined],
    [{ protocol: 17, flags: 18, sourcePort: 5000 }, undefined],
  ] as const)('evidence of an answer in %o is %s', (change, expected) => {
    expect(answerEvidence({ ...record, ...change })).toBe(expected);
  });
});
