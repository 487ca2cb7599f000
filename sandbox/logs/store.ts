/**
 * Log groups, their streams and events. Owns: what was logged; of each stream the last events, so that a container
 * which logs for ever fills nothing.
 */
import type { Region } from '../world.ts';

/** Kept per stream. */
const MAX_EVENTS = 10_000;

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** By name. */
  readonly streams: Map<string, LogStream>;
}

export interface LogStream {
  readonly group: LogGroup;
  readonly name: string;
  readonly createdAt: number;
  /** Oldest first. */
  readonly events: LogEvent[];
  /** Events so far, kept or not. */
  written: number;
}

export interface LogEvent {
  /** From 0, never given twice in its stream. */
  readonly number: number;
  /** ms. */
  readonly timestamp: number;
  readonly message: string;
}

/** By name. */
export function groupsOf(region: Region): Map<string, LogGroup> {
  return region.part(givenGroups);
}

function givenGroups(region: Region): Map<string, LogGroup> {
  const groups = new Map<string, LogGroup>();
  for (const name of region.scenario.given.logGroups ?? []) groups.set(name, newGroup(region, name));
  return groups;
}

export function newGroup(region: Region, name: string): LogGroup {
  return { name, arn: region.arn('logs', `log-group:${name}`), createdAt: Math.round(region.now), streams: new Map() };
}

export function addGroup(region: Region, name: string): LogGroup {
  const group = newGroup(region, name);
  groupsOf(region).set(name, group);
  return group;
}

export function hasLogGroup(region: Region, name: string): boolean {
  return groupsOf(region).has(name);
}

/** Writes lines; group and stream come to be with their first one. */
export function writeLog(region: Region, groupName: string, streamName: string, lines: readonly string[]): void {
  // Whole milliseconds, as the protocol has them.
  const timestamp = Math.round(region.now);
  const group = groupsOf(region).get(groupName) ?? addGroup(region, groupName);
  const stream = group.streams.get(streamName) ?? {
    group,
    name: streamName,
    createdAt: timestamp,
    events: [],
    written: 0,
  };
  group.streams.set(streamName, stream);
  for (const message of lines) stream.events.push({ number: stream.written++, timestamp, message });
  stream.events.splice(0, stream.events.length - MAX_EVENTS);
}
