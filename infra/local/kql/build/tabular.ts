/** Whether an expression is a table or a value: the parser gives a type to values alone, and names may stand for either. */
import type { Expression } from '../../../../shared/kql/language';
import { lookUp, type Scope } from './builder';

export function isTabular(expression: Expression, scope: Scope): boolean {
  switch (expression.kind) {
    case 'pipe':
    case 'datatable':
    case 'range':
    case 'materialize':
    case 'operator':
      return true;
    case 'name': {
      const binding = lookUp(scope, expression.name);
      if (binding !== undefined && binding.kind !== 'function') return binding.kind === 'table';
      return expression.type === undefined;
    }
    case 'unsupported':
      return expression.type === undefined;
    case 'call':
      return expression.type === undefined && (expression.called !== undefined || expression.name === 'table');
    default:
      return false;
  }
}
