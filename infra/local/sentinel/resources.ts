/** What the stand-in keeps: incidents, bookmarks, comments, relations, with ETags that change with every write. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export type ResourceType = 'incidents' | 'bookmarks' | 'comments' | 'relations';
export type Properties = Record<string, unknown>;

export interface Resource {
  readonly id: string;
  readonly name: string;
  /** For comments and relations: the id of their incident. */
  readonly parent: string | undefined;
  readonly type: ResourceType;
  readonly etag: string;
  readonly properties: Properties;
}

interface Content {
  readonly lastNumber: number;
  readonly resources: readonly Resource[];
}

/** Resources by their lower-case id, kept in a JSON file when one is given. */
export class Resources {
  private readonly byId = new Map<string, Resource>();
  private lastNumber = 0;

  constructor(private readonly file: string | undefined) {
    if (file === undefined || !existsSync(file)) return;
    const content = JSON.parse(readFileSync(file, 'utf8')) as Content;
    this.lastNumber = content.lastNumber;
    for (const resource of content.resources) this.byId.set(resource.id.toLowerCase(), resource);
  }

  get(id: string): Resource | undefined {
    return this.byId.get(id.toLowerCase());
  }

  /** In the order of their creation. */
  all(type: ResourceType, under: (resource: Resource) => boolean = () => true): Resource[] {
    return [...this.byId.values()].filter((resource) => resource.type === type && under(resource));
  }

  put(resource: Omit<Resource, 'etag'>): Resource {
    const stored = { ...resource, etag: `"${randomUUID()}"` };
    this.byId.set(resource.id.toLowerCase(), stored);
    this.save();
    return stored;
  }

  /** With what hangs on it. */
  delete(id: string): void {
    const key = id.toLowerCase();
    this.byId.delete(key);
    for (const [other, { parent, properties }] of this.byId) {
      const related = properties.relatedResourceId;
      if (parent?.toLowerCase() === key || (typeof related === 'string' && related.toLowerCase() === key))
        this.byId.delete(other);
    }
    this.save();
  }

  nextNumber(): number {
    return ++this.lastNumber;
  }

  private save(): void {
    if (this.file === undefined) return;
    const content: Content = { lastNumber: this.lastNumber, resources: [...this.byId.values()] };
    writeFileSync(`${this.file}.new`, JSON.stringify(content));
    renameSync(`${this.file}.new`, this.file);
  }
}
