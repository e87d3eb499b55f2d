/** Every threshold, filter and join of the two rules matters: changed copies of them raise other incidents. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownFiles } from '../../shared/rules/readRules';
import { type TestStack, testStack, WINDOW_END, WINDOW_START } from './support';

interface Change {
  readonly name: string;
  readonly file: 'threatConnectIpMatch.yaml' | 'externalPortSweep.yaml';
  /** What is replaced in the rule's text; it must be there. */
  readonly from: string | RegExp;
  readonly to: string;
}

const CHANGES: readonly Change[] = [
  {
    name: 'twenty hosts are enough',
    file: 'externalPortSweep.yaml',
    from: 'let threshold = 20;',
    to: 'let threshold = 19;',
  },
  {
    name: 'no sweep is large enough',
    file: 'externalPortSweep.yaml',
    from: 'let threshold = 20;',
    to: 'let threshold = 2000;',
  },
  {
    name: 'sweeps of any direction',
    file: 'externalPortSweep.yaml',
    from: '| where NetworkDirection == "Inbound"',
    to: '',
  },
  {
    name: 'ports that were not swept',
    file: 'externalPortSweep.yaml',
    from: 'join kind=inner swept',
    to: 'join kind=leftouter swept',
  },
  { name: 'inactive indicators too', file: 'threatConnectIpMatch.yaml', from: 'Active == true and ', to: '' },
  {
    name: 'expired indicators too',
    file: 'threatConnectIpMatch.yaml',
    from: ' and ExpirationDateTime > now()',
    to: '',
  },
  {
    name: 'indicators of any feed',
    file: 'threatConnectIpMatch.yaml',
    from: '| where SourceSystem startswith "ThreatConnect-"',
    to: '',
  },
  {
    name: 'every row of an indicator',
    file: 'threatConnectIpMatch.yaml',
    from: '| summarize arg_max(TimeGenerated, *) by IndicatorId',
    to: '',
  },
  {
    name: 'destinations only',
    file: 'threatConnectIpMatch.yaml',
    from: /,\s*\(sessions \| where FromIndicator.*\)/,
    to: '',
  },
  {
    name: 'no indicator is old enough',
    file: 'threatConnectIpMatch.yaml',
    from: 'let indicatorLookback = 14d;',
    to: 'let indicatorLookback = 1s;',
  },
];

const idOf = (index: number): string => `00000000-0000-4000-8000-0000000000${String(index + 10)}`;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack();
  const own = await ownFiles();
  const rules = stack.container('flowtrap-rules');
  await rules.createIfNotExists();
  for (const [index, change] of CHANGES.entries()) {
    const original = own.find((file) => file.name === change.file)?.text ?? '';
    const changed = original.replace(change.from, change.to);
    expect(changed, change.name).not.toBe(original);
    const renamed = changed.replace(/^id: .*/m, `id: ${idOf(index)}`).replace(/^name: .*/m, `name: ${change.name}`);
    await rules.getBlockBlobClient(`${index}.yaml`).upload(renamed, Buffer.byteLength(renamed));
  }
  await stack.round();
  const run = await stack.rerun({ job: 'detect', from: WINDOW_START, to: WINDOW_END });
  expect(run).toMatchObject({ status: 'succeeded', problems: [] });
});
afterAll(() => stack?.close());

/** Entities of the incidents that a rule raised, sorted. */
async function entitiesOf(rule: string): Promise<string[]> {
  return (await stack.found())
    .filter((incident) => incident.rule === rule)
    .flatMap((incident) => [...incident.entities])
    .sort();
}

const ORIGINALS: Readonly<Record<Change['file'], string>> = {
  'threatConnectIpMatch.yaml': 'ThreatConnect TI map IP entity to Network Session Events',
  'externalPortSweep.yaml': 'Network Port Sweep from External Network',
};

it.each(CHANGES.map((change) => [change.name, change] as const))(
  '%s: other incidents than the rule as it ships',
  async (_name, change) => {
    const original = await entitiesOf(ORIGINALS[change.file]);
    const changed = await entitiesOf(change.name);
    expect(original.length).toBeGreaterThan(0);
    expect(changed).not.toEqual(original);
  },
);
