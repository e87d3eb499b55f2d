import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SOURCES } from '../../../shared/sources';
import { kindsOf, normalizeAll, open, sessionsOf } from './normalizing';

const AWS = '2 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445640 ACCEPT OK';

describe('a line without any time', () => {
  it('is as old as its blob', () => {
    const line =
      '%ASA-2-106001: Inbound TCP connection denied from 203.0.113.9/2257 to 10.0.1.5/80 flags SYN  on interface outside\n';
    expect(sessionsOf(normalizeAll(line)).map((session) => session.TimeGenerated)).toEqual([
      '2026-03-02T12:00:00.000Z',
    ]);
  });
});

describe('recognition', () => {
  it.each([
    ['text', 'hello\nworld\n', 'it begins with "hello"'],
    ['another JSON', '{"a":1}\n{"b":2}\n', 'it begins with "{\\"a\\":1}"'],
    ['gzip', gzipSync('x'), 'it looks like gzip'],
    ['UTF-16', Buffer.from('\ufeffa\n', 'utf16le'), 'it looks like UTF-16 text'],
    ['a line without end', Buffer.alloc(2_000_000, 'x'), 'it begins with "xxx'],
    ['many lines', 'nobody knows this\n'.repeat(1000), 'it begins with "nobody knows this"'],
  ])('refuses %s whole, naming the blob, its first bytes and the fix', (_, content, message) => {
    const attempt = (): unknown => normalizeAll(content, { name: 'some/blob' });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(/^logs\/files\/some\/blob: .*azureVnet, azureNsg, awsVpc, paloAltoPanOs/);
    expect(attempt).toThrow(expect.objectContaining({ code: 'unknownFormat' }) as Error);
  });

  it('escapes what it shows', () => {
    expect(() => normalizeAll('\u0007\u001b[2J evil\n')).toThrow('it begins with "\\u0007\\u001b[2J evil"');
  });

  it.each(['', '\n \n', '{"records":[]}', '[]', '\ufeff'])('finds no record in %j, which is well', (content) => {
    expect(normalizeAll(content)).toEqual([]);
  });

  it('keeps what stands before the first record that it knows', () => {
    expect(kindsOf(normalizeAll(`a comment\n${AWS}\n`))).toEqual(['dead:noSource', 'session']);
  });

  it('does not refuse what a pinned source or the path vouches for', () => {
    expect(kindsOf(normalizeAll('junk line here\n', { source: 'awsVpc' }))).toEqual(['dead:tooFewFields']);
    expect(kindsOf(normalizeAll('{"x":1}', { container: 'insights-logs-flowlogflowevent' }))).toEqual([
      'dead:noSource',
    ]);
  });

  it('names the source once it is known', () => {
    const normalizer = open();
    expect(normalizer.source).toBeUndefined();
    expect([...normalizer.feed(Buffer.from(`${AWS}\n`))].length).toBe(1);
    expect(normalizer.source).toBe('awsVpc');
    [
      ...normalizer.feed(
        Buffer.from('CEF:0|Palo Alto Networks|PAN-OS|1|end|TRAFFIC|1|src=10.0.0.1 dst=10.0.0.2 start=1772445612000\n'),
      ),
    ];
    expect(normalizer.source).toBe('mixed');
  });

  it('refuses a source that does not exist and a resume point of another make', () => {
    expect(() => open({ source: 'nonsense' })).toThrow(expect.objectContaining({ code: 'configuration' }) as Error);
    for (const memory of [null, 7, {}, { format: 'yaml' }]) {
      expect(() => open({ resume: { offset: 5, memory } })).toThrow(
        expect.objectContaining({ code: 'malformed' }) as Error,
      );
    }
  });

  it('resumes at the beginning without a memory', () => {
    expect(kindsOf(normalizeAll(AWS, { resume: { offset: 0, memory: null } }))).toEqual(['session']);
  });

  it('holds nothing back that it cannot read again: the resume point stays before unrecognised content', () => {
    const normalizer = open();
    expect([...normalizer.feed(Buffer.from('a comment\n'))]).toEqual([]);
    expect(normalizer.resumePoint()).toEqual({ offset: 0, memory: null });
  });

  it('makes outcomes while they are taken', () => {
    const normalizer = open();
    const iterator = normalizer.feed(Buffer.from(`${AWS}\n`.repeat(1000)))[Symbol.iterator]();
    iterator.next();
    iterator.next();
    expect(normalizer.resumePoint().offset).toBe(2 * (AWS.length + 1));
  });

  it('gives each source an id of its own', () => {
    expect(new Set(SOURCES.map((source) => source.id)).size).toBe(SOURCES.length);
    for (const { id } of SOURCES) expect(id).toMatch(/^[A-Za-z][A-Za-z0-9]{1,60}$/);
  });
});
