/** Cuts a byte stream into lines of text; a line longer than the limit is given in parts, so memory stays bounded. */
import type { Readable } from 'node:stream';

const LIMIT = 8192;

export function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') take(line.replace(/\r$/, ''));
    while (rest.length > LIMIT) {
      take(rest.slice(0, LIMIT));
      rest = rest.slice(LIMIT);
    }
  });
  stream.on('end', () => {
    if (rest.trim() !== '') take(rest);
  });
}
