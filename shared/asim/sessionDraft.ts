/**
 * What a mapping says of a session, before it is completed (completeSession.ts): values as the log has them, checked and brought
 * into the schema's forms there. Enumerated values are exact already: choosing them is what a mapping is for.
 */
import type { ENUMERATIONS } from './enumerations';
import type { FieldName, NETWORK_SESSION_FIELDS } from './networkSessionFields';

type Definition = typeof NETWORK_SESSION_FIELDS;
type LooseOfType = {
  /** Empty is absent. */
  string: string;
  /** Digits, or a number. */
  int: number | string;
  long: number | string;
  real: number | string;
  boolean: boolean;
  /** Empty members are left out. */
  dynamic: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  datetime: number;
};
type LooseValue<F> = F extends { readonly values: infer E extends keyof typeof ENUMERATIONS }
  ? (typeof ENUMERATIONS)[E][number]
  : F extends { readonly type: infer T extends keyof LooseOfType }
    ? LooseOfType[T]
    : never;

/** Names of the fields that both ends have, without `Src` and `Dst`. */
type EndFieldOf<Name> = Name extends `Src${infer End}` ? (`Dst${End}` extends FieldName ? End : never) : never;
type EndFieldName = EndFieldOf<FieldName>;

/** One end's fields, by their names without `Src` or `Dst`. */
export type EndDraft = {
  readonly [Name in EndFieldName]?: LooseValue<Definition[`Src${Name}`]> | undefined;
};

/**
 * Fields of the session as far as the record tells them.
 * - `SrcHostname`, `DstHostname` and `DvcHostname` may be dotted names: domain, FQDN and DomainType are made of them. An address
 *   there counts as none (for Dvc it becomes DvcIpAddr when that is empty).
 * - `NetworkProtocol` is a name or a number in any spelling; what is none goes to AdditionalFields.
 * - `NetworkIcmpCode` is the ICMP type number (the schema's own odd naming); its name is looked up.
 * - Type fields beside names and ids (UsernameType, UserIdType, DvcIdType, AppType) need only be given where their default is wrong.
 * - `source` and `destination` are for logs that tell of a near and a far end: which is which is then decided once. A field that
 *   stands beside them by its whole name counts.
 * - `NetworkDirection` given stands; otherwise it follows from `stated` and the addresses.
 * - Both addresses are needed, but for an IDS event and an endpoint that listens (one is enough) and MAC addresses only (L2NetworkSession).
 * - Left to completing: TimeGenerated, schema version, Dvc, sums, results and severities that follow from DvcAction.
 */
export type SessionDraft = {
  readonly [Name in Exclude<FieldName, 'TimeGenerated' | 'EventSchemaVersion'>]?:
    | LooseValue<Definition[Name]>
    | undefined;
} & {
  /** What the record states relative to its device, to be refined by the addresses. */
  readonly stated?: 'Inbound' | 'Outbound' | undefined;
  readonly source?: EndDraft;
  readonly destination?: EndDraft;
};
