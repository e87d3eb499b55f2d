/**
 * `flowtrap detect`: what rules would raise for one window, worked out by the code that runs in Azure, on the local Log Analytics.
 * Nothing is written; --raise then asks the running stack's functions to do it.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type DetectReport, evaluate } from '../../../shared/detection/detect';
import { entityText } from '../../../shared/detection/entities';
import { lastEnd, type Window, windowEndingAt } from '../../../shared/detection/windows';
import { parseDuration } from '../../../shared/duration';
import { FlowtrapError } from '../../../shared/errors';
import { clockCalls, findClockWarnings } from '../../../shared/kql/clockCalls';
import { loadRules, type RuleFile } from '../../../shared/rules/loadRules';
import type { Rule } from '../../../shared/rules/rule';
import { SETTINGS } from '../../../shared/settings';
import { readArguments } from './arguments';
import type { Command, CommandIo } from './command';
import { localLogQuery, NO_SINK, NO_STATE, quietLog } from './detectPorts';
import { openLogAnalytics } from './logAnalyticsClient';
import { raiseOnStack } from './raiseOnStack';
import { readStackRules } from './stackRules';
import { namedFolders, WORKSPACE_HELP, WORKSPACE_OPTIONS } from './workspaceOptions';

const HELP = `usage: flowtrap detect [OPTIONS]

Shows the incidents that rules find in one window, on the local Log Analytics: that of the running stack, else on what earlier runs
left in .flowtrap/. Nothing is written unless --raise is given.

  --rule RULE   a rule's id or name, or a file with a Sentinel scheduled rule; left out: every rule of the running
                stack (its rules container and those that ship)
  --at TIME     the newest window that ends at or before this time (ISO 8601); left out: the newest closed one
  --raise       raise them in the running stack; a rule file is put into its rules container first, and stays there
  --json        one JSON object for each rule
${WORKSPACE_HELP}
  flowtrap detect --rule externalPortSweep.yaml --at 2026-03-02T10:00:00Z
`;

const OPTIONS = {
  rule: { type: 'string' },
  at: { type: 'string' },
  raise: { type: 'boolean' },
  json: { type: 'boolean' },
  ...WORKSPACE_OPTIONS,
  help: { type: 'boolean', short: 'h' },
} as const;

export const detect: Command = {
  name: 'detect',
  summary: 'what a rule would raise at a time, or raise it',
  async run(argv, io) {
    const { values } = readArguments(argv, OPTIONS);
    if (values.help) {
      io.stdout.write(HELP);
      return 0;
    }
    const at = values.at === undefined ? undefined : readTime(values.at);
    const chosen = await chooseRules(values.rule, io.cwd);
    for (const message of chosen.warnings) io.stderr.write(`${printable(message)}\n`);
    const time = at ?? Date.now() - parseDuration(SETTINGS.DETECT_DELAY.default);
    const logs = await openLogAnalytics(io.cwd, namedFolders(values, io.cwd));
    for (const problem of logs.problems) io.stderr.write(`Left out: ${printable(problem)}\n`);
    let failed = false;
    try {
      for (const rule of chosen.rules) {
        for (const warning of warningsOf(rule)) io.stderr.write(`${printable(`${rule.name}: ${warning}`)}\n`);
        const window = windowEndingAt(rule, lastEnd(rule, time));
        const report = await preview(rule, window, localLogQuery(logs));
        failed ||= report.problems.length > 0;
        const raised =
          values.raise && report.problems.length === 0
            ? await raiseOnStack(rule, window, chosen.file, io.cwd)
            : undefined;
        failed ||= (raised?.problems.length ?? 0) > 0;
        if (values.json)
          io.stdout.write(
            `${JSON.stringify({ rule: rule.id, name: rule.name, window, ...report, ...(raised ? { raised } : {}) })}\n`,
          );
        else show(io, rule, window, report, raised);
      }
    } finally {
      await logs.close();
    }
    return failed ? 1 : 0;
  },
};

/** A text that is no KQL is told by its evaluation. */
function warningsOf(rule: Rule): readonly string[] {
  try {
    return findClockWarnings(rule.query);
  } catch {
    return [];
  }
}

function preview(rule: Rule, window: Window, query: ReturnType<typeof localLogQuery>): Promise<DetectReport> {
  const deps = {
    rules: [{ ...rule, enabled: true }],
    ruleProblems: [],
    query,
    alerts: NO_SINK,
    incidents: undefined,
    state: NO_STATE,
    clock: { now: () => window.to },
    log: quietLog,
    settings: { delay: 0 },
    clockCalls,
  };
  return evaluate(deps, { from: new Date(window.to.getTime() - 1), to: window.to, dryRun: true });
}

interface ChosenRules {
  readonly rules: readonly Rule[];
  /** Set when the rule comes from a file of the user's. */
  readonly file: RuleFile | undefined;
  /** What keeps other rules from being there. */
  readonly warnings: readonly string[];
}

async function chooseRules(wanted: string | undefined, cwd: string): Promise<ChosenRules> {
  const path = wanted === undefined ? undefined : resolve(cwd, wanted);
  if (path !== undefined && existsSync(path) && statSync(path).isFile()) {
    const file = { name: basename(path), text: readFileSync(path, 'utf8') };
    const { rules, problems } = loadRules([file]);
    const [first] = problems;
    if (first !== undefined) throw problems.length === 1 ? first.error : manyProblems(problems.map((p) => p.message));
    return { rules, file, warnings: [] };
  }
  const { rules, problems } = await readStackRules(cwd);
  const warnings = problems.map(({ message }) => message);
  if (wanted === undefined) return { rules: rules.filter((rule) => rule.enabled), file: undefined, warnings };
  const name = wanted.toLowerCase();
  const found = rules.filter((rule) => [rule.id, rule.name.toLowerCase(), rule.file.toLowerCase()].includes(name));
  if (found.length > 0) return { rules: found, file: undefined, warnings: [] };
  throw new FlowtrapError('notFound', 'there is neither such a file nor such a rule.', {
    subject: `--rule ${wanted}`,
    fix: [
      `Give a path, or one of ${rules.map((rule) => `${rule.file} (${rule.id})`).join(', ')}.`,
      ...(warnings.length === 0 ? [] : [`Rules that cannot be read: ${warnings.join(' ')}`]),
    ].join(' '),
  });
}

function manyProblems(messages: readonly string[]): FlowtrapError {
  return new FlowtrapError('malformed', `the rule has ${messages.length} faults:\n${messages.join('\n')}`);
}

function readTime(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new FlowtrapError('malformed', `"${text}" is no time with a zone.`, {
      subject: '--at',
      fix: 'Write it as 2026-03-02T10:00:00Z.',
    });
  }
  return time;
}

const OUTCOMES = { created: 'new', updated: 'adds to one', unchanged: 'raised already' } as const;

function show(
  io: CommandIo,
  rule: Rule,
  window: Window,
  report: DetectReport,
  raised:
    | { readonly counts: Readonly<Record<string, number>>; readonly problems: readonly { message: string }[] }
    | undefined,
): void {
  const lines = [`${rule.name}`, `  window ${window.from.toISOString()} to ${window.to.toISOString()}`];
  for (const { severity, title, rows, entities, outcome } of report.incidents) {
    lines.push(`  ${severity.padEnd(13)} ${title} (${OUTCOMES[outcome]}, ${rows} ${rows === 1 ? 'row' : 'rows'})`);
    if (entities.length > 0) lines.push(`  ${''.padEnd(13)} ${shortList(entities.map(entityText))}`);
  }
  if (report.incidents.length === 0 && report.problems.length === 0) {
    const rows = report.counts.rows ?? 0;
    lines.push(
      rows === 0 ? '  nothing found' : `  no incident; ${rows} result rows, ${report.counts.alerts ?? 0} alerts`,
    );
  }
  if (raised !== undefined) {
    const {
      'incidents.created': created = 0,
      'incidents.updated': updated = 0,
      'incidents.unchanged': same = 0,
    } = raised.counts;
    lines.push(`  raised: ${created} new, ${updated} updated, ${same} as they were`);
  }
  io.stdout.write(`${lines.map(printable).join('\n')}\n\n`);
  for (const { message } of [...report.problems, ...(raised?.problems ?? [])])
    io.stderr.write(`${printable(message)}\n`);
}

function shortList(texts: readonly string[]): string {
  const more = texts.length > 10 ? ` and ${texts.length - 10} more` : '';
  return `${texts.slice(0, 10).join(', ')}${more}`;
}

/** Log text is foreign: no control character of it reaches the terminal. */
function printable(text: string): string {
  return text.replaceAll(/(?!\n)\p{Cc}/gu, '');
}
