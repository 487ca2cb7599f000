/** Alarms, in the form that preflight asks for them. */
import { ALARMS_PER_CALL, observeAlarms } from '../alarms.ts';
import type { Lookup } from './lookup.ts';

export const alarms: Lookup<'alarm'> = {
  most: ALARMS_PER_CALL,
  saysAbsent: () => false,
  async ask(clients, region, ids, abortSignal) {
    const seen = await observeAlarms(clients, region, ids, abortSignal);
    return new Map(seen.map(({ name, state, reason }) => [name, { state, reason }]));
  },
};
