/** The operations of the Sentinel API that the stand-in knows, on one workspace. */
import { ArmError, badRequest, conflict, notFound } from './armError';
import { takeBookmark, takeComment, takeIncident, takeRelation } from './properties';
import type { Properties, Resource, Resources, ResourceType } from './resources';

const MOST_BOOKMARKS = 20;
const MOST_COMMENTS = 100;
const AUTHOR = { objectId: '00000000-0000-4000-8000-000000000002', name: 'Flowtrap (local)' };
const RELATION_NAME = /^[a-zA-Z0-9-]{3,63}$/;

export interface Call {
  readonly method: string;
  /** Segments behind `…/providers/Microsoft.SecurityInsights/`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  /** `/subscriptions/…/providers/Microsoft.SecurityInsights` */
  readonly root: string;
  /** Own address, for nextLink. */
  readonly url: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export class Operations {
  constructor(
    private readonly resources: Resources,
    private readonly now: () => Date,
  ) {}

  /** @throws ArmError */
  answer(call: Call): Reply {
    const [type, name, child, childName, ...rest] = call.segments;
    if (rest.length > 0) throw notFound(call.segments.join('/'));
    if (type === 'bookmarks') {
      if (child !== undefined) throw notFound(call.segments.join('/'));
      return name === undefined
        ? this.list(call, 'bookmarks', undefined)
        : this.one(call, 'bookmarks', name, undefined);
    }
    if (type !== 'incidents') throw notFound(call.segments.join('/'));
    if (name === undefined) return this.list(call, 'incidents', undefined);
    if (child === undefined) return this.one(call, 'incidents', name, undefined);
    const incident = this.resources.get(`${call.root}/incidents/${name}`);
    if (incident === undefined) throw notFound(name);
    if (call.method === 'POST' && childName === undefined) return this.related(incident, child);
    if (child !== 'comments' && child !== 'relations') throw notFound(call.segments.join('/'));
    return childName === undefined ? this.list(call, child, incident) : this.one(call, child, childName, incident);
  }

  private one(call: Call, type: ResourceType, name: string, parent: Resource | undefined): Reply {
    const id = `${parent?.id ?? call.root}/${type}/${name}`;
    const existing = this.resources.get(id);
    switch (call.method) {
      case 'GET':
        if (existing === undefined) throw notFound(name);
        return { status: 200, body: this.shown(existing) };
      case 'DELETE':
        if (existing === undefined) return { status: 204 };
        this.resources.delete(id);
        return { status: 200 };
      case 'PUT':
        return this.put(call, type, { id, name, existing, parent });
      default:
        throw new ArmError(405, 'MethodNotAllowed', `${call.method} is not allowed here.`);
    }
  }

  private put(
    { body, ifMatch }: Call,
    type: ResourceType,
    {
      id,
      name,
      existing,
      parent,
    }: { id: string; name: string; existing: Resource | undefined; parent: Resource | undefined },
  ): Reply {
    const { etag, properties } = (body ?? {}) as { etag?: unknown; properties?: unknown };
    if (typeof properties !== 'object' || properties === null)
      throw badRequest("Required property 'properties' not found in JSON.");
    const given = properties as Properties;
    const expected = ifMatch ?? etag;
    if (existing !== undefined && expected !== '*' && expected !== existing.etag) throw conflict(id);
    if (existing === undefined && expected !== undefined && expected !== '*') throw conflict(id);
    const taken = this.taken(type, name, given, existing, parent);
    const stored = this.resources.put({ id, name, type, parent: parent?.id, properties: taken });
    return { status: existing === undefined ? 201 : 200, body: this.shown(stored) };
  }

  private taken(
    type: ResourceType,
    name: string,
    given: Properties,
    existing: Resource | undefined,
    parent: Resource | undefined,
  ): Properties {
    const now = this.now().toISOString();
    switch (type) {
      case 'incidents':
        return {
          ...takeIncident(given),
          createdTimeUtc: existing?.properties.createdTimeUtc ?? now,
          lastModifiedTimeUtc: now,
          incidentNumber: existing?.properties.incidentNumber ?? this.resources.nextNumber(),
        };
      case 'bookmarks':
        return {
          ...takeBookmark(given),
          created: existing?.properties.created ?? now,
          createdBy: AUTHOR,
          updated: now,
          updatedBy: AUTHOR,
        };
      case 'comments':
        if (existing === undefined && this.childrenOf(parent, 'comments').length >= MOST_COMMENTS)
          throw badRequest(`The incident has ${MOST_COMMENTS} comments already.`);
        return {
          ...takeComment(given),
          createdTimeUtc: existing?.properties.createdTimeUtc ?? now,
          lastModifiedTimeUtc: now,
          author: AUTHOR,
        };
      case 'relations':
        return this.takenRelation(name, given, existing, parent);
    }
  }

  private takenRelation(
    name: string,
    given: Properties,
    existing: Resource | undefined,
    parent: Resource | undefined,
  ): Properties {
    if (!RELATION_NAME.test(name)) throw badRequest(`'${name.slice(0, 100)}' is no valid relation name.`);
    const { relatedResourceId } = takeRelation(given);
    const related = this.resources.get(String(relatedResourceId));
    if (related?.type !== 'bookmarks') throw badRequest(`The related resource '${relatedResourceId}' was not found.`);
    if (existing === undefined && this.childrenOf(parent, 'relations').length >= MOST_BOOKMARKS)
      throw badRequest(`The incident has ${MOST_BOOKMARKS} bookmarks already.`);
    return {
      relatedResourceId: related.id,
      relatedResourceName: related.name,
      relatedResourceType: 'Microsoft.SecurityInsights/bookmarks',
    };
  }

  private list({ root, query, url }: Call, type: ResourceType, parent: Resource | undefined): Reply {
    const under = `${parent?.id ?? root}/`.toLowerCase();
    const all = this.resources.all(
      type,
      (resource) => resource.parent === parent?.id && resource.id.toLowerCase().startsWith(under),
    );
    if (query.has('$filter')) throw badRequest("The stand-in knows no '$filter'.");
    const order = query.get('$orderby') ?? '';
    if (!/^(properties\/createdTimeUtc( asc| desc)?)?$/.test(order))
      throw badRequest(`Unknown $orderby '${order.slice(0, 100)}'.`);
    if (order.endsWith(' desc')) all.reverse();
    const top = Math.min(1000, Number(query.get('$top') ?? 1000));
    const skip = Number(query.get('$skipToken') ?? 0);
    if (!(top >= 1) || !(skip >= 0)) throw badRequest('$top or $skipToken is no number.');
    const next = new URLSearchParams(query);
    next.set('$skipToken', String(skip + top));
    return {
      status: 200,
      body: {
        value: all.slice(skip, skip + top).map((resource) => this.shown(resource)),
        ...(all.length > skip + top ? { nextLink: `${url}${parent?.id ?? root}/${type}?${next}` } : {}),
      },
    };
  }

  /** POST incidents/{id}/alerts, bookmarks, entities. An incident made by the API has no alerts and no entities. */
  private related(incident: Resource, kind: string): Reply {
    switch (kind) {
      case 'alerts':
        return { status: 200, body: { value: [] } };
      case 'entities':
        return { status: 200, body: { entities: [], metaData: [] } };
      case 'bookmarks': {
        const value = this.childrenOf(incident, 'relations').flatMap(({ properties }) => {
          const bookmark = this.resources.get(String(properties.relatedResourceId));
          return bookmark === undefined ? [] : [this.shown(bookmark)];
        });
        return { status: 200, body: { value } };
      }
      default:
        throw notFound(kind);
    }
  }

  private childrenOf(parent: Resource | undefined, type: ResourceType): Resource[] {
    return this.resources.all(type, (resource) => resource.parent === parent?.id);
  }

  private shown(resource: Resource): object {
    const { id, name, type, etag, properties, parent } = resource;
    const path = parent === undefined ? type : `incidents/${type}`;
    return {
      id,
      name,
      type: `Microsoft.SecurityInsights/${path}`,
      etag,
      properties: type === 'incidents' ? this.shownIncident(resource) : properties,
    };
  }

  private shownIncident(incident: Resource): Properties {
    const { properties } = incident;
    return {
      labels: [],
      ...properties,
      owner: {
        objectId: null,
        email: null,
        assignedTo: null,
        userPrincipalName: null,
        ...(properties.owner as object),
      },
      incidentUrl: `https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident${incident.id}`,
      providerName: 'Azure Sentinel',
      providerIncidentId: String(properties.incidentNumber),
      relatedAnalyticRuleIds: [],
      additionalData: {
        alertsCount: 0,
        bookmarksCount: this.childrenOf(incident, 'relations').length,
        commentsCount: this.childrenOf(incident, 'comments').length,
        alertProductNames: [],
        tactics: [],
      },
    };
  }
}
