/** One invocation in the library's own model: arguments, hooks, handler, response. */
import type { LogLevel } from '../contract';
import type { Core, CoreInvocationContext, FunctionCallback } from './core';
import type { InvocationRequest, InvocationResponse } from './protocol';

/**
 * Calls a registered function.
 * @param appHookData what the app's hooks share for the life of the process.
 * @throws what the handler or a hook threw; null and undefined count as success, as on Azure.
 */
export async function invoke(
  core: Core,
  name: string,
  request: InvocationRequest,
  appHookData: object,
  log: (level: LogLevel, category: string, message: string) => void,
): Promise<InvocationResponse> {
  const registered = core.functions.get(name);
  const { model } = core;
  if (!registered || !model) throw new Error(`The function "${name}" is not registered.`);
  const context: CoreInvocationContext = {
    invocationId: request.invocationId,
    metadata: registered.metadata,
    request,
    state: undefined,
    log,
  };
  const invocation = await model.getInvocationModel(context);
  const { context: invocationContext, inputs } = await invocation.getArguments();
  const shared = { hookData: {}, appHookData, invocationContext };

  const before = { ...shared, functionCallback: registered.callback, inputs };
  context.state = 'preInvocationHooks';
  await core.runHooks('preInvocation', before);

  const after: typeof shared & { inputs: unknown[]; result: unknown; error: unknown } = {
    ...shared,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  context.state = 'invocation';
  try {
    after.result = await invocation.invokeFunction(
      invocationContext,
      before.inputs,
      before.functionCallback as FunctionCallback,
    );
  } catch (error) {
    after.error = error;
  }
  context.state = 'postInvocationHooks';
  await core.runHooks('postInvocation', after);
  context.state = undefined;

  if (after.error !== null && after.error !== undefined) throw after.error;
  return invocation.getResponse(invocationContext, after.result);
}
