import { ManagedIdentityCredential } from '@azure/identity';
import { afterEach, describe, expect, it } from 'vitest';
import { type Identity, startIdentity } from '../../../../infra/local/identity/identity';

let identity: Identity | undefined;

afterEach(async () => {
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  await identity?.close();
});

describe('startIdentity', () => {
  it('gives ManagedIdentityCredential a token that names its audience and end', async () => {
    identity = await startIdentity({ port: 0 });
    process.env.IDENTITY_ENDPOINT = identity.endpoint;
    process.env.IDENTITY_HEADER = identity.header;
    for (const credential of [
      new ManagedIdentityCredential(),
      new ManagedIdentityCredential({ clientId: '11111111-2222-3333-4444-555555555555' }),
    ]) {
      const token = await credential.getToken('https://monitor.azure.com/.default');
      const [, claims = ''] = token?.token.split('.') ?? [];
      const { aud, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString());
      expect({ aud, iss }).toEqual({ aud: 'https://monitor.azure.com', iss: 'urn:flowtrap:local' });
      expect(exp * 1000).toBe(token?.expiresOnTimestamp);
      expect(exp * 1000).toBeGreaterThan(Date.now() + 3600_000);
    }
  });

  it('refuses who does not know the header, and what it does not understand', async () => {
    identity = await startIdentity({ port: 0 });
    const { endpoint, header } = identity;
    const ask = async (query: string, value?: string): Promise<number> => {
      const headers: Record<string, string> = value === undefined ? {} : { 'X-IDENTITY-HEADER': value };
      return (await fetch(`${endpoint}?${query}`, { headers })).status;
    };
    const good = 'api-version=2019-08-01&resource=https://monitor.azure.com';
    expect(await ask(good, header)).toBe(200);
    expect(await ask(good)).toBe(401);
    expect(await ask(good, 'wrong')).toBe(401);
    expect(await ask('api-version=2017-09-01&resource=x', header)).toBe(400);
    expect(await ask('api-version=2019-08-01', header)).toBe(400);
  });
});
