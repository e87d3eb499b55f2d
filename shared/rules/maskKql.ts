/** KQL with the inside of strings and comments blanked, same length: for looking at its words only. */
const TEXT_OR_COMMENT =
  /\/\/[^\n]*|```[\s\S]*?```|~~~[\s\S]*?~~~|@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;

export function maskTextAndComments(kql: string): string {
  return kql.replaceAll(TEXT_OR_COMMENT, (match) => match.replaceAll(/[^\n]/g, ' '));
}
