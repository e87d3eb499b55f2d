/** KQL against the stack's Log Analytics, rows as objects. */
import { FlowtrapError } from '../../../shared/errors';
import type { StackFile } from './stackFile';

export type LogRow = Readonly<Record<string, string | number | boolean | null>>;

/** Local tokens are not signed; the service looks at their shape only. */
export async function localToken(
  file: Pick<StackFile, 'identityEndpoint' | 'identityHeader'>,
  audience: string,
): Promise<string> {
  const url = `${file.identityEndpoint}?api-version=2019-08-01&resource=${encodeURIComponent(audience)}`;
  const answer = await fetch(url, { headers: { 'x-identity-header': file.identityHeader } });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** @throws FlowtrapError `malformed` with the service's message. */
export async function queryLogs(file: StackFile, kql: string): Promise<LogRow[]> {
  const token = await localToken(file, 'https://api.loganalytics.io');
  const answer = await fetch(`${file.logAnalyticsUrl}/v1/workspaces/${file.workspaceId}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: kql }),
  });
  const body = await answer.text();
  if (!answer.ok)
    throw new FlowtrapError('malformed', `Log Analytics answered ${answer.status}: ${body.slice(0, 1000)}`, {
      subject: kql,
    });
  const { tables } = JSON.parse(body) as {
    tables: { columns: { name: string }[]; rows: (string | number | boolean | null)[][] }[];
  };
  const table = tables[0];
  return (table?.rows ?? []).map((row) =>
    Object.fromEntries((table?.columns ?? []).map(({ name }, i) => [name, row[i] ?? null])),
  );
}
