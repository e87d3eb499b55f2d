/** narrow: the table as rows of three columns, row number, column name and value. */
import type { Computed, PlanColumn, Relation } from '../../../plan/nodes';
import { call, columnValue, constant } from '../../../plan/values';
import { convert } from '../../convert';
import { withComputed } from '../../rows';
import type { Plugin } from './plugin';

/** A row per column of each row; all values as text. */
export const narrow: Plugin = ({ input, builder }) => {
  const row = builder.fresh('row');
  const index = builder.fresh('column');
  const count = builder.fresh('count');
  const numbered = withComputed(input, [
    {
      id: row,
      value: {
        kind: 'window',
        type: 'long',
        arguments: [],
        sql: (_, over) => `(row_number() ${over} - 1)`,
        order: input.order,
      },
    },
    { id: count, value: constant('long', BigInt(input.columns.length)) },
  ]);
  const repeated: Relation = { ...numbered, plan: { kind: 'repeat', input: numbered.plan, count, index } };
  const names = input.columns.map((column) => constant('string', column.name));
  const texts = input.columns.map((column) => convert(columnValue(column), 'string'));
  const pick = (...sql: string[]) => `[${sql.join(', ')}][${index} + 1]`;
  const computed: Computed[] = [
    { id: builder.fresh('Column'), value: call('string', names, pick) },
    { id: builder.fresh('Value'), value: call('string', texts, pick) },
  ];
  const columns: PlanColumn[] = [
    { id: row, name: 'Row', type: 'long' },
    { id: computed[0]?.id ?? '', name: 'Column', type: 'string' },
    { id: computed[1]?.id ?? '', name: 'Value', type: 'string' },
  ];
  return { ...withComputed(repeated, computed), columns, order: [] };
};
