/** Why Cisco ASA tore a connection down, and what that means for the session. */
import type { ValueOf } from '../asim/enumerations';

export interface Teardown {
  readonly result: 'Success' | 'Failure';
  readonly details?: ValueOf<'eventResultDetails'>;
  readonly action?: ValueOf<'dvcAction'>;
}

const ended: Teardown = { result: 'Success' };
const success = (details: ValueOf<'eventResultDetails'>): Teardown => ({ result: 'Success', details });
const failure = (details: ValueOf<'eventResultDetails'>, action?: ValueOf<'dvcAction'>): Teardown => ({
  result: 'Failure',
  details,
  ...(action !== undefined && { action }),
});

/** By reason, in lower case; what is not listed is a normal end. */
export const ASA_TEARDOWNS: ReadonlyMap<string, Teardown> = new Map<string, Teardown>([
  ['conn-timeout', success('Timeout')],
  ['connection timeout', success('Timeout')],
  ['fin timeout', success('Timeout')],
  ['idle timeout', success('Timeout')],
  ['flow timed out', success('Timeout')],
  ['syn timeout', failure('Timeout')],
  ['pinhole timeout', failure('Timeout')],
  ['flow timed out with reset', failure('Timeout', 'Reset')],
  ['deny terminate', failure('Terminated', 'Deny')],
  ['flow closed by inspection', failure('Terminated', 'Deny')],
  ['flow terminated by ips', failure('Terminated', 'Deny')],
  ['ips fail-close', failure('Terminated', 'Deny')],
  ['flow reset by ips', failure('Terminated', 'Reset')],
  ['flow terminated by tcp intercept', failure('Terminated', 'Deny')],
  ['failover primary closed', success('Failover')],
  ['free the flow created as result of packet injection', success('Simulation')],
  ['invalid syn', failure('Invalid TCP')],
  ['syn control', failure('Invalid TCP')],
  ['tcp invalid syn', failure('Invalid TCP')],
  ['tcp segment partial overlap', failure('Invalid TCP')],
  ['tcp unexpected window size variation', failure('Invalid TCP')],
  ['tcp bad retransmission', failure('Invalid TCP')],
  ['no interfaces associated with zone', failure('Routing issue')],
  ['no valid adjacency', failure('Routing issue', 'Drop')],
  ['probe maximum retries of retransmission exceeded', failure('Maximum Retry')],
  ['probe maximum retransmission time elapsed', failure('Maximum Retry')],
  ['probe received rst', failure('Reset')],
  ['tcp reset-appliance', failure('Reset')],
  ['tcp reset-i', failure('Reset')],
  ['tcp reset-o', failure('Reset')],
  ['probe received fin', ended],
  ['probe completed', ended],
  ['route change', ended],
  ['tcp fins', ended],
  ['xlate clear', ended],
  ['tunnel has been torn down', failure('Invalid Tunnel')],
  ['unauth deny', failure('Terminated', 'Deny')],
  ['unknown', failure('Unknown')],
]);
