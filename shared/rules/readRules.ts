/** Where rule files come from: the app's own folder shared/rules, and the rules container, which wins over it by rule id. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appRoot } from '../appRoot';
import { describeError } from '../errors';
import type { Blobs } from '../ports';
import type { JobProblem } from '../runs/jobReport';
import { type LoadedRules, loadRules, type RuleFile } from './loadRules';

/** A rule's query has at most 10,000 characters; a file of this size holds more than any rule. */
const LARGEST_FILE = 256 * 1024;
const MOST_FILES = 1000;
const RULE_FILE = /\.ya?ml$/i;

export interface RuleContainer {
  readonly blobs: Pick<Blobs, 'list' | 'read'>;
  readonly account: string;
  readonly container: string;
}

export interface AllRules {
  readonly rules: LoadedRules['rules'];
  readonly problems: readonly JobProblem[];
}

/**
 * All rules. A container that cannot be read is a problem, and the app's own rules still run.
 * @param source left out: the app's own rules only.
 */
export async function readRules(source: RuleContainer | undefined): Promise<AllRules> {
  const own = loadRules(await ownFiles());
  const { files, problems } = source === undefined ? { files: [], problems: [] } : await containerFiles(source);
  const dropped = loadRules(files);
  const replaced = new Set(dropped.rules.map((rule) => rule.id));
  return {
    rules: [...own.rules.filter((rule) => !replaced.has(rule.id)), ...dropped.rules],
    problems: [...own.problems, ...problems, ...dropped.problems],
  };
}

/** The rule files that ship with the app. */
export async function ownFiles(): Promise<RuleFile[]> {
  const folder = join(appRoot(), 'shared/rules');
  const names = (await readdir(folder)).filter((name) => RULE_FILE.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })));
}

async function containerFiles({
  blobs,
  account,
  container,
}: RuleContainer): Promise<{ files: RuleFile[]; problems: JobProblem[] }> {
  const files: RuleFile[] = [];
  const problems: JobProblem[] = [];
  try {
    for await (const { name, etag, length } of blobs.list({ account, container })) {
      const subject = `${container}/${name}`;
      if (!RULE_FILE.test(name)) continue;
      if (files.length === MOST_FILES) {
        problems.push({
          subject: container,
          message: `holds more than ${MOST_FILES} rule files; the rest is not run.`,
        });
        break;
      }
      if (length > LARGEST_FILE) {
        problems.push({ subject, message: `has ${length} bytes; a rule file has at most ${LARGEST_FILE}.` });
        continue;
      }
      try {
        const chunks: Uint8Array[] = [];
        for await (const chunk of blobs.read({ account, container, name }, { offset: 0, etag })) chunks.push(chunk);
        files.push({ name: subject, text: Buffer.concat(chunks).toString('utf8') });
      } catch (error) {
        problems.push({ subject, message: describeError(error) });
      }
    }
  } catch (error) {
    problems.push({ subject: container, message: `The rules container cannot be read: ${describeError(error)}` });
  }
  return { files, problems };
}
