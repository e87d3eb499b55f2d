#!/usr/bin/env node

// The `flowtrap` program: runs the build that `npm ci` made.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '../../dist/infra/local/commands/main.js');
if (!existsSync(main)) {
  process.stderr.write('flowtrap is not built yet: run `npm ci` (or `npm run build`) first.\n');
  process.exit(1);
}
require(main);
