/** The stand-in for Microsoft Sentinel's incidents. */
export type { Fault } from './faults';
export type { Sentinel, SentinelOptions, SentinelSnapshot, SnapshotIncident } from './sentinel';
export { startSentinel } from './sentinel';
