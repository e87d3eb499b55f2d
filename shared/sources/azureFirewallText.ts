/** The text of Azure Firewall's legacy logs (`msg`), taken apart from the left by its fixed words, its tail by labels. */

export interface FirewallText {
  /** `TCP`, `ICMP Type=8` …. */
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: string;
  /** An address, or a name in HTTP rules of threat intelligence. */
  readonly destination: string;
  readonly destinationPort: string;
  readonly translated: string;
  readonly translatedPort: string;
  readonly action: string;
  /** What follows the action, by label: `Rule`, `Rule Collection`, `Policy`, `Signature`, `ThreatIntel`, `Url` …. */
  readonly parts: ReadonlyMap<string, string>;
}

const REQUEST =
  /^(\S{1,20}(?: Type=\d{1,3})?) request from (\S{1,300}?)(?::(\d{0,5}))? to (\S{1,300}?)(?::(\d{0,5}))?(?:\.(?=\s|$)|(?= was )|\s*$)/;
const TRANSLATION = /was DNAT'ed to (\S{1,100}?)(?::(\d{0,5}))?(?:\.(?=\s|$)|\s|$)/;
const LABELS = [
  'Action',
  'Url',
  'ThreatIntel',
  'Signature',
  'IDS',
  'Priority',
  'Classification',
  'Policy',
  'Rule Collection Group',
  'Rule Collection',
  'Rule',
  'Reason',
];
const LABEL = new RegExp(`(?:^|\\.{1,2}) {0,2}(${LABELS.join('|')}): `, 'g');

/** Without brackets around an IPv6 address. */
function bare(address: string): string {
  return address.startsWith('[') ? address.replace(/^\[|\]$/g, '') : address;
}

/** @returns undefined for a text that tells of no request. */
export function parseFirewallText(text: string): FirewallText | undefined {
  const request = REQUEST.exec(text);
  if (request === null) return undefined;
  const [all, protocol = '', source = '', sourcePort = '', destination = '', destinationPort = ''] = request;
  const rest = text.slice(all.length);
  const translation = TRANSLATION.exec(rest);
  const parts = new Map<string, string>();
  const found = [...rest.matchAll(LABEL)];
  for (const [index, match] of found.entries()) {
    const from = match.index + match[0].length;
    const value = rest.slice(from, found[index + 1]?.index).replace(/[\s.]+$/, '');
    parts.set(match[1] ?? '', value.trim());
  }
  return {
    protocol,
    source: bare(source),
    sourcePort,
    destination: bare(destination),
    destinationPort,
    translated: bare(translation?.[1] ?? ''),
    translatedPort: translation?.[2] ?? '',
    action: parts.get('Action') ?? '',
    parts,
  };
}
