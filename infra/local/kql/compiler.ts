/** Makes a compiler for a workspace's schema. */
import type { Compiler, WorkspaceSchema } from './index';

export function createCompiler(schema: WorkspaceSchema): Compiler {
  throw new Error(`Not built yet (${schema.tables.length} tables).`);
}
