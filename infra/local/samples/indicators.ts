/** Invented indicators, as ThreatConnect's API v3 sends them: the ones that traffic meets, and thousands that it does not. */
import { BAD, HARMLESS } from './addresses';
import type { Random } from './random';

const DAY = 86_400_000;
const OWNERS = [
  { ownerId: 10, ownerName: 'Flowtrap Samples' },
  { ownerId: 11, ownerName: 'Example Source' },
] as const;
const TAGS = ['C2', 'Botnet', 'Scanner', 'Phishing', 'Ransomware'];

/** How ThreatConnect writes the addresses of which sessions show the canonical form. */
const WRITTEN: Readonly<Record<string, string>> = {
  [BAD.command6]: '2001:0DB8:DEAD:BEEF:0000:0000:0000:0025',
  [BAD.mapped]: `::ffff:${BAD.mapped}`,
};

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  [BAD.command]: 'Command and control server of an invented botnet.',
  [BAD.intruder]: 'Tries passwords.',
  [BAD.command6]: 'Command and control server, reached over IPv6.',
};

/** Live indicators that no sample traffic touches. */
const BACKGROUND = 2600;

/**
 * Raw v3 objects in no particular order; an id above 2^53 as text.
 * @param windowEnd the indicators were modified 1 to 20 days before it.
 */
export function makeIndicators(random: Random, windowEnd: Date): object[] {
  let id = 100_000;
  const common = (type: string, summary: string, more: object = {}): object => {
    const modified = windowEnd.getTime() - random.between(1, 20) * DAY - random.between(0, 86_399) * 1000;
    const number = ++id;
    return {
      id: number,
      ...random.pick(OWNERS),
      type,
      summary,
      dateAdded: seconds(modified - random.between(0, 60) * DAY),
      lastModified: seconds(modified),
      webLink: `https://tc.example.com/#/details/indicators/${number}`,
      rating: random.between(2, 5),
      confidence: random.between(30, 100),
      privateFlag: false,
      active: true,
      activeLocked: false,
      tags: { data: [{ id: 1, name: random.pick(TAGS), lastUsed: seconds(modified) }] },
      securityLabels: random.pick([
        {},
        { data: [{ id: 2, name: 'TLP:GREEN' }] },
        { data: [{ id: 3, name: 'TLP:AMBER' }] },
      ]),
      ...more,
    };
  };
  const address = (ip: string, more: object = {}): object => common('Address', ip, { ip, ...more });

  const live = Object.values(BAD).map((bad) => {
    const description = DESCRIPTIONS[bad];
    return address(WRITTEN[bad] ?? bad, { ...OWNERS[0], ...(description ? { description } : {}) });
  });
  const beyondDouble = address('198.18.255.1', { id: '9007199254918487' });
  const harmless = [
    address(HARMLESS.expired, { externalDateExpires: seconds(windowEnd.getTime() - 600_000) }),
    // Nobody has confirmed it for longer than an address is believed in.
    address(HARMLESS.forgotten, {
      dateAdded: seconds(windowEnd.getTime() - 90 * DAY),
      lastModified: seconds(windowEnd.getTime() - 45 * DAY),
    }),
    address(HARMLESS.deactivated, { active: false }),
  ];
  const background = Array.from({ length: BACKGROUND }, (_, n) =>
    n % 10 === 0
      ? address(`2001:db8:bad:${random.hex(4)}::${n.toString(16)}`)
      : address(`198.18.${Math.floor(n / 200)}.${1 + (n % 200)}`),
  );
  const otherTypes = Array.from({ length: 100 }, (_, n) => [
    common('Host', `bad${n}.example.net`, { hostName: `bad${n}.example.net`, dnsActive: false, whoisActive: false }),
    common('URL', `http://files${n}.example.org/a`, { text: `http://files${n}.example.org/a` }),
    common('CIDR', `198.19.${n}.0/24`, { Block: `198.19.${n}.0/24` }),
    common('File', random.hex(64).toUpperCase(), {
      sha256: random.hex(64).toUpperCase(),
      size: random.between(1, 9_999_999),
    }),
  ]).flat();
  return [...live, beyondDouble, ...harmless, ...background, ...otherTypes];
}

/**
 * Rows that stand in ThreatIntelligenceIndicator already, in the table's own columns, each with its TimeGenerated: what an
 * earlier run or another product wrote. None of them may match.
 */
export function makeIndicatorRows(windowEnd: Date): object[] {
  const at = (minutes: number): string => new Date(windowEnd.getTime() + minutes * 60_000).toISOString();
  const row = (name: string, ip: string, more: object): object => ({
    TimeGenerated: at(-180),
    IndicatorId: `indicator--00000000-0000-5000-8000-${Buffer.from(name.padEnd(6)).toString('hex')}`,
    SourceSystem: 'ThreatConnect-Earlier',
    IndicatorProvider: 'Example Source',
    Active: true,
    ExpirationDateTime: at(10 * 24 * 60),
    ConfidenceScore: 90,
    ThreatSeverity: 4,
    ThreatType: 'malicious-activity',
    Description: `Sample indicator: ${name}.`,
    Action: 'alert',
    PassiveOnly: false,
    NetworkIP: ip,
    ...more,
  });
  return [
    row('expird', HARMLESS.expired, { ExpirationDateTime: at(-10) }),
    row('inactv', HARMLESS.inactive, { Active: false }),
    row('revokd', HARMLESS.revoked, {}),
    row('revokd', HARMLESS.revoked, { TimeGenerated: at(-120), Active: false }),
    row('foregn', HARMLESS.foreign, { SourceSystem: 'Microsoft Sentinel' }),
  ];
}

/** ISO 8601 with whole seconds, as the API writes times. */
function seconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
