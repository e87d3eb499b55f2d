/**
 * Loads a packaged app as the Functions worker does, in a process of its own: puts an own `@azure/functions-core` in place,
 * requires what package.json calls main, and prints what registered. With `--all` it then requires every file of the build and
 * resolves every module that a file names, so that nothing is missing that would be loaded only later. Argument: the app's
 * folder.
 */
const { readdirSync, readFileSync } = require('node:fs');
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
const named = new Set();
if (process.argv.includes('--all')) {
  for (const path of files.map((file) => join(app, 'dist', file))) {
    require(path);
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/\b(?:require|import)\(["']([^"']+)["']\)/g)) {
      if (name !== '@azure/functions-core') Module.createRequire(path).resolve(name);
      if (!/^(\.|node:)/.test(name)) named.add(name);
    }
  }
}

process.stdout.write(
  JSON.stringify({
    files: files.length,
    packages: [...named].sort(),
    functions: registered.map(({ name, bindings }) => ({
      name,
      trigger: Object.values(bindings).find(({ type }) => type.endsWith('Trigger')),
    })),
  }),
);
