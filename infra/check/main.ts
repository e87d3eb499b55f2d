/** `node dist/infra/check/main.js`: compiles and lints the deployment; every warning counts. Exit code 1 when anything is wrong. */
import { join } from 'node:path';
import { appRoot } from '../../shared/appRoot';
import { build, lint, unformatted } from './check';
import { findCompiler, NO_COMPILER } from './compiler';

function main(): number {
  const root = appRoot();
  const compiler = findCompiler(root);
  if (compiler === undefined) {
    process.stderr.write(`Nothing was checked: ${NO_COMPILER}.\n`);
    return 1;
  }
  const template = join(root, 'infra/main.bicep');
  const problems = [
    ...lint(compiler, template),
    ...unformatted(compiler, join(root, 'infra')).map(
      (path) => `infra/${path}: not formatted; run \`bicep format\` on it.`,
    ),
  ];
  if (problems.length === 0) build(compiler, template);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(problems.length === 0 ? 'The deployment compiles, without a warning.\n' : '');
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = main();
