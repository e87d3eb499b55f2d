/** A Windows event (Sysmon for Linux writes the same form), whoever shipped it. All values are texts, '' where the event has none. */
export interface WindowsEvent {
  readonly provider: string;
  readonly channel: string;
  readonly eventId: string;
  /** ISO 8601, or what the shipper makes of it. */
  readonly timeCreated: string;
  readonly eventRecordId: string;
  readonly computer: string;
  /** EventData by name; values without a name by their place from '0'. */
  readonly data: ReadonlyMap<string, string>;
}
