import { describe, expect, it } from 'vitest';
import { decodeIndicator } from '../../../shared/threatconnect/indicator';
import { type MappedIndicator, mapIndicator } from '../../../shared/threatconnect/indicatorRow';
import { INDICATOR_TABLE } from '../../../shared/threatconnect/indicatorTable';

const CONTEXT = {
  host: 'tc.example.com',
  sourceSystem: 'ThreatConnect-example',
  now: new Date('2025-06-15T06:00:00Z'),
};

const BEACON = {
  id: 891601,
  dateAdded: '2025-06-01T08:00:00Z',
  ownerId: 2,
  ownerName: 'Example Source',
  webLink: 'https://tc.example.com/#/details/indicators/891601',
  tags: {
    data: [
      { id: 11, name: 'C2', lastUsed: '2025-06-14T09:00:00Z' },
      { id: 475, name: 'Application Layer Protocol', techniqueId: 'T1071' },
    ],
  },
  securityLabels: { data: [{ id: 3, name: 'TLP:AMBER', color: 'FFC000', owner: 'System' }] },
  type: 'Address',
  lastModified: '2025-06-14T09:00:00Z',
  rating: 4.0,
  confidence: 85,
  source: 'Sandbox run 17',
  description: 'Beacon target.',
  summary: '203.0.113.45',
  privateFlag: false,
  active: true,
  activeLocked: false,
  ip: '203.0.113.45',
};

function map(change: object): MappedIndicator {
  const indicator = decodeIndicator({ ...BEACON, ...change });
  return indicator === undefined ? { skipped: 'malformedIndicator' } : mapIndicator(indicator, CONTEXT);
}

function row(change: object): Readonly<Record<string, unknown>> {
  const mapped = map(change);
  if ('skipped' in mapped) throw new Error(`skipped: ${mapped.skipped}`);
  return mapped.rows[0] ?? {};
}

describe('mapIndicator', () => {
  it('maps the worked example', () => {
    const { AdditionalInformation, ...rest } = row({});
    expect(rest).toEqual({
      TimeGenerated: '2025-06-15T06:00:00.000Z',
      IndicatorId: 'indicator--9e7ac22e-eaae-5de9-b46d-93258b4f3bad',
      ExternalIndicatorId: '891601',
      SourceSystem: 'ThreatConnect-example',
      IndicatorProvider: 'Example Source',
      Active: true,
      ExpirationDateTime: '2025-07-14T09:00:00.000Z',
      ConfidenceScore: 85,
      ThreatSeverity: 4,
      ThreatType: 'malicious-activity',
      Description: 'Beacon target.',
      Tags: '["C2","Application Layer Protocol"]',
      TrafficLightProtocolLevel: 'amber',
      Action: 'alert',
      PassiveOnly: false,
      NetworkIP: '203.0.113.45',
    });
    expect(JSON.parse(String(AdditionalInformation))).toEqual({
      tcType: 'Address',
      owner: 'Example Source',
      ownerId: 2,
      webLink: 'https://tc.example.com/#/details/indicators/891601',
      dateAdded: '2025-06-01T08:00:00Z',
      lastModified: '2025-06-14T09:00:00Z',
      private: false,
      source: 'Sandbox run 17',
    });
  });

  it('maps an IPv6 address without scores', () => {
    const upper = { id: 891602, ip: '2001:DB8:0:0:0:0:0:25', rating: undefined, confidence: undefined, tags: {} };
    const mapped = row({ ...upper, summary: upper.ip, securityLabels: {} });
    expect(mapped).toMatchObject({
      IndicatorId: 'indicator--4b72217a-1694-559f-99bf-72393f3dd191',
      NetworkIP: '2001:db8::25',
    });
    for (const absent of ['ConfidenceScore', 'ThreatSeverity', 'Tags', 'TrafficLightProtocolLevel']) {
      expect(mapped).not.toHaveProperty(absent);
    }
  });

  it('sends only columns that the table is declared with', () => {
    const columns = INDICATOR_TABLE.columns.map(({ name }) => name);
    expect(columns).toEqual(expect.arrayContaining(Object.keys(row({}))));
  });

  it.each([
    ['::ffff:203.0.113.45', '203.0.113.45'],
    [' 203.0.113.45 ', '203.0.113.45'],
    ['203.0.113.45/32', '203.0.113.45'],
    ['2001:0DB8:0000::0025/128', '2001:db8::25'],
  ])('writes %s as %s', (ip, canonical) => {
    expect(row({ ip })).toMatchObject({ NetworkIP: canonical });
  });

  it.each([
    ['203.0.113[.]45', 'malformedAddress'],
    ['203.0.113.045', 'malformedAddress'],
    ['203.0.113.45:443', 'malformedAddress'],
    ['203.0.113.0/24', 'malformedAddress'],
    ['fe80::1%eth0', 'malformedAddress'],
    ['', 'malformedAddress'],
    ['10.0.0.1', 'uselessAddress'],
    ['127.0.0.1', 'uselessAddress'],
    ['fe80::1', 'uselessAddress'],
    ['::ffff:192.168.1.1', 'uselessAddress'],
  ])('skips %j: %s', (ip, skipped) => {
    expect(map({ ip })).toEqual({ skipped });
  });

  it('skips other types by name, and what is no indicator at all', () => {
    expect(map({ type: 'Registry Key' })).toEqual({ skipped: 'type.Registry Key' });
    expect(map({ id: 'x' })).toEqual({ skipped: 'malformedIndicator' });
    expect(map({ ownerId: null })).toEqual({ skipped: 'malformedIndicator' });
  });

  it('keeps TLP:RED out, however it is spelled, and takes the strictest label', () => {
    const labels = (...names: string[]): object => ({ securityLabels: { data: names.map((name) => ({ name })) } });
    expect(map(labels('TLP:GREEN', 'TLP: RED'))).toEqual({ skipped: 'tlpRed' });
    expect(row(labels('TLP:GREEN', 'TLP:AMBER+STRICT', 'other'))).toMatchObject({ TrafficLightProtocolLevel: 'amber' });
    expect(row(labels('TLP:CLEAR'))).toMatchObject({ TrafficLightProtocolLevel: 'white' });
  });

  it('expires as ThreatConnect says, else 30 days after it was last modified or seen', () => {
    expect(row({ externalDateExpires: '2025-08-01T00:00:00Z' })).toMatchObject({
      Active: true,
      ExpirationDateTime: '2025-08-01T00:00:00.000Z',
    });
    expect(row({ lastSeen: '2025-06-15T00:00:00Z' })).toMatchObject({ ExpirationDateTime: '2025-07-15T00:00:00.000Z' });
    expect(row({ lastSeen: '9999-12-31T00:00:00Z' })).toMatchObject({ ExpirationDateTime: '2025-07-15T06:00:00.000Z' });
    expect(row({ externalDateExpires: '9999-12-31T00:00:00Z' })).toMatchObject({
      ExpirationDateTime: '2030-06-14T06:00:00.000Z',
    });
    expect(map({ lastModified: '2025-05-16T05:59:59Z' })).toEqual({ skipped: 'expired' });
    expect(row({ lastModified: '2025-05-16T06:00:01Z' })).toMatchObject({ Active: true });
  });

  it('revokes what is inactive or past its own expiry, under the same id', () => {
    const revoked = {
      IndicatorId: 'indicator--9e7ac22e-eaae-5de9-b46d-93258b4f3bad',
      NetworkIP: '203.0.113.45',
      Active: false,
      ExpirationDateTime: '2025-06-15T06:00:00.000Z',
    };
    expect(row({ active: false })).toMatchObject(revoked);
    expect(row({ externalDateExpires: '2025-06-15T05:00:00Z' })).toMatchObject(revoked);
  });

  it('survives odd members', () => {
    const mapped = row({
      rating: '2.50',
      confidence: '0',
      tags: { data: [null, { name: 7 }, { name: 'a\u0000b' }] },
      description: `<b>x</b>\u0007${'y'.repeat(3000)}`,
      securityLabels: null,
      dateAdded: '2025-06-01 08:00:00',
      source: 's'.repeat(5000),
    });
    expect(mapped).toMatchObject({ ThreatSeverity: 3, ConfidenceScore: 0, Tags: '["a b"]' });
    expect(String(mapped.Description)).toHaveLength(2000);
    const information = JSON.parse(String(mapped.AdditionalInformation));
    expect(information).toMatchObject({ tcType: 'Address', ownerId: 2 });
    expect(information).not.toHaveProperty('source');
    expect(information).not.toHaveProperty('dateAdded');
    expect(row({ rating: 0, confidence: 250 })).toMatchObject({ ConfidenceScore: 100 });
  });
});
