/** Address functions over lists; constant lists become one test each. */
import { convert } from '../build/convert';
import type { Value } from '../plan/nodes';
import { call, constant, constantArray, logic } from '../plan/values';
import type { CallContext, FunctionBuilder } from './spec';

/** Tests an address against each of the further arguments, which may be texts or lists of texts. */
function anyOf(context: CallContext, macro: string): Value {
  const text = convert(context.value(0), 'string');
  const tests: Value[] = [];
  for (let index = 1; index < context.arguments.length; index += 1) {
    const option = context.value(index);
    const items = constantArray(option);
    if (items !== undefined) {
      for (const item of items)
        tests.push(call('bool', [text, constant('string', String(item))], (s, r) => `(${macro}(${s}, ${r}))`));
    } else if (option.type === 'dynamic') {
      tests.push(
        call('bool', [text, option], (s, a) => `(len(list_filter(kql_texts(${a}), lambda r: ${macro}(${s}, r))) > 0)`),
      );
    } else {
      tests.push(call('bool', [text, convert(option, 'string')], (s, r) => `(${macro}(${s}, ${r}))`));
    }
  }
  return logic('or', tests);
}

export const NETWORK_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  ipv4_is_in_any_range: (context) => anyOf(context, 'kql_ip4_in_range'),
  ipv6_is_in_any_range: (context) => anyOf(context, 'kql_ip6_in_range'),
  has_any_ipv4_prefix: (context) => anyOf(context, 'kql_has_ip4'),
  has_any_ipv4: (context) => anyOf(context, 'kql_has_ip4'),
};
