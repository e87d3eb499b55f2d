/** The Incidents port over the Sentinel API of Azure Resource Manager. */
import { FlowtrapError } from '../errors';
import type { Bookmark, Incident, IncidentStatus, Incidents, Severity } from '../ports';
import { SentinelClient, type SentinelOptions } from './sentinelClient';

/** Properties that people set. PUT replaces an incident, so they are sent again as they were read. */
const KEPT = ['classification', 'classificationReason', 'classificationComment', 'owner'] as const;

/** @throws FlowtrapError see the port. */
export function createSentinelIncidents(options: SentinelOptions): Incidents {
  const client = new SentinelClient(options);
  const incidentPath = (id: string): string => `${client.root}/incidents/${encodeURIComponent(id)}`;
  const bookmarkPath = (id: string): string => `${client.root}/bookmarks/${encodeURIComponent(id)}`;

  /** Writes over whatever is there: ids are computed, so what is there is ours. */
  const overwrite = async (path: string, properties: object): Promise<void> => {
    try {
      await client.put(path, { properties });
    } catch (error) {
      if (!(error instanceof FlowtrapError) || error.code !== 'conflict') throw error;
      const existing = await client.get(path);
      await client.put(path, { etag: existing?.etag, properties });
    }
  };

  return {
    async get(id) {
      const body = await client.get(incidentPath(id));
      return body && { incident: readIncident(body, id), etag: textOf(body.etag) };
    },
    async put(id, incident, etag) {
      const body = await client.put(incidentPath(id), {
        ...(etag === undefined ? {} : { etag }),
        properties: writeIncident(incident),
      });
      return textOf(body.etag);
    },
    async getBookmark(id) {
      const body = await client.get(bookmarkPath(id));
      return body && readBookmark(propertiesOf(body));
    },
    putBookmark: (id, bookmark) => overwrite(bookmarkPath(id), bookmark),
    async relations(incidentId) {
      const names: string[] = [];
      for await (const { name } of client.list(`${incidentPath(incidentId)}/relations`)) names.push(textOf(name));
      return names;
    },
    relate: (incidentId, bookmarkId) =>
      overwrite(`${incidentPath(incidentId)}/relations/${encodeURIComponent(bookmarkId)}`, {
        relatedResourceId: bookmarkPath(bookmarkId),
      }),
    async comments(incidentId) {
      const messages = new Map<string, string>();
      for await (const comment of client.list(`${incidentPath(incidentId)}/comments`))
        messages.set(textOf(comment.name), textOf(propertiesOf(comment).message));
      return messages;
    },
    putComment: (incidentId, commentId, message) =>
      overwrite(`${incidentPath(incidentId)}/comments/${encodeURIComponent(commentId)}`, { message }),
  };
}

function writeIncident({ labels, kept, ...incident }: Incident): object {
  return { ...kept, ...incident, labels: labels.map((labelName) => ({ labelName })) };
}

function readIncident(body: Record<string, unknown>, id: string): Incident {
  const properties = propertiesOf(body);
  const { title, severity, status, labels } = properties;
  if (typeof title !== 'string' || typeof severity !== 'string' || typeof status !== 'string') {
    throw new FlowtrapError('unavailable', 'Sentinel answered without title, severity or status.', {
      subject: `incident ${id}`,
    });
  }
  return {
    title,
    description: textOf(properties.description),
    severity: severity as Severity,
    status: status as IncidentStatus,
    firstActivityTimeUtc: textOf(properties.firstActivityTimeUtc),
    lastActivityTimeUtc: textOf(properties.lastActivityTimeUtc),
    labels: (Array.isArray(labels) ? labels : []).flatMap((label: unknown) => {
      const name = (label as { labelName?: unknown } | null)?.labelName;
      return typeof name === 'string' ? [name] : [];
    }),
    kept: Object.fromEntries(
      KEPT.flatMap((name) => {
        const value = withoutNulls(properties[name]);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

/** The service shows an owner that nobody is as an object of nulls, and does not take it back. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function readBookmark(properties: Record<string, unknown>): Bookmark {
  return {
    displayName: textOf(properties.displayName),
    query: textOf(properties.query),
    queryResult: textOf(properties.queryResult),
    notes: textOf(properties.notes),
    eventTime: textOf(properties.eventTime),
    queryStartTime: textOf(properties.queryStartTime),
    queryEndTime: textOf(properties.queryEndTime),
    labels: Array.isArray(properties.labels) ? properties.labels.filter((label) => typeof label === 'string') : [],
  };
}

function propertiesOf(body: Record<string, unknown>): Record<string, unknown> {
  const { properties } = body;
  return typeof properties === 'object' && properties !== null ? (properties as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
