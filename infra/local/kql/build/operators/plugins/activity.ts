/** Plugins over the times at which ids appear; native code computes them (native/activity.ts). */
import type { Expression } from '../../../../../../shared/kql/language';
import type { ActivitySettings } from '../../../native/activity';
import type { Constant, PlanColumn, Value } from '../../../plan/nodes';
import { columnValue } from '../../../plan/values';
import { errorAt, unsupported } from '../../builder';
import { convert } from '../../convert';
import { asNumber, asText, type NativeColumn, textOf, throughNative } from './nativeTable';
import { argumentsOf, columnArgument, constantArgument, type Plugin, type PluginCall } from './plugin';

/** Microseconds from 0001-01-01, where bins begin, to 1970-01-01. */
const EPOCH = -62_135_596_800_000_000;

interface Axis {
  readonly time: PlanColumn;
  /** A constant argument as a number on the axis. */
  number(name: string): number;
}

function axisOf(time: PlanColumn, given: ReadonlyMap<string, Expression>, pluginCall: PluginCall): Axis {
  if (!['datetime', 'timespan', 'int', 'long', 'real'].includes(time.type))
    throw unsupported(`${pluginCall.node.name}() over a ${time.type}`, pluginCall.node);
  return {
    time,
    number(name) {
      const value = constantArgument(given.get(name), pluginCall);
      if (value === undefined) throw errorAt('malformed', `${pluginCall.node.name}() needs ${name}`, pluginCall.node);
      return numberOf(value, pluginCall);
    },
  };
}

function numberOf(value: Constant, { node }: PluginCall): number {
  if (value.type === 'string' || value.value === null) throw unsupported(`${node.name}() with that step`, node);
  return value.type === 'timespan' ? Number(value.value) / 10 : Number(value.value);
}

/** The names of the arguments before the dimensions, and the settings that native code gets. */
interface Form {
  readonly names: readonly string[];
  settings(axis: Axis): Omit<ActivitySettings, 'base'>;
}

const ID = ['IdColumn', 'TimelineColumn'];

function activity(form: Form): Plugin {
  return (pluginCall) => {
    const { given, rest } = argumentsOf(pluginCall, form.names);
    const { columns } = pluginCall.input;
    const axis = axisOf(columnArgument(given.get('TimelineColumn'), columns, pluginCall), given, pluginCall);
    const id = asText(columnValue(columnArgument(given.get('IdColumn'), columns, pluginCall)));
    return computed(pluginCall, axis, id, rest, form.settings(axis));
  };
}

/** The result: the window, the dimensions, then numbers, all named as the parser does. */
function computed(
  pluginCall: PluginCall,
  axis: Axis,
  second: Value,
  dimensionNodes: readonly Expression[],
  settings: Omit<ActivitySettings, 'base'>,
) {
  const { builder, input, node, operator } = pluginCall;
  const dimensions = dimensionNodes.map((one) => columnArgument(one, input.columns, pluginCall));
  const outputs = operator.columns().map(
    ({ name, type }, index): NativeColumn => ({
      name,
      type: index === 0 ? axis.time.type : (dimensions[index - 1]?.type ?? type),
      form: index > 0 && index <= dimensions.length ? 'text' : 'number',
    }),
  );
  const cells = [asNumber(columnValue(axis.time)), second, ...dimensions.map(textOf)];
  const base = axis.time.type === 'datetime' ? EPOCH : 0;
  return throughNative(node.name, input, cells, { ...settings, base }, outputs, builder);
}

const range = (axis: Axis) => ({ start: axis.number('Start'), end: axis.number('End') });

const steps: Form = {
  names: [...ID, 'Start', 'End', 'Step'],
  settings: (axis) => ({ ...range(axis), step: axis.number('Step') }),
};

/** The start and the end of the analysis may be left out together. */
const activityMetrics: Plugin = (pluginCall) => {
  const short: Form = { names: [...ID, 'Step'], settings: (axis) => ({ step: axis.number('Step') }) };
  return activity(pluginCall.node.arguments.length === 3 ? short : steps)(pluginCall);
};

const rollingPercentile: Plugin = (pluginCall) => {
  const names = ['ValueColumn', 'Percentile', 'IndexColumn', 'BinSize', 'BinsPerWindow'];
  const { given, rest } = argumentsOf(pluginCall, names);
  const { columns } = pluginCall.input;
  const value = columnArgument(given.get('ValueColumn'), columns, pluginCall);
  if (!['int', 'long', 'real'].includes(value.type))
    throw unsupported(`rolling_percentile() of a ${value.type}`, pluginCall.node);
  const axis = axisOf(columnArgument(given.get('IndexColumn'), columns, pluginCall), given, pluginCall);
  const step = axis.number('BinSize');
  return computed(pluginCall, axis, convert(columnValue(value), 'dynamic'), rest, {
    step,
    lookback: step * axis.number('BinsPerWindow'),
    percent: axis.number('Percentile'),
  });
};

export const ACTIVITY_PLUGINS: readonly (readonly [string, Plugin])[] = [
  ['activity_counts_metrics', activity(steps)],
  ['activity_metrics', activityMetrics],
  ['rolling_percentile', rollingPercentile],
  [
    'sliding_window_counts',
    activity({
      names: [...ID, 'Start', 'End', 'LookBackWindow', 'Step'],
      settings: (axis) => ({ ...range(axis), lookback: axis.number('LookBackWindow'), step: axis.number('Step') }),
    }),
  ],
  [
    'active_users_count',
    activity({
      names: [...ID, 'Start', 'End', 'LookbackWindow', 'Period', 'ActivePeriods', 'Step'],
      settings: (axis) => ({
        ...range(axis),
        lookback: axis.number('LookbackWindow'),
        period: axis.number('Period'),
        activePeriods: axis.number('ActivePeriods'),
        step: axis.number('Step'),
      }),
    }),
  ],
];
