/** Since when flow logs are ours to read. */
import { FlowtrapError } from '../errors';
import type { FlowDependencies } from './flowReport';

const STATE_KEY = 'flows/start';
const BEFORE_FIRST_RUN = 86_400_000;

/** FLOW_START, or 24 hours before the first run, which is kept in state. */
export async function flowStart({
  settings,
  state,
  clock,
}: Pick<FlowDependencies, 'settings' | 'state' | 'clock'>): Promise<Date> {
  if (settings.start !== undefined) return settings.start;
  const stored = await state.get<{ start: string }>(STATE_KEY);
  if (stored !== undefined) return new Date(stored.value.start);
  const start = new Date(clock.now().getTime() - BEFORE_FIRST_RUN);
  try {
    await state.put(STATE_KEY, { start: start.toISOString() }, { ifMatch: 'absent' });
    return start;
  } catch (error) {
    if (!(error instanceof FlowtrapError && error.code === 'conflict')) throw error;
    const other = await state.get<{ start: string }>(STATE_KEY);
    return other === undefined ? start : new Date(other.value.start);
  }
}
