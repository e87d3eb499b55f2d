/** Compiles, lints and evaluates the deployment without Azure. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const BICEP_FILE = /\.bicep(param)?$/;

/** One resource as a deployment would make it; what is known only in Azure stays an expression in brackets. */
export interface PredictedResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location?: string;
  readonly kind?: string;
  readonly identity?: unknown;
  readonly properties?: unknown;
}

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number };
        };
      }[];
    }[];
  }[];
}

function run(
  compiler: string,
  args: readonly string[],
  cwd: string,
): { status: number; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(compiler, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  return { status: status ?? 1, stdout, stderr };
}

/** What compiler and linter say of a template and its modules, warnings and notes included, one text each. */
export function lint(compiler: string, template: string): string[] {
  const { stdout, stderr } = run(compiler, ['lint', template, '--diagnostics-format', 'sarif'], dirname(template));
  if (!stdout.trimStart().startsWith('{')) return [stderr || stdout || `${compiler} gave no answer`];
  const sarif = JSON.parse(stdout) as Sarif;
  return sarif.runs.flatMap(({ results }) =>
    results.map(({ ruleId, level, message, locations }) => {
      const at = locations[0]?.physicalLocation;
      return `${at?.artifactLocation.uri}:${at?.region.startLine} ${level} ${ruleId}: ${message.text}`;
    }),
  );
}

/** The Bicep files below a folder that are not laid out as the formatter would, as paths from there. */
export function unformatted(compiler: string, folder: string): string[] {
  const copy = mkdtempSync(join(tmpdir(), 'flowtrap-bicep-'));
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => BICEP_FILE.test(path));
    for (const path of files) cpSync(join(folder, path), join(copy, path));
    for (const pattern of ['**/*.bicep', '**/*.bicepparam']) run(compiler, ['format', '--pattern', pattern], copy);
    const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8').trimEnd();
    return files.filter((path) => read(folder, path) !== read(copy, path)).sort();
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The template as Azure Resource Manager JSON. @throws Error with the compiler's messages. */
export function build(compiler: string, template: string): unknown {
  const { status, stdout, stderr } = run(compiler, ['build', template, '--stdout'], dirname(template));
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown;
}

export interface DeploymentPlace {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly location: string;
}

/**
 * What a deployment with this parameter file would make. The compiler writes its snapshot beside the parameter file, so
 * give it a copy.
 * @throws Error with the compiler's messages.
 */
export function predict(compiler: string, parameters: string, place: DeploymentPlace): PredictedResource[] {
  const { status, stderr, stdout } = run(
    compiler,
    [
      ...['snapshot', parameters, '--mode', 'overwrite', '--subscription-id', place.subscription],
      ...['--resource-group', place.resourceGroup, '--location', place.location],
    ],
    dirname(parameters),
  );
  if (status !== 0) throw new Error(stderr || stdout);
  const snapshot = JSON.parse(readFileSync(parameters.replace(/\.bicepparam$/, '.snapshot.json'), 'utf8')) as {
    readonly predictedResources: readonly PredictedResource[];
  };
  return [...snapshot.predictedResources];
}
