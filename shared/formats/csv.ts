/** Cells of CSV as RFC 4180 has it: quotes, doubled quotes, line ends inside of quotes. */

const MAX_FIELDS = 2000;

/** The cells of one record; undefined when a quote stays open or there are too many. */
export function splitCsv(line: string, delimiter = ','): string[] | undefined {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (cells.length >= MAX_FIELDS) return undefined;
    if (line[at] === '"') {
      let text = '';
      for (;;) {
        const quote = line.indexOf('"', at + 1);
        if (quote < 0) return undefined;
        text += line.slice(at + 1, quote);
        at = quote + 1;
        if (line[at] !== '"') break;
        text += '"';
      }
      const next = line.indexOf(delimiter, at);
      cells.push(text + line.slice(at, next < 0 ? undefined : next));
      if (next < 0) return cells;
      at = next + 1;
    } else {
      const next = line.indexOf(delimiter, at);
      cells.push(line.slice(at, next < 0 ? undefined : next));
      if (next < 0) return cells;
      at = next + 1;
    }
  }
}
