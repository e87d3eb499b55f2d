import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRoute } from '../../../../infra/local/functionsHost/http/route';

const match = (template: string, path: string) => parseRoute(template).match(path);

describe('parseRoute', () => {
  it.each([
    ['api/runs/{id}', '/api/runs/7', { id: '7' }],
    ['api/runs/{id}', '/API/Runs/7/', { id: '7' }],
    ['api/runs/{id}', '/api/runs', undefined],
    ['api/runs/{id}', '/api/runs/7/8', undefined],
    ['api/runs/{id}', '/api/runs//', undefined],
    ['api/{a}-x/{b?}', '/api/1-X', { a: '1' }],
    ['api/{a}-x/{b?}', '/api/-x', undefined],
    ['f/{name}.json', '/f/a.b.json', { name: 'a.b' }],
    ['{*rest}', '/', {}],
    ['{**rest}', '/a/b%20c', { rest: 'a/b c' }],
    ['n/{n:long:min(3)}', '/n/2', undefined],
    ['n/{n:range(3,5)}', '/n/5', { n: '5' }],
    ['n/{n:length(2,3)}', '/n/abcd', undefined],
    ['n/{n:alpha}', '/n/abC', { n: 'abC' }],
    ['n/{n:bool}', '/n/TRUE', { n: 'TRUE' }],
    ['n/{n:int}', '/n/2147483648', undefined],
    ['n/{n:datetime}', '/n/2026-01-02', { n: '2026-01-02' }],
    ['n/{n:decimal}', '/n/1.5', { n: '1.5' }],
  ])('%s on %s', (template, path, parameters) => {
    expect(match(template, path)).toEqual(parameters);
  });

  it.each(['a/{b?}/c', 'a/{*b}/c', 'a/{b}{c}', 'a/{b', 'a/{b=5}', 'a/{b:regex(x)}', 'a/{}'])(
    'refuses %s',
    (template) => {
      expect(() => parseRoute(template)).toThrow(/^Route '/);
    },
  );

  it('gives back what was encoded into a path, and never throws', () => {
    const route = parseRoute('api/items/{id}');
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        // An escaped slash stays escaped, as Kestrel leaves it.
        const path = `/api/items/${encodeURIComponent(id)}`;
        expect(route.match(path)).toEqual({ id: id.replaceAll('/', '%2F') });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (path) => {
        const found = route.match(`/${path}`);
        expect(found === undefined || Object.keys(found).join() === 'id').toBe(true);
      }),
    );
  });
});
