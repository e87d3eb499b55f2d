/**
 * Stored functions as people keep them in files: the parser and function YAMLs of Sentinel's public content (one query under all of
 * its names), and KQL files, whose header or file name says what they are called.
 */
import { basename } from 'node:path';
import { parse } from 'yaml';
import { FlowtrapError } from '../../../../shared/errors';
import { readStoredFunction, type StoredFunction } from '../../../../shared/kql/storedFunctions';

/** Where YAMLs of the several kinds keep the same thing. */
const NAME_KEYS = ['ParserName', 'FunctionName', 'FunctionAlias', 'Alias', 'functionName', 'functionAlias'];
const BUILT_IN_KEYS = ['EquivalentBuiltInParser', 'EquivalentBuiltInFunction'];
const QUERY_KEYS = ['ParserQuery', 'FunctionQuery', 'Query', 'query'];
const PARAMETER_KEYS = ['ParserParams', 'FunctionParams', 'FunctionParameters', 'functionParameters', 'Parameters'];

/** @returns whether the file is one that this module reads. */
export function isFunctionFile(path: string): boolean {
  return /\.(?:ya?ml|kql|csl)$/i.test(path);
}

/**
 * @param path names the file in errors, and the function of a KQL file without a header.
 * @returns one function, once under each of its names.
 * @throws FlowtrapError `malformed`.
 */
export function readFunctionFile(text: string, path: string): readonly StoredFunction[] {
  const content = text.replace(/^\ufeff/, '');
  if (/\.ya?ml$/i.test(path)) return readYaml(content, path);
  if (/^\/\/ function: /m.test(content)) return [readStoredFunction(content, path)];
  const name = basename(path).replace(/\.\w+$/, '');
  if (!/^\w+$/.test(name)) {
    throw malformed(`"${name}" cannot be the name of a function`, path, "Begin the file with '// function: NAME'.");
  }
  if (content.trim() === '') throw malformed('it is empty', path);
  return [{ name, parameters: '()', description: '', body: content }];
}

function readYaml(text: string, path: string): readonly StoredFunction[] {
  let root: unknown;
  try {
    root = parse(text);
  } catch (error) {
    throw malformed(`it is not YAML (${(error as Error).message.split('\n')[0]})`, path);
  }
  if (!isObject(root)) throw malformed('it is not a YAML mapping', path);
  const query = firstText(root, QUERY_KEYS);
  const names = [...NAME_KEYS, ...BUILT_IN_KEYS].flatMap((key) => textOf(root[key]) ?? []);
  if (query === undefined || names.length === 0) {
    throw malformed(
      'it holds no function',
      path,
      'Give it ParserName and ParserQuery, or FunctionName and FunctionQuery.',
    );
  }
  const bad = names.find((name) => !/^\w+$/.test(name));
  if (bad !== undefined) throw malformed(`"${bad}" cannot be the name of a function`, path);
  const parameters = parametersOf(
    PARAMETER_KEYS.map((key) => root[key]).find((value) => value !== undefined),
    path,
  );
  const description = textOf(root.Description) ?? '';
  return [...new Set(names)].map((name) => ({ name, parameters, description, body: query }));
}

const SCALAR_TYPE = /^(?:bool|boolean|int|long|real|double|decimal|datetime|date|timespan|time|guid|string|dynamic)$/;

/** A list of {Name, Type, Default}, or the declaration's text. */
function parametersOf(given: unknown, path: string): string {
  if (given === undefined || given === null) return '()';
  if (typeof given === 'string') return /^\s*\(/.test(given) ? given.trim() : `(${given.trim()})`;
  if (!Array.isArray(given)) throw malformed('its parameters are no list', path);
  const declared = given.map((one: unknown) => {
    const parameter = isObject(one) ? one : {};
    const name = (textOf(parameter.Name) ?? textOf(parameter.name) ?? '').trim();
    const type = (textOf(parameter.Type) ?? textOf(parameter.type) ?? '').trim();
    const table = tableParameter(name, type);
    if (table !== undefined) return table;
    if (!/^\w+$/.test(name) || !SCALAR_TYPE.test(type)) {
      throw malformed(`the parameter "${name}" of type "${type}" cannot be declared`, path);
    }
    const value = parameter.Default ?? parameter.default;
    return `${name}:${type}${value === undefined || value === null ? '' : `=${defaultOf(value, type)}`}`;
  });
  return `(${declared.join(', ')})`;
}

/** `T` of type `table:(*)`, or `T:(TimeGenerated:datetime)` of type `table`. */
function tableParameter(name: string, type: string): string | undefined {
  const columns = /^table\s*(?::\s*(\([^()]*\)))?$/i.exec(type);
  const named = /^(\w+)\s*(?::\s*(\([^()]*\)))?$/.exec(name);
  if (columns === null || named === null) return undefined;
  return `${named[1]}:${columns[1] ?? named[2] ?? '(*)'}`;
}

/** YAML has taken the quotes off a text. */
function defaultOf(value: unknown, type: string): string {
  const text = String(value);
  if (type !== 'string') return text;
  return /^(['"]).*\1$/s.test(text) ? text : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function firstText(root: Readonly<Record<string, unknown>>, keys: readonly string[]): string | undefined {
  return keys.map((key) => textOf(root[key])).find((text) => text !== undefined);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string, subject: string, fix?: string): FlowtrapError {
  return new FlowtrapError('malformed', `${what}.`, { subject, ...(fix === undefined ? {} : { fix }) });
}
