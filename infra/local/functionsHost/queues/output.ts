/** Output bindings of type queue: what a handler set, as messages, written one after the other once it has returned. */
import type { QueueClient } from '@azure/storage-queue';
import { describeError } from '../../../../shared/errors';
import type { IndexedFunction } from '../functionIndex';
import { InvocationError } from '../invocationError';
import { openAccount, statusOf } from '../storage';
import type { InvocationResponse, TypedData } from '../worker/protocol';
import { encodeMessage } from './messageText';

/**
 * The messages that a value makes: an array gives one per item, objects are indented JSON, texts stay as they are (observed).
 */
export function outputMessages(data: TypedData): readonly (string | Uint8Array)[] {
  if (data.bytes) return [data.bytes];
  if (typeof data.string === 'string') return [data.string];
  if (typeof data.json === 'string') {
    const value: unknown = JSON.parse(data.json);
    return (Array.isArray(value) ? value : [value]).filter((item) => item !== null).map(text);
  }
  const number = data.int ?? data.double;
  return typeof number === 'number' ? [String(number)] : [];
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value, null, 2);
}

/**
 * Writes what the response holds for the function's queues; a missing queue is made.
 * @throws InvocationError `output`: the invocation has failed then, though its handler's effects are done.
 */
export async function writeOutputs(
  fn: IndexedFunction,
  response: InvocationResponse,
  environment: Readonly<Record<string, string>>,
  encoding: 'base64' | 'none',
): Promise<void> {
  for (const output of fn.outputs) {
    const data =
      output.name === '$return'
        ? response.returnValue
        : response.outputData?.find((candidate) => candidate.name === output.name)?.data;
    if (!data) continue;
    try {
      const queue = openAccount(output.connection, environment).queues.getQueueClient(output.queue);
      for (const message of outputMessages(data)) await send(queue, encodeMessage(message, encoding));
    } catch (error) {
      throw new InvocationError('output', `The output to queue ${output.queue} failed: ${describeError(error)}`);
    }
  }
}

/** Sends a message, making the queue when there is none. */
export async function send(queue: QueueClient, messageText: string): Promise<void> {
  try {
    await queue.sendMessage(messageText);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(messageText);
  }
}
