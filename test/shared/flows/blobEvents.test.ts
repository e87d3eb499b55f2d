/** Messages of the blob queue, friendly and hostile. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBlobName, parseBlobAddress, readBlobMessage } from '../../../shared/flows/blobEvents';
import { checkpointKey } from '../../../shared/flows/checkpoint';
import { watchedContainer } from '../../../shared/flows/watched';
import { parseNetworks } from '../../../shared/networks';

const TYPE = 'Microsoft.Storage.BlobCreated';
const event = (url: string, more: object = {}) => ({
  eventType: TYPE,
  subject: '/s',
  data: { api: 'PutBlob', url },
  ...more,
});
const address = (account: string, container: string, name: string) => [
  { kind: 'blob', blob: { account, container, name }, fromStart: false, allowLate: false },
];

describe('a message', () => {
  it('is an Event Grid event, a CloudEvent, a list of them, or their text', () => {
    const url = 'https://account1.blob.core.windows.net/logs/a/b%20c/%C3%BC=1.log';
    const expected = address('account1', 'logs', 'a/b c/ü=1.log');
    expect(readBlobMessage(event(url))).toEqual(expected);
    const cloud = { specversion: '1.0', type: TYPE, source: '/subscriptions/s', data: { url } };
    expect(readBlobMessage(cloud)).toEqual(expected);
    expect(readBlobMessage([event(url), cloud])).toEqual([...expected, ...expected]);
    expect(readBlobMessage(JSON.stringify([event(url)]))).toEqual(expected);
  });

  it('names the account in the host, in the path on loopback, or in its topic', () => {
    expect(readBlobMessage(event('http://127.0.0.1:10000/devstoreaccount1/logs/x'))).toEqual(
      address('devstoreaccount1', 'logs', 'x'),
    );
    expect(readBlobMessage(event('https://account1.dfs.core.windows.net/logs/x'))).toEqual(
      address('account1', 'logs', 'x'),
    );
    const topic = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/Account2';
    expect(readBlobMessage(event('https://files.example.com/logs/x', { topic }))).toEqual(
      address('account2', 'logs', 'x'),
    );
  });

  it('is our own, with what it asks for', () => {
    const message = {
      kind: 'blob',
      account: 'account1',
      container: 'logs',
      name: 'x',
      fromStart: true,
      allowLate: 'yes',
    };
    expect(readBlobMessage(message)).toEqual([
      { kind: 'blob', blob: { account: 'account1', container: 'logs', name: 'x' }, fromStart: true, allowLate: false },
    ]);
  });

  it('about something else is told apart', () => {
    expect(readBlobMessage({ eventType: 'Microsoft.Storage.BlobDeleted' })).toEqual([
      { kind: 'otherEvent', type: 'Microsoft.Storage.BlobDeleted' },
    ]);
  });

  it.each([
    ['no JSON', 'hello'],
    ['null', null],
    ['a number', 7],
    ['an empty list', []],
    ['no url', { eventType: TYPE, data: {} }],
    ['no data', { eventType: TYPE, data: null }],
    ['no blob in the url', event('https://account1.blob.core.windows.net/logs')],
    ['another scheme', event('file:///logs/x')],
    ['a broken escape', event('https://account1.blob.core.windows.net/logs/%zz')],
    ['a way out of the container', event('https://account1.blob.core.windows.net/logs/../flowtrap-state/x')],
    ['a way out, escaped', event('https://account1.blob.core.windows.net/logs/%2e%2e/flowtrap-state/x')],
    ['a way out, by backslash', event('https://account1.blob.core.windows.net/logs/a%5C..%5C..%5Cx')],
    ['a strange container', event('https://account1.blob.core.windows.net/LOGS/x')],
    ['a name too long', { kind: 'blob', account: 'account1', container: 'logs', name: 'x'.repeat(1025) }],
    ['a lone surrogate', { kind: 'blob', account: 'account1', container: 'logs', name: '\ud800' }],
  ])('with %s is a problem that quotes it', (_name, message) => {
    const [request] = readBlobMessage(message);
    expect(request).toMatchObject({ kind: 'malformed', problem: expect.stringContaining('cannot be used') });
  });

  it('of any make never throws, and never names a blob that a URL could take for another', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.webUrl({ withFragments: true }).map((url) => event(url)),
          fc.string(),
        ),
        (message) => {
          for (const request of readBlobMessage(message)) {
            if (request.kind !== 'blob') continue;
            const { container, name } = request.blob;
            const url = new URL(`https://h/${container}/${name.split('/').map(encodeURIComponent).join('/')}`);
            expect(decodeURIComponent(url.pathname)).toBe(`/${container}/${name}`);
          }
        },
      ),
    );
  });
});

describe('an address in a request', () => {
  it('is account/container/name', () => {
    expect(parseBlobAddress('account1/logs/a/b c')).toEqual({ account: 'account1', container: 'logs', name: 'a/b c' });
    for (const bad of ['', 'account1/logs', 'account1/logs/', 'a/logs/x', 'account1/logs/../x'])
      expect(() => parseBlobAddress(bad)).toThrow(/account\/container\/name/);
  });

  it('with any name that passes keeps its own checkpoint', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 1024 }),
        fc.string({ minLength: 1, maxLength: 1024 }),
        (a, b) => {
          if (a === b || !isBlobName(a) || !isBlobName(b)) return;
          const key = (name: string) => checkpointKey({ account: 'account1', container: 'logs', name });
          expect(key(a)).not.toBe(key(b));
          expect(key(a).length).toBeLessThanOrEqual(1000);
        },
      ),
    );
  });
});

describe('watching', () => {
  it('takes the entry with the longest prefix', () => {
    const entry = (prefix: string, source?: string) => ({ account: 'account1', container: 'logs', prefix, source });
    const settings = {
      containers: [entry('', 'all'), entry('aws/', 'awsVpc'), entry('aws')],
      start: undefined,
      internalNetworks: parseNetworks([]),
    };
    const of = (name: string, container = 'logs') =>
      watchedContainer(settings, { account: 'account1', container, name });
    expect(of('aws/x')?.source).toBe('awsVpc');
    expect(of('awsx')?.source).toBeUndefined();
    expect(of('x')?.source).toBe('all');
    expect(of('x', 'other')).toBeUndefined();
  });
});
