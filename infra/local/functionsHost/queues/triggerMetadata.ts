/** What a queue function finds in context.triggerMetadata: the message's properties, and each field of a JSON object message. */
import type { DequeuedMessageItem } from '@azure/storage-queue';
import { formatTime } from '../timers/dotnetTime';
import type { TypedData } from '../worker/protocol';

/** A message that somebody takes for years: .NET's greatest time, as a manual run shows it (observed). */
const FOREVER = '9999-12-31T23:59:59.9999999+00:00';

/** Times have whole seconds, as the service gives them. */
export function messageMetadata(text: string, message: DequeuedMessageItem): Record<string, TypedData> {
  return {
    QueueTrigger: { string: text },
    DequeueCount: { int: message.dequeueCount },
    Id: { string: JSON.stringify(message.messageId) },
    PopReceipt: { string: JSON.stringify(message.popReceipt) },
    InsertionTime: time(message.insertedOn),
    ExpirationTime: time(message.expiresOn),
    NextVisibleTime: time(message.nextVisibleOn),
    ...fields(text),
  };
}

/** For a run by the admin endpoint: no id, no pop receipt (observed). */
export function manualMetadata(text: string, now: Date): Record<string, TypedData> {
  return {
    QueueTrigger: { string: text },
    DequeueCount: { int: 0 },
    InsertionTime: time(now),
    ExpirationTime: { string: JSON.stringify(FOREVER) },
    NextVisibleTime: { string: JSON.stringify(FOREVER) },
    ...fields(text),
  };
}

/** As JSON, so that the library gives the text back as it is: it would parse `"123"` to a number otherwise. */
function time(value: Date): TypedData {
  return { string: JSON.stringify(formatTime(value)) };
}

/** The top-level fields of a JSON object; they take the place of a property of the same name (an event's id, say). */
function fields(text: string): Record<string, TypedData> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name.charAt(0).toUpperCase() + name.slice(1), { json: JSON.stringify(field) }]),
  );
}
