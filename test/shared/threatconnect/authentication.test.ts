import { describe, expect, it } from 'vitest';
import { authenticationHeaders } from '../../../shared/threatconnect/authentication';

const HMAC = {
  kind: 'hmac',
  accessId: '12345678901234567890',
  secretKey: 'example-secret-key-0123456789ABCDEF',
} as const;
const AT = new Date(1_750_000_000_000);
const WINDOW_PAGE =
  '/api/v3/indicators?tql=ownerName%20IN%20(%22Example%20Org%22%2C%22Example%20Source%22)%20and%20lastModified%20GEQ%20%222025-06-14T00%3A00%3A00Z%22%20and%20lastModified%20LT%20%222025-06-15T05%3A55%3A00Z%22%20and%20id%20GT%20891599&fields=tags&fields=securityLabels&fields=externalDates&fields=sightings&sorting=id%20asc&resultStart=0&resultLimit=1000';

/** Computed with OpenSSL, independently of this code. */
const VECTORS: readonly (readonly [string, string, string])[] = [
  ['GET', '/api/v3/security/owners', 'bP5dFKz6weWh/SQof05KBXt1nZy2uXSM/EXtLtmyjKk='],
  ['PUT', '/api/v3/indicators/75?fields=observations', 'fnyw2tPuE8oY5ZVaoH6l/2OcmInUowg5EU1o//Us7ak='],
  [
    'GET',
    '/api/v3/indicators/deleted?owner=Example%20Org&deletedSince=2025-06-14T00%3A00%3A00Z',
    '9PMmwR2zTDehe83h3T7i92sY/LE2XgxUjKvPKEJvUts=',
  ],
  [
    'GET',
    '/api/v3/indicators?tql=typeName%20in%20(%22Address%22%2C%20%22Host%22)&resultLimit=100',
    'VEN91AGP+1Of3RKcTgIoJ+DdwyyGwaEDood8RnYjKk0=',
  ],
  ['GET', WINDOW_PAGE, 'zLgk44aiV9vXyieRzfK2/zlP1ohasxy47Y9RnMnNhag='],
];

describe('authenticationHeaders', () => {
  it.each(VECTORS)('signs %s %s', (method, target, signature) => {
    expect(authenticationHeaders(HMAC, method, new URL(`https://tc.example.com${target}`), AT)).toEqual({
      Timestamp: '1750000000',
      Authorization: `TC 12345678901234567890:${signature}`,
    });
  });

  it('sends a token as it is, without a signature', () => {
    const token = { kind: 'token', token: 'APIV2:430:c8mTcH:1234567890123:abc=' } as const;
    expect(authenticationHeaders(token, 'GET', new URL('https://tc.example.com/api/v3/indicators'), AT)).toEqual({
      Authorization: 'TC-Token APIV2:430:c8mTcH:1234567890123:abc=',
    });
  });
});
