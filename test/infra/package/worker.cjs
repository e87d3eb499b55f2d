/**
 * Loads a packaged app as the Functions worker does, in a process of its own: puts an own `@azure/functions-core` in place,
 * requires what package.json calls main, and prints what registered. With `--all` it then requires every file of the build,
 * so that nothing is missing that would be loaded only later. Argument: the app's folder.
 */
const { readdirSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

const registered = [];
class Disposable {
  dispose() {}
}
const core = {
  version: '4.0.0',
  hostVersion: '4.0.0',
  registerFunction(metadata) {
    registered.push(metadata);
    return new Disposable();
  },
  setProgrammingModel() {},
  getProgrammingModel() {},
  registerHook: () => new Disposable(),
  log() {},
  Disposable,
};
const original = Module.prototype.require;
Module.prototype.require = function (id) {
  return id === '@azure/functions-core' ? core : original.call(this, id);
};

const app = process.argv[2];
require(join(app, require(join(app, 'package.json')).main));

const files = readdirSync(join(app, 'dist'), { recursive: true }).filter((path) => path.endsWith('.js'));
if (process.argv.includes('--all')) for (const path of files) require(join(app, 'dist', path));

process.stdout.write(
  JSON.stringify({
    files: files.length,
    functions: registered.map(({ name, bindings }) => ({
      name,
      trigger: Object.values(bindings).find(({ type }) => type.endsWith('Trigger')),
    })),
  }),
);
